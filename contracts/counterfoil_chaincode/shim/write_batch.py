"""Writes collected to be sent together (Fabric 3.1); of two writes to one key the last counts."""

from collections.abc import Iterator

from counterfoil_protocol.messages import chaincode_shim

_DATA, _METADATA = 0, 1


class WriteBatch:
    """As fabric-chaincode-go shim/batch.go, but in order of first writing, so that two runs send the same."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: dict[tuple[int, str, str], chaincode_shim.WriteRecord] = {}

    def put(self, collection: str, key: str, value: bytes) -> None:
        """Collect a write."""
        record = chaincode_shim.WriteRecord(key=key, value=value, collection=collection)
        record.type = chaincode_shim.WriteRecord.PUT_STATE
        self._records[_DATA, collection, key] = record

    def delete(self, collection: str, key: str) -> None:
        """Collect a deletion."""
        record = chaincode_shim.WriteRecord(key=key, collection=collection)
        record.type = chaincode_shim.WriteRecord.DEL_STATE
        self._records[_DATA, collection, key] = record

    def purge(self, collection: str, key: str) -> None:
        """Collect a purge of a private key."""
        record = chaincode_shim.WriteRecord(key=key, collection=collection)
        record.type = chaincode_shim.WriteRecord.PURGE_PRIVATE_DATA
        self._records[_DATA, collection, key] = record

    def put_metadata(self, collection: str, key: str, metadata: chaincode_shim.StateMetadata) -> None:
        """Collect metadata of a key, apart from its value."""
        record = chaincode_shim.WriteRecord(key=key, collection=collection, metadata=metadata)
        record.type = chaincode_shim.WriteRecord.PUT_STATE_METADATA
        self._records[_METADATA, collection, key] = record

    def messages(self, size: int) -> Iterator[bytes]:
        """Payloads of WRITE_BATCH_STATE, at most `size` writes each."""
        records = list(self._records.values())
        for start in range(0, len(records), size):
            yield chaincode_shim.WriteBatchState(rec=records[start : start + size]).SerializeToString()
