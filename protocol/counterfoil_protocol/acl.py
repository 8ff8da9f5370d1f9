"""Access control: which policy guards which of a peer's resources.

Sources: core/aclmgmt/defaultaclprovider.go (defaults), resourceprovider.go (what may be overridden),
common/channelconfig/acls.go (paths).
"""

from collections.abc import Mapping

from .policy import APPLICATION_READERS, APPLICATION_WRITERS

LOCAL_POLICIES: Mapping[str, str] = {
    "_lifecycle/InstallChaincode": "Admins",
    "_lifecycle/QueryInstalledChaincode": "Admins",
    "_lifecycle/GetInstalledChaincodePackage": "Admins",
    "_lifecycle/QueryInstalledChaincodes": "Admins",
    "_lifecycle/ApproveChaincodeDefinitionForMyOrg": "Admins",
    "_lifecycle/QueryApprovedChaincodeDefinition": "Admins",
    "_lifecycle/QueryApprovedChaincodeDefinitions": "Admins",
    "cscc/JoinChain": "Admins",
    "cscc/GetChannels": "Members",
}
"""Resources guarded by the peer's own MSP; a channel's configuration does not override them."""

DEFAULTS: Mapping[str, str] = {
    "_lifecycle/CommitChaincodeDefinition": APPLICATION_WRITERS,
    "_lifecycle/QueryChaincodeDefinition": APPLICATION_WRITERS,
    "_lifecycle/QueryChaincodeDefinitions": APPLICATION_WRITERS,
    "_lifecycle/CheckCommitReadiness": APPLICATION_WRITERS,
    "qscc/GetChainInfo": APPLICATION_READERS,
    "qscc/GetBlockByNumber": APPLICATION_READERS,
    "qscc/GetBlockByHash": APPLICATION_READERS,
    "qscc/GetTransactionByID": APPLICATION_READERS,
    "qscc/GetBlockByTxID": APPLICATION_READERS,
    "cscc/GetConfigBlock": APPLICATION_READERS,
    "cscc/GetChannelConfig": APPLICATION_READERS,
    "peer/Propose": APPLICATION_WRITERS,
    "peer/ChaincodeToChaincode": APPLICATION_WRITERS,
    "event/Block": APPLICATION_READERS,
    "event/FilteredBlock": APPLICATION_READERS,
    "gateway/CommitStatus": APPLICATION_READERS,
    "gateway/ChaincodeEvents": APPLICATION_READERS,
}
"""Policies of a channel's resources where its configuration names none."""


def resource_policy(resource: str, overrides: Mapping[str, str]) -> str | None:
    """Path of the policy that guards a channel's resource; None for local and unknown resources.

    Args:
        resource: such as ``event/Block``.
        overrides: the configuration's ACLs, resource to policy reference; an empty reference counts as none.
    """
    if resource in LOCAL_POLICIES:
        return None
    reference = overrides.get(resource)
    if not reference:
        return DEFAULTS.get(resource)
    return reference if reference.startswith("/") else f"/Channel/Application/{reference}"
