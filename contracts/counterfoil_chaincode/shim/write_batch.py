"""Writes collected to be sent together (Fabric 3.1); of two writes to one key the last counts."""

from collections.abc import Iterator

from counterfoil_protocol.messages import chaincode_shim

_RECORD = chaincode_shim.WriteRecord
_DATA, _METADATA = 0, 1


class WriteBatch:
    """As fabric-chaincode-go shim/batch.go, but in order of first writing, so that two runs send the same."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: dict[tuple[int, str, str], chaincode_shim.WriteRecord] = {}

    def put(self, collection: str, key: str, value: bytes) -> None:
        """Collect a write."""
        self._records[_DATA, collection, key] = _RECORD(
            key=key, value=value, collection=collection, type=_RECORD.PUT_STATE
        )

    def delete(self, collection: str, key: str) -> None:
        """Collect a deletion."""
        self._records[_DATA, collection, key] = _RECORD(
            key=key, collection=collection, type=_RECORD.DEL_STATE
        )

    def purge(self, collection: str, key: str) -> None:
        """Collect a purge of a private key."""
        self._records[_DATA, collection, key] = _RECORD(
            key=key, collection=collection, type=_RECORD.PURGE_PRIVATE_DATA
        )

    def put_metadata(self, collection: str, key: str, metadata: chaincode_shim.StateMetadata) -> None:
        """Collect metadata of a key, apart from its value."""
        self._records[_METADATA, collection, key] = _RECORD(
            key=key, collection=collection, metadata=metadata, type=_RECORD.PUT_STATE_METADATA
        )

    def messages(self, size: int) -> Iterator[bytes]:
        """Payloads of WRITE_BATCH_STATE, at most `size` writes each."""
        records = list(self._records.values())
        for start in range(0, len(records), size):
            yield chaincode_shim.WriteBatchState(rec=records[start : start + size]).SerializeToString()
