"""What a simulation touched, for planning who else must endorse (core/endorser/endorser.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import policies, proposal_response
from counterfoil_protocol.rwset import VALIDATION_PARAMETER
from counterfoil_protocol.wire import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_protocol.ledger.simulator import SimulationResult
    from counterfoil_protocol.rwset import NamespaceReadWriteSet


def chaincode_interest(
    result: SimulationResult, is_system: Callable[[str], bool]
) -> proposal_response.ChaincodeInterest:
    """Name the chaincodes, collections and key-level policies of a simulation, system chaincodes left out.

    A key with a policy of its own is covered by that alone; any other write, and a namespace that is only
    read, needs the chaincode's policy. A collection that is read wants endorsers that are members.
    """
    interest = proposal_response.ChaincodeInterest()
    for namespace in result.public.namespaces:
        if not is_system(namespace.namespace):
            _add_namespace(interest, namespace, result)
    return interest


def _add_namespace(
    interest: proposal_response.ChaincodeInterest, namespace: NamespaceReadWriteSet, result: SimulationResult
) -> None:
    name = namespace.namespace
    keys = {write.key for write in namespace.writes} | {write.key for write in namespace.metadata_writes}
    key_policies = _key_policies(result, name)
    collections = {collection.name for collection in namespace.collections}
    wrote_anything = bool(keys) or any(
        collection.writes or collection.metadata_writes for collection in namespace.collections
    )
    unprotected = any(not _has_policy(result, name, "", key) for key in keys)
    required = unprotected or not wrote_anything
    if key_policies or required:
        interest.chaincodes.add(
            name=name,
            key_policies=key_policies,
            disregard_namespace_policy=bool(key_policies) and not required,
        )
    for collection in sorted(collections):
        is_read = (name, collection) in result.private_reads
        if is_read or _writes_unprotected(result, namespace, collection):
            interest.chaincodes.add(name=name, collection_names=[collection], no_private_reads=not is_read)


def _writes_unprotected(result: SimulationResult, namespace: NamespaceReadWriteSet, collection: str) -> bool:
    if result.private is None:
        return False
    for written in result.private.namespaces:
        if written.namespace != namespace.namespace:
            continue
        for part in written.collections:
            if part.name == collection:
                keys = {write.key for write in part.writes} | {write.key for write in part.metadata_writes}
                return any(not _has_policy(result, namespace.namespace, collection, key) for key in keys)
    return False


def _has_policy(result: SimulationResult, namespace: str, collection: str, key: str) -> bool:
    return VALIDATION_PARAMETER in result.key_policies.get((namespace, collection, key), {})


def _key_policies(result: SimulationResult, namespace: str) -> list[policies.SignaturePolicyEnvelope]:
    found: list[policies.SignaturePolicyEnvelope] = []
    for (name, _, _), metadata in sorted(result.key_policies.items()):
        parameter = metadata.get(VALIDATION_PARAMETER)
        if name != namespace or parameter is None:
            continue
        try:
            found.append(decode(policies.SignaturePolicyEnvelope, parameter))
        except MalformedMessage:
            continue
    return found
