"""Make the configuration transaction of a configuration update, as the orderer alone may.

Source: orderer/common/msgprocessor/standardchannel.go ProcessConfigUpdateMsg, ProcessConfigMsg.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from counterfoil_protocol.config_validator import UpdateRefused, check_maintenance, propose
from counterfoil_protocol.envelope import parse_envelope
from counterfoil_protocol.messages import common, configtx
from counterfoil_protocol.wire import decode

from counterfoil_network.embedded.orderer.message_filters import Refused, check_message

if TYPE_CHECKING:
    from datetime import datetime

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.node import Node

_NONCE_BYTES = 24


def configuration_transaction(
    update: common.Envelope, channel: Channel, node: Node, now: datetime
) -> common.Envelope:
    """Judge an update against the configuration in force and wrap what it gives, signed by the orderer.

    Raises:
        Refused: with Fabric's status and text.

    """
    prefix = "config update for existing channel did not pass"
    _check(update, channel, now, f"{prefix} initial checks")
    try:
        proposed = propose(channel.config, update)
    except UpdateRefused as refused:
        raise Refused(
            common.BAD_REQUEST,
            f"error applying config update to existing channel '{channel.channel_id}': {refused}",
        ) from refused
    transaction = _signed(proposed, channel, node, now)
    _check(transaction, channel, now, f"{prefix} final checks")
    try:
        check_maintenance(channel.config, proposed)
    except UpdateRefused as refused:
        raise Refused(
            common.BAD_REQUEST,
            f"{prefix} maintenance checks: config transaction inspection failed: {refused}",
        ) from refused
    return transaction


def renewed(transaction: common.Envelope, channel: Channel, node: Node, now: datetime) -> common.Envelope:
    """Make a configuration transaction anew that was made under an earlier configuration.

    Raises:
        Refused: the update does not fit any more.

    """
    data = parse_envelope(transaction.SerializeToString()).data
    update = decode(configtx.ConfigEnvelope, data).last_update
    return configuration_transaction(update, channel, node, now)


def _check(envelope: common.Envelope, channel: Channel, now: datetime, prefix: str) -> None:
    try:
        check_message(envelope, channel, now)
    except Refused as refused:
        raise Refused(refused.status, f"{prefix}: {refused.info}") from refused


def _signed(
    proposed: configtx.ConfigEnvelope, channel: Channel, node: Node, now: datetime
) -> common.Envelope:
    header = common.ChannelHeader(type=common.CONFIG, channel_id=channel.channel_id)
    header.timestamp.FromDatetime(now)
    creator = common.SignatureHeader(creator=node.identity.serialize(), nonce=os.urandom(_NONCE_BYTES))
    payload = common.Payload(
        header=common.Header(
            channel_header=header.SerializeToString(), signature_header=creator.SerializeToString()
        ),
        data=proposed.SerializeToString(deterministic=True),
    ).SerializeToString()
    return common.Envelope(payload=payload, signature=node.signer(payload))
