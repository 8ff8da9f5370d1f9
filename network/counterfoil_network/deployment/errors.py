"""What can go wrong with a running network.

DeploymentError
├── FolderInUse       another process runs a network in the folder
├── NotRunning        no network runs in the folder
├── EngineFailed      the engine's process did not start or ended early
├── ProgramsMissing   Fabric's own programs were not found
└── ChaincodeRefused  installing, approving or committing the chaincode failed
    └── OutcomeUnknown   perhaps it is in force all the same
"""


class DeploymentError(Exception):
    """Any expected failure of this package."""


class FolderInUse(DeploymentError):  # noqa: N818 - reads as the fact it states
    """Another process runs a network in the folder; `pid` is the one it states, 0 if it states none."""

    def __init__(self, message: str, pid: int) -> None:
        super().__init__(message)
        self.pid = pid


class NotRunning(DeploymentError):  # noqa: N818 - reads as the fact it states
    """No network runs in the folder."""


class EngineFailed(DeploymentError):  # noqa: N818 - reads as the fact it states
    """The engine's process did not become ready, or ended by itself."""


class ProgramsMissing(DeploymentError):  # noqa: N818 - reads as the fact it states
    """Fabric's own programs were not found, or are too old; the text says where to get them."""


class ChaincodeRefused(DeploymentError):  # noqa: N818 - reads as the fact it states
    """The chaincode could not be installed, approved or committed."""


class OutcomeUnknown(ChaincodeRefused):
    """The commit was handed over, and nobody has shown yet what came of it."""
