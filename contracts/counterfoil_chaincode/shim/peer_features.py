"""What a peer of Fabric 3.1 offers beyond single reads and writes, told in its READY message."""

from dataclasses import dataclass

from counterfoil_protocol.messages import chaincode
from google.protobuf.message import DecodeError

_LEAST_SIZE = 100
"""As fabric-chaincode-go shim/handler.go handleEstablished: a smaller figure than this is taken for this."""


@dataclass(frozen=True, slots=True)
class PeerFeatures:
    """Largest number of writes and of keys in one message; 0 means one by one."""

    write_batch: int = 0
    multiple_keys: int = 0

    @classmethod
    def parse(cls, payload: bytes) -> "PeerFeatures":
        """Read READY's payload; an older peer's is empty, and one that cannot be read offers nothing."""
        try:
            told = chaincode.ChaincodeAdditionalParams.FromString(payload)
        except DecodeError:
            return cls()
        return cls(
            max(told.max_size_write_batch, _LEAST_SIZE) if told.use_write_batch else 0,
            max(told.max_size_get_multiple_keys, _LEAST_SIZE) if told.use_get_multiple_keys else 0,
        )
