"""A channel's genesis block, as Fabric common/genesis/genesis.go makes it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from counterfoil_protocol.block import new_block, set_metadata
from counterfoil_protocol.messages import common, configtx
from counterfoil_protocol.transaction_id import transaction_id

from counterfoil_network.configuration.channel_group import channel_group
from counterfoil_network.configuration.configtx import Address, Organisation, Profile, read_configtx
from counterfoil_network.configuration.errors import ConfigurationError

_NONCE_BYTES = 24
"""protoutil.CreateNonce."""


def genesis_block(  # noqa: PLR0913 - what the block depends on
    configtx_path: Path,
    profile: str,
    channel_id: str,
    crypto_folder: Path | None = None,
    addresses: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
) -> common.Block:
    """Make the genesis block of `profile` for `channel_id`.

    `addresses` maps the name of an organisation to the `host:port` of its node and replaces its anchor peers,
    its orderer endpoints and the consenters that the file puts at those endpoints: ports are found at run
    time.

    Raises:
        ConfigurationError: the file, or a folder it names, cannot be followed, or an address names no
        organisation.
    """
    read = read_configtx(configtx_path, profile, crypto_folder)
    return genesis_block_of(with_addresses(read, addresses or {}), channel_id, now=now)


def genesis_block_of(profile: Profile, channel_id: str, *, now: datetime | None = None) -> common.Block:
    """Make the genesis block of a profile as it stands.

    Raises:
        ConfigurationError: a folder or certificate it names cannot be read.
    """
    group = channel_group(profile)
    return block_of(group, channel_id, now or datetime.now(UTC), secrets.token_bytes(_NONCE_BYTES))


def with_addresses(profile: Profile, addresses: Mapping[str, str]) -> Profile:
    """The profile with other addresses; see `genesis_block`.

    Raises:
        ConfigurationError: an address is no host:port, or its organisation is not in the profile.
    """
    parsed = {name: Address.parse(text) for name, text in addresses.items()}
    names = {each.name for each in (*profile.orderer.organisations, *profile.application.organisations)}
    if unknown := sorted(parsed.keys() - names):
        raise ConfigurationError(f"the profile has no organisation {', '.join(unknown)}")
    moved = {
        endpoint: parsed[organisation.name]
        for organisation in profile.orderer.organisations
        if organisation.name in parsed
        for endpoint in organisation.orderer_endpoints
    }
    orderer = replace(
        profile.orderer,
        organisations=tuple(_moved(each, parsed) for each in profile.orderer.organisations),
        addresses=tuple(moved.get(each, each) for each in profile.orderer.addresses),
        consenters=tuple(
            replace(each, address=moved.get(each.address, each.address))
            for each in profile.orderer.consenters
        ),
    )
    members = tuple(_moved(each, parsed) for each in profile.application.organisations)
    return replace(profile, orderer=orderer, application=replace(profile.application, organisations=members))


def block_of(group: configtx.ConfigGroup, channel_id: str, now: datetime, nonce: bytes) -> common.Block:
    """Wrap a configuration tree into block 0, whose one transaction nobody signs."""
    header = common.ChannelHeader(
        type=common.CONFIG, version=1, channel_id=channel_id, tx_id=transaction_id(nonce, b"")
    )
    header.timestamp.FromSeconds(int(now.timestamp()))
    payload = common.Payload(
        header=common.Header(
            channel_header=header.SerializeToString(),
            signature_header=common.SignatureHeader(nonce=nonce).SerializeToString(),
        ),
        data=configtx.ConfigEnvelope(config=configtx.Config(channel_group=group)).SerializeToString(
            deterministic=True
        ),
    )
    block = new_block(0, b"", [common.Envelope(payload=payload.SerializeToString()).SerializeToString()])
    last_config = common.LastConfig(index=0)
    for index, value in (
        (common.LAST_CONFIG, last_config),
        (common.SIGNATURES, common.OrdererBlockMetadata(last_config=last_config)),
    ):
        set_metadata(block, index, common.Metadata(value=value.SerializeToString()).SerializeToString())
    return block


def _moved(organisation: Organisation, addresses: Mapping[str, Address]) -> Organisation:
    address = addresses.get(organisation.name)
    if address is None:
        return organisation
    return replace(
        organisation,
        anchor_peers=(address,) if organisation.anchor_peers else (),
        orderer_endpoints=(address,) if organisation.orderer_endpoints else (),
    )
