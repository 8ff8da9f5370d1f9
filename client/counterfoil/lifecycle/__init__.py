"""Administration of chaincode, as ``peer lifecycle chaincode`` does it: Fabric's own ``_lifecycle`` messages.

    package = lifecycle.package("trade_1", "python", files)
    installed = lifecycle.install(gateway, package)  # each organisation's admin, own peer
    lifecycle.approve(network, definition, installed.package_id)  # each organisation's admin
    lifecycle.check_commit_readiness(network, definition).approvals       # {"BankAMSP": True, ...}
    lifecycle.commit(network, definition, endorsing_organizations=[...])  # one of them
    lifecycle.query_committed(network, "trade")

The Gateway has to be connected as an administrator of its organisation to install, approve and commit.
"""

from ._administration import (
    Readiness,
    approve,
    check_commit_readiness,
    commit,
    query_approved,
    query_committed,
)
from ._definition import ApprovedDefinition, ChaincodeDefinition, CommittedDefinition
from ._installation import InstalledChaincode, install, package, query_installed

__all__ = [
    "ApprovedDefinition",
    "ChaincodeDefinition",
    "CommittedDefinition",
    "InstalledChaincode",
    "Readiness",
    "approve",
    "check_commit_readiness",
    "commit",
    "install",
    "package",
    "query_approved",
    "query_committed",
    "query_installed",
]
