"""Running a network: its folder, lock, state, connection profiles, engine process; deploying chaincode.

`counterfoil_network.deployment.chaincode` needs the SDK and is imported by those who deploy; nothing here is.
"""

from counterfoil_network.deployment.errors import (
    ChaincodeRefused,
    DeploymentError,
    EngineFailed,
    FolderInUse,
    NotRunning,
    OutcomeUnknown,
    ProgramsMissing,
)
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.network import RunningNetwork, run_network
from counterfoil_network.deployment.preparation import EMBEDDED, FABRIC, NetworkSettings, Prepared, prepare
from counterfoil_network.deployment.source_package import package_sources
from counterfoil_network.deployment.state import NetworkState, Node, read_state, running_state

__all__ = [
    "EMBEDDED",
    "FABRIC",
    "ChaincodeRefused",
    "DeploymentError",
    "EngineFailed",
    "FolderInUse",
    "NetworkFolder",
    "NetworkSettings",
    "NetworkState",
    "Node",
    "NotRunning",
    "OutcomeUnknown",
    "Prepared",
    "ProgramsMissing",
    "RunningNetwork",
    "package_sources",
    "prepare",
    "read_state",
    "run_network",
    "running_state",
]
