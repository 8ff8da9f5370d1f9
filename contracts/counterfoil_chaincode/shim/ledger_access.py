"""Requests of one transaction to its peer, for public state (collection "") and collections alike.

Every request is one ChaincodeMessage there and back (fabric core/chaincode/handler.go). The seam to the
transport is `PeerCall`, so that the testing kit answers the same messages from memory.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from counterfoil_protocol.messages import chaincode_shim

from ..errors import ContractDefect
from .iterators import (
    KeyModification,
    KeyValue,
    Page,
    QueryIterator,
    parse_key_modification,
    parse_key_value,
)
from .peer_features import PeerFeatures
from .write_batch import WriteBatch

MESSAGE = chaincode_shim.ChaincodeMessage
VALIDATION_PARAMETER = "VALIDATION_PARAMETER"
"""Metadata key of a key-level endorsement policy (peer.MetaDataKeys)."""


class PeerCall(Protocol):
    """One request of a transaction: message type and payload there, payload of the RESPONSE back.

    Raises:
        PeerError: the peer answered ERROR.
        StreamClosed: the stream ended first.
    """

    def __call__(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        """Ask the peer, and wait for its answer."""
        ...


class LedgerAccess:
    """The requests, without the argument checks of the public methods built on them."""

    __slots__ = ("_batch", "_call", "_features", "_read_only")

    def __init__(self, call: PeerCall, features: PeerFeatures) -> None:
        self._call = call
        self._features = features
        self._batch: WriteBatch | None = None
        self._read_only = False

    def forbid_writes(self) -> None:
        """From here on a write is a defect of the contract."""
        self._read_only = True

    def get(self, collection: str, key: str) -> bytes | None:
        """The committed value; None if there is none (Fabric cannot tell an empty value from none)."""
        payload = chaincode_shim.GetState(key=key, collection=collection).SerializeToString()
        return self._call(MESSAGE.GET_STATE, payload) or None

    def get_multiple(self, collection: str, keys: Sequence[str]) -> list[bytes | None]:
        """Values of many keys, in their order; one message for many where the peer can (Fabric 3.1)."""
        size = self._features.multiple_keys
        if not size:
            return [self.get(collection, key) for key in keys]
        values: list[bytes | None] = []
        for start in range(0, len(keys), size):
            request = chaincode_shim.GetStateMultiple(keys=keys[start : start + size], collection=collection)
            answer = self._call(MESSAGE.GET_STATE_MULTIPLE, request.SerializeToString())
            values += [
                value or None for value in chaincode_shim.GetStateMultipleResult.FromString(answer).values
            ]
        return values

    def get_hash(self, collection: str, key: str) -> bytes | None:
        """SHA-256 of a private value, which any peer has."""
        payload = chaincode_shim.GetState(key=key, collection=collection).SerializeToString()
        return self._call(MESSAGE.GET_PRIVATE_DATA_HASH, payload) or None

    def put(self, collection: str, key: str, value: bytes) -> None:
        """Write a value; reads go on seeing the committed one."""
        self._check_writable()
        if self._batch is not None:
            self._batch.put(collection, key, value)
            return
        payload = chaincode_shim.PutState(key=key, value=value, collection=collection).SerializeToString()
        self._call(MESSAGE.PUT_STATE, payload)

    def delete(self, collection: str, key: str) -> None:
        """Delete a key."""
        self._check_writable()
        if self._batch is not None:
            self._batch.delete(collection, key)
            return
        payload = chaincode_shim.DelState(key=key, collection=collection).SerializeToString()
        self._call(MESSAGE.DEL_STATE, payload)

    def purge(self, collection: str, key: str) -> None:
        """Purge a private key, its history of values included."""
        self._check_writable()
        if self._batch is not None:
            self._batch.purge(collection, key)
            return
        payload = chaincode_shim.PurgePrivateState(key=key, collection=collection).SerializeToString()
        self._call(MESSAGE.PURGE_PRIVATE_DATA, payload)

    def get_validation_parameter(self, collection: str, key: str) -> bytes | None:
        """The key's own endorsement policy (a serialized SignaturePolicyEnvelope), None if it has none."""
        request = chaincode_shim.GetStateMetadata(key=key, collection=collection)
        answer = self._call(MESSAGE.GET_STATE_METADATA, request.SerializeToString())
        for entry in chaincode_shim.StateMetadataResult.FromString(answer).entries:
            if entry.metakey == VALIDATION_PARAMETER:
                return entry.value
        return None

    def set_validation_parameter(self, collection: str, key: str, policy: bytes) -> None:
        """Give the key an endorsement policy of its own."""
        self._check_writable()
        metadata = chaincode_shim.StateMetadata(metakey=VALIDATION_PARAMETER, value=policy)
        if self._batch is not None:
            self._batch.put_metadata(collection, key, metadata)
            return
        request = chaincode_shim.PutStateMetadata(key=key, collection=collection, metadata=metadata)
        self._call(MESSAGE.PUT_STATE_METADATA, request.SerializeToString())

    def range(self, collection: str, start: str, end: str) -> QueryIterator[KeyValue]:
        """Keys from `start` up to but not including `end`."""
        request = chaincode_shim.GetStateByRange(startKey=start, endKey=end, collection=collection)
        return self._key_values(self._query(MESSAGE.GET_STATE_BY_RANGE, request.SerializeToString()))

    def range_page(self, start: str, end: str, page_size: int, bookmark: str) -> Page[KeyValue]:
        """One page of a range of public keys."""
        metadata = _page_request(page_size, bookmark)
        request = chaincode_shim.GetStateByRange(startKey=start, endKey=end, metadata=metadata)
        return self._page(self._query(MESSAGE.GET_STATE_BY_RANGE, request.SerializeToString()))

    def rich_query(self, collection: str, query: str) -> QueryIterator[KeyValue]:
        """A query in the state database's own language, where it has one."""
        request = chaincode_shim.GetQueryResult(query=query, collection=collection)
        return self._key_values(self._query(MESSAGE.GET_QUERY_RESULT, request.SerializeToString()))

    def rich_query_page(self, query: str, page_size: int, bookmark: str) -> Page[KeyValue]:
        """One page of a rich query on public state."""
        request = chaincode_shim.GetQueryResult(query=query, metadata=_page_request(page_size, bookmark))
        return self._page(self._query(MESSAGE.GET_QUERY_RESULT, request.SerializeToString()))

    def history(self, key: str) -> QueryIterator[KeyModification]:
        """All committed modifications of a public key, newest first."""
        request = chaincode_shim.GetHistoryForKey(key=key)
        response = self._query(MESSAGE.GET_HISTORY_FOR_KEY, request.SerializeToString())
        return QueryIterator(response, self._fetch_next, self._close_query, parse_key_modification)

    def start_batch(self) -> None:
        """Collect the writes from here on."""
        if self._batch is None:
            self._batch = WriteBatch()

    def finish_batch(self) -> None:
        """Send what was collected."""
        batch, self._batch = self._batch, None
        if batch is not None:
            for message_type, payload in batch.messages(self._features.write_batch):
                self._call(message_type, payload)

    def call(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        """Any other request."""
        return self._call(message_type, payload)

    def _check_writable(self) -> None:
        if self._read_only:
            raise ContractDefect("a function that is only evaluated writes")

    def _query(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> chaincode_shim.QueryResponse:
        return chaincode_shim.QueryResponse.FromString(self._call(message_type, payload))

    def _key_values(self, response: chaincode_shim.QueryResponse) -> QueryIterator[KeyValue]:
        return QueryIterator(response, self._fetch_next, self._close_query, parse_key_value)

    def _page(self, response: chaincode_shim.QueryResponse) -> Page[KeyValue]:
        told = chaincode_shim.QueryResponseMetadata.FromString(response.metadata)
        results: Iterator[KeyValue] = self._key_values(response)
        return Page(tuple(results), told.fetched_records_count, told.bookmark)

    def _fetch_next(self, query_id: str) -> chaincode_shim.QueryResponse:
        request = chaincode_shim.QueryStateNext(id=query_id)
        return self._query(MESSAGE.QUERY_STATE_NEXT, request.SerializeToString())

    def _close_query(self, query_id: str) -> None:
        self._call(MESSAGE.QUERY_STATE_CLOSE, chaincode_shim.QueryStateClose(id=query_id).SerializeToString())


def _page_request(page_size: int, bookmark: str) -> bytes:
    return chaincode_shim.QueryMetadata(pageSize=page_size, bookmark=bookmark).SerializeToString()
