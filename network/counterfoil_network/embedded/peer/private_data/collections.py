"""Collections of a namespace as committed, and who is a member (core/common/privdata/simplecollection.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.collection import implicit_collection, implicit_collection_owner
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.definitions import LIFECYCLE, read_definition
from counterfoil_protocol.ledger.simulator import CollectionAccess
from counterfoil_protocol.signature_policy import compile_policy_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.ledger.simulator import GetState
    from counterfoil_protocol.ledger.state import StateReader
    from counterfoil_protocol.messages import collection

    from counterfoil_network.embedded.channel import Channel

IMPLICIT_REQUIRED_PEERS = 0
IMPLICIT_MAXIMUM_PEERS = 1
"""Dissemination of an organisation's own implicit collection (peer.gossip.pvtData.implicitCollection...)."""


def state_getter(view: StateReader) -> GetState:
    """Read public state of a view without recording the reads."""

    def get(namespace: str, key: str) -> bytes | None:
        found = view.get_state(namespace, key)
        return found.value if found is not None else None

    return get


def find_collection(
    get: GetState, channel: Channel, namespace: str, name: str
) -> collection.StaticCollectionConfig | None:
    """Return a collection of a defined chaincode, explicit or implicit; None where there is none."""
    owner = implicit_collection_owner(name)
    if owner is not None:
        # Implicit collections exist for every chaincode and for `_lifecycle` itself.
        return implicit_collection(owner).to_message() if owner in channel.application_msp_ids else None
    if namespace == LIFECYCLE:
        return None
    definition = read_definition(get, namespace)
    return definition.collection_config(name) if definition is not None else None


def is_member(channel: Channel, config: collection.StaticCollectionConfig, identity: Identity) -> bool:
    """Whether an identity satisfies a collection's member policy."""
    policy = config.member_orgs_policy.signature_policy.SerializeToString()
    try:
        return compile_policy_bytes(policy).evaluate([identity], channel.msps.satisfies)
    except MalformedMessage:
        return False


def creator_access(
    channel: Channel, creator: Identity, get: GetState, namespace: str
) -> Mapping[str, CollectionAccess] | None:
    """Tell what a proposal's creator may do with each collection of a namespace; None if it is undefined.

    Read through `get`, so that the definition belongs to the read set, as in Fabric.
    """
    everything = CollectionAccess()
    access = {f"_implicit_org_{msp_id}": everything for msp_id in channel.application_msp_ids}
    if namespace == LIFECYCLE:
        return access
    definition = read_definition(get, namespace)
    if definition is None:
        return None
    for config in definition.collection_configs():
        open_to_all = not config.member_only_read and not config.member_only_write
        if open_to_all or is_member(channel, config, creator):
            access[config.name] = everything
        else:
            access[config.name] = CollectionAccess(
                read=not config.member_only_read, write=not config.member_only_write
            )
    return access
