"""Approve a definition for the own organisation, see who approved, commit it.

Source: core/chaincode/lifecycle/lifecycle.go (ExternalFunctions), error texts included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_network.embedded.peer.lifecycle.definition import (
    Definition,
    approval_name,
    local_package,
    read_definition,
    read_package_id,
    read_parameters,
    read_sequence,
)
from counterfoil_network.embedded.peer.lifecycle.layout import (
    NAMESPACES,
    SOURCES,
    mismatches,
    read_metadata,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterfoil_network.embedded.peer.lifecycle.layout import GetState, WritableState


class LifecycleError(Exception):
    """The request contradicts what is committed or approved; the text is Fabric's."""


def approve(
    public: WritableState, own: WritableState, chaincode: str, definition: Definition, package_id: str
) -> None:
    """Record the own organisation's approval and package in its implicit collection.

    Raises:
        LifecycleError: wrong sequence, or nothing new is said.

    """
    current, requested = read_sequence(public.get, chaincode), definition.sequence
    if requested == 0 and current == 0:
        raise LifecycleError("requested sequence is 0, but first definable sequence number is 1")
    if requested < current:
        raise LifecycleError(
            f"currently defined sequence {current} is larger than requested sequence {requested}"
        )
    if requested > current + 1:
        raise LifecycleError(
            f"requested sequence {requested} is larger than the next available sequence number {current + 1}"
        )
    if requested == current:
        _check_same(public, chaincode, definition)
    if _is_approved(own, chaincode, definition, package_id):
        if requested == current:
            raise LifecycleError(
                f"attempted to redefine the current committed sequence ({current}) for namespace {chaincode}"
            )
        raise LifecycleError(
            f"attempted to redefine uncommitted sequence ({requested}) for namespace {chaincode} "
            "with unchanged content"
        )
    name = approval_name(chaincode, requested)
    write(own, NAMESPACES, name, definition.parameters.structure())
    write(own, SOURCES, name, local_package(package_id))


def approvals(
    organisations: Mapping[str, GetState], chaincode: str, definition: Definition
) -> dict[str, list[str] | None]:
    """Tell for each organisation what it approved differently; None where it approved exactly this.

    `organisations` gives by MSP ID the hashes of its implicit collection.
    """
    name, structure = approval_name(chaincode, definition.sequence), definition.parameters.structure()
    return {
        msp_id: mismatches(get_hash, NAMESPACES, name, structure)
        for msp_id, get_hash in organisations.items()
    }


def check_readiness(
    public: GetState, organisations: Mapping[str, GetState], chaincode: str, definition: Definition
) -> dict[str, list[str] | None]:
    """Tell who has approved a definition that is next in sequence.

    Raises:
        LifecycleError: it is not next.

    """
    current = read_sequence(public, chaincode)
    if definition.sequence != current + 1:
        raise LifecycleError(
            f"requested sequence is {definition.sequence}, but new definition must be sequence {current + 1}"
        )
    return approvals(organisations, chaincode, definition)


def commit(
    public: WritableState, organisations: Mapping[str, GetState], chaincode: str, definition: Definition
) -> dict[str, list[str] | None]:
    """Write the definition into public state and tell who has approved it.

    Raises:
        LifecycleError: it is not next in sequence.

    """
    found = check_readiness(public.get, organisations, chaincode, definition)
    write(public, NAMESPACES, chaincode, definition.structure())
    return found


def _check_same(public: WritableState, chaincode: str, definition: Definition) -> None:
    committed = read_definition(public.get, chaincode)
    if committed is None:
        raise LifecycleError(
            f"missing metadata for currently committed sequence number ({definition.sequence})"
        )
    difference = committed.parameters.difference(definition.parameters)
    if difference is not None:
        raise LifecycleError(
            f"attempted to redefine the current committed sequence ({definition.sequence}) for namespace "
            f"{chaincode} with different parameters: {difference}"
        )


def _is_approved(own: WritableState, chaincode: str, definition: Definition, package_id: str) -> bool:
    name = approval_name(chaincode, definition.sequence)
    if read_metadata(own.get, NAMESPACES, name) is None:
        return False
    if read_parameters(own.get, name).difference(definition.parameters) is not None:
        return False
    return read_package_id(own.get, name) == package_id
