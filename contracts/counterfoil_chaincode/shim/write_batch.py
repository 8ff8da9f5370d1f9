"""Writes collected to be sent at the end, together (Fabric 3.1) or one by one.

Of two writes to one key the last counts. What a transaction collected before it refuses is never sent: a peer
spreads the private data of a refused proposal, too, among the collection's members.
"""

from collections.abc import Iterator

from counterfoil_protocol.messages import chaincode_shim

MESSAGE = chaincode_shim.ChaincodeMessage
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

    def messages(self, size: int) -> Iterator[tuple[MESSAGE.Type.ValueType, bytes]]:
        """What the peer is sent: at most `size` writes a message; with size 0 each by itself."""
        records = list(self._records.values())
        if not size:
            yield from map(_alone, records)
            return
        for start in range(0, len(records), size):
            batch = chaincode_shim.WriteBatchState(rec=records[start : start + size])
            yield MESSAGE.WRITE_BATCH_STATE, batch.SerializeToString()


def _alone(record: chaincode_shim.WriteRecord) -> tuple[MESSAGE.Type.ValueType, bytes]:
    """The message for one write, from before there were batches."""
    key, collection = record.key, record.collection
    if record.type == _RECORD.PUT_STATE:
        put = chaincode_shim.PutState(key=key, value=record.value, collection=collection)
        return MESSAGE.PUT_STATE, put.SerializeToString()
    if record.type == _RECORD.DEL_STATE:
        return MESSAGE.DEL_STATE, chaincode_shim.DelState(key=key, collection=collection).SerializeToString()
    if record.type == _RECORD.PURGE_PRIVATE_DATA:
        purge = chaincode_shim.PurgePrivateState(key=key, collection=collection)
        return MESSAGE.PURGE_PRIVATE_DATA, purge.SerializeToString()
    metadata = chaincode_shim.PutStateMetadata(key=key, collection=collection, metadata=record.metadata)
    return MESSAGE.PUT_STATE_METADATA, metadata.SerializeToString()
