"""What the runtime knows of the peer it serves, read from the environment once, at the start."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LOCAL_MSP_VARIABLE = "CORE_PEER_LOCALMSPID"
"""As Fabric's chaincode libraries (fabric-chaincode-go shim/stub.go GetMSPID)."""


@dataclass(frozen=True, slots=True)
class PeerEnvironment:
    """MSP ID of the peer served, empty if unknown, and the runtime's own clock (seconds since 1970, UTC).

    Passed along explicitly, so that one process can stand for several peers, as the testing kit does.
    """

    local_msp_id: str
    clock: Callable[[], float] = time.time

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "PeerEnvironment":
        """Read what Fabric puts into a chaincode's environment."""
        return cls(environment.get(LOCAL_MSP_VARIABLE, ""))
