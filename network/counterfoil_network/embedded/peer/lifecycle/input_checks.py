"""Checks of a definition that somebody wants to approve or commit (core/chaincode/lifecycle/scc.go)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import collection, msp_principal, policies
from google.protobuf.message import DecodeError

from counterfoil_network.embedded.peer.lifecycle.approvals import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_NAME = re.compile(r"[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*")
_VERSION = re.compile(r"[A-Za-z0-9_.+-]+")
_COLLECTION_NAME = re.compile(r"[A-Za-z0-9-]+[A-Za-z0-9_-]*")
_SYSTEM_CHAINCODES = frozenset({"cscc", "escc", "lscc", "qscc", "vscc"})


def check_name(name: str, version: str) -> None:
    """Refuse names and versions that Fabric does not allow.

    Raises:
        LifecycleError: Fabric's text.

    """
    if not _NAME.fullmatch(name):
        raise LifecycleError(
            f"invalid chaincode name '{name}'. Names can only consist of alphanumerics, '_', and '-' and can "
            "only begin with alphanumerics"
        )
    if name in _SYSTEM_CHAINCODES:
        raise LifecycleError(f"chaincode name '{name}' is the name of a system chaincode")
    if not _VERSION.fullmatch(version):
        raise LifecycleError(
            f"invalid chaincode version '{version}'. Versions can only consist of alphanumerics, '_', '-', "
            "'+', and '.'"
        )


def check_collections(
    proposed: Sequence[collection.StaticCollectionConfig],
    committed: Iterable[collection.StaticCollectionConfig],
    msp_ids: Collection[str],
) -> None:
    """Refuse collections that are malformed, name strangers, or drop or change committed ones.

    Raises:
        LifecycleError: Fabric's text.

    """
    names: set[str] = set()
    for one in proposed:
        _check_collection(one, names)
        _check_members(one, msp_ids)
        names.add(one.name)
    _check_against_committed(proposed, list(committed))


def _check_collection(one: collection.StaticCollectionConfig, names: set[str]) -> None:
    if not _COLLECTION_NAME.fullmatch(one.name):
        raise LifecycleError(
            f"invalid collection name '{one.name}'. Names can only consist of alphanumerics, '_', and '-' "
            "and cannot begin with '_'"
        )
    prefix = f"collection-name: {one.name} -- "
    if one.name in names:
        raise LifecycleError(f"{prefix}found duplicate in collection configuration")
    if one.maximum_peer_count < one.required_peer_count:
        raise LifecycleError(
            f"{prefix}maximum peer count ({one.maximum_peer_count}) cannot be less than the required peer "
            f"count ({one.required_peer_count})"
        )
    if one.required_peer_count < 0:
        raise LifecycleError(
            f"{prefix}requiredPeerCount ({one.required_peer_count}) cannot be less than zero"
        )


def _check_members(one: collection.StaticCollectionConfig, msp_ids: Collection[str]) -> None:
    if not one.HasField("member_orgs_policy"):
        raise LifecycleError(f"collection member policy is not set for collection '{one.name}'")
    if one.member_orgs_policy.WhichOneof("payload") != "signature_policy":
        raise LifecycleError(f"collection member org policy is empty for collection '{one.name}'")
    policy = one.member_orgs_policy.signature_policy
    _check_or(one.name, policy.rule)
    for principal in policy.identities:
        msp_id = _principal_msp(one.name, principal)
        if msp_id not in msp_ids:
            raise LifecycleError(
                f"collection-name: {one.name} -- collection member '{msp_id}' is not part of the channel"
            )


def _check_or(name: str, rule: policies.SignaturePolicy) -> None:
    if rule.WhichOneof("Type") != "n_out_of":
        return
    if rule.n_out_of.n != 1:
        raise LifecycleError(
            f"collection-name: {name} -- error in member org policy: signature policy is not an OR "
            f"concatenation, NOutOf {rule.n_out_of.n}"
        )
    for part in rule.n_out_of.rules:
        _check_or(name, part)


def _principal_msp(name: str, principal: msp_principal.MSPPrincipal) -> str:
    kind = principal.principal_classification
    try:
        if kind == msp_principal.MSPPrincipal.ROLE:
            return msp_principal.MSPRole.FromString(principal.principal).msp_identifier
        if kind == msp_principal.MSPPrincipal.ORGANIZATION_UNIT:
            return msp_principal.OrganizationUnit.FromString(principal.principal).msp_identifier
    except DecodeError:
        raise LifecycleError(
            f"collection-name: {name} -- cannot unmarshal identity bytes into MSPRole"
        ) from None
    raise LifecycleError(f"collection-name: {name} -- principal type {kind} is not supported")


def _check_against_committed(
    proposed: Sequence[collection.StaticCollectionConfig],
    committed: Sequence[collection.StaticCollectionConfig],
) -> None:
    if not committed:
        return
    if not proposed:
        raise LifecycleError("the proposed collection config does not contain previously defined collections")
    by_name = {one.name: one for one in proposed}
    for old in committed:
        new = by_name.get(old.name)
        if new is None:
            raise LifecycleError(
                f"existing collection [{old.name}] missing in the proposed collection configuration"
            )
        if new.block_to_live != old.block_to_live:
            raise LifecycleError(
                f"the BlockToLive in an existing collection [{old.name}] modified. "
                f"Existing value [{old.block_to_live}]"
            )
