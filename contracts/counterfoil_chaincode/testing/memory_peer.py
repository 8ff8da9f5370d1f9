"""Answers the messages of one transaction from a simulation, as the peer does (core/chaincode/handler.go)."""

from collections.abc import Callable
from itertools import islice

from counterfoil_protocol.ledger.open_queries import OpenQueries
from counterfoil_protocol.ledger.simulator import KeyValue, SimulationError, Simulator
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response, query_result

from ..errors import peer_error
from ..shim.invocation import Invocation
from .memory_state import HistoryEntry

MESSAGE = chaincode_shim.ChaincodeMessage

Invoke = Callable[[str, tuple[bytes, ...]], proposal_response.Response]
History = Callable[[str], list[HistoryEntry]]


class MemoryPeer:
    """One transaction's peer, for one namespace; `call` is the stub's `PeerCall`."""

    def __init__(
        self, simulator: Simulator, namespace: str, invocation: Invocation, history: History, invoke: Invoke
    ) -> None:
        self._simulator = simulator
        self._namespace = namespace
        self._invocation = invocation
        self._history = history
        self._invoke = invoke
        self._queries = OpenQueries()
        self._answers: dict[int, Callable[[bytes], bytes]] = {
            MESSAGE.GET_STATE: self._get_state,
            MESSAGE.GET_STATE_MULTIPLE: self._get_states,
            MESSAGE.GET_PRIVATE_DATA_HASH: self._get_hash,
            MESSAGE.GET_STATE_METADATA: self._get_metadata,
            MESSAGE.PUT_STATE: self._put_state,
            MESSAGE.DEL_STATE: self._del_state,
            MESSAGE.PURGE_PRIVATE_DATA: self._purge,
            MESSAGE.PUT_STATE_METADATA: self._put_metadata,
            MESSAGE.WRITE_BATCH_STATE: self._write_batch,
            MESSAGE.GET_STATE_BY_RANGE: self._range,
            MESSAGE.GET_QUERY_RESULT: self._rich_query,
            MESSAGE.GET_HISTORY_FOR_KEY: self._get_history,
            MESSAGE.QUERY_STATE_NEXT: self._next,
            MESSAGE.QUERY_STATE_CLOSE: self._close,
            MESSAGE.INVOKE_CHAINCODE: self._invoke_chaincode,
        }

    def call(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        """Answer one request.

        Raises:
            PeerError: what the peer would answer with ERROR, with Fabric's text.
        """
        try:
            return self._answers[message_type](payload)
        except SimulationError as error:
            name = MESSAGE.Type.Name(message_type)
            transaction_id = self._invocation.transaction_id
            raise peer_error(f"{name} failed: transaction ID: {transaction_id}: {error}") from None

    def _get_state(self, payload: bytes) -> bytes:
        request = chaincode_shim.GetState.FromString(payload)
        if request.collection:
            return self._simulator.get_private(self._namespace, request.collection, request.key) or b""
        return self._simulator.get_state(self._namespace, request.key) or b""

    def _get_states(self, payload: bytes) -> bytes:
        request = chaincode_shim.GetStateMultiple.FromString(payload)
        if request.collection:
            found = self._simulator.get_privates(self._namespace, request.collection, request.keys)
        else:
            found = self._simulator.get_states(self._namespace, request.keys)
        return chaincode_shim.GetStateMultipleResult(
            values=[value or b"" for value in found]
        ).SerializeToString()

    def _get_hash(self, payload: bytes) -> bytes:
        request = chaincode_shim.GetState.FromString(payload)
        return self._simulator.get_private_hash(self._namespace, request.collection, request.key) or b""

    def _get_metadata(self, payload: bytes) -> bytes:
        request = chaincode_shim.GetStateMetadata.FromString(payload)
        if request.collection:
            found = self._simulator.get_private_metadata(self._namespace, request.collection, request.key)
        else:
            found = self._simulator.get_state_metadata(self._namespace, request.key)
        entries = [chaincode_shim.StateMetadata(metakey=name, value=value) for name, value in found.items()]
        return chaincode_shim.StateMetadataResult(entries=entries).SerializeToString()

    def _put_state(self, payload: bytes) -> bytes:
        request = chaincode_shim.PutState.FromString(payload)
        if request.collection:
            self._simulator.put_private(self._namespace, request.collection, request.key, request.value)
        else:
            self._simulator.put_state(self._namespace, request.key, request.value)
        return b""

    def _del_state(self, payload: bytes) -> bytes:
        request = chaincode_shim.DelState.FromString(payload)
        if request.collection:
            self._simulator.del_private(self._namespace, request.collection, request.key)
        else:
            self._simulator.del_state(self._namespace, request.key)
        return b""

    def _purge(self, payload: bytes) -> bytes:
        request = chaincode_shim.PurgePrivateState.FromString(payload)
        self._simulator.purge_private(self._namespace, request.collection, request.key)
        return b""

    def _put_metadata(self, payload: bytes) -> bytes:
        request = chaincode_shim.PutStateMetadata.FromString(payload)
        metadata = {request.metadata.metakey: request.metadata.value}
        if request.collection:
            self._simulator.set_private_metadata(self._namespace, request.collection, request.key, metadata)
        else:
            self._simulator.set_state_metadata(self._namespace, request.key, metadata)
        return b""

    def _write_batch(self, payload: bytes) -> bytes:
        # The record's fields and types are those of the single messages.
        for record in chaincode_shim.WriteBatchState.FromString(payload).rec:
            single = chaincode_shim.PutState(key=record.key, value=record.value, collection=record.collection)
            content = single.SerializeToString()
            if record.type == chaincode_shim.WriteRecord.PUT_STATE_METADATA:
                content = chaincode_shim.PutStateMetadata(
                    key=record.key, collection=record.collection, metadata=record.metadata
                ).SerializeToString()
            elif record.type != chaincode_shim.WriteRecord.PUT_STATE:
                content = chaincode_shim.DelState(
                    key=record.key, collection=record.collection
                ).SerializeToString()
            self._answers[int(record.type)](content)
        return b""

    def _range(self, payload: bytes) -> bytes:
        request = chaincode_shim.GetStateByRange.FromString(payload)
        start, end = request.startKey, request.endKey
        page = chaincode_shim.QueryMetadata.FromString(request.metadata)
        if request.collection:
            private = self._simulator.get_private_range(self._namespace, request.collection, start, end)
            return self._queries.open(map(_row, private)).SerializeToString()
        if page.pageSize or page.bookmark:
            found = self._simulator.get_state_range(
                self._namespace, page.bookmark or start, end, page_size=page.pageSize
            )
            # A full page is not read past its last result (query_response_generator.go).
            results = [_row(row) for row in islice(found, page.pageSize or None)]
            return self._queries.page(results, found.bookmark()).SerializeToString()
        rows = self._simulator.get_state_range(self._namespace, start, end)
        return self._queries.open(map(_row, rows)).SerializeToString()

    def _rich_query(self, _: bytes) -> bytes:
        raise SimulationError("ExecuteQuery not supported for leveldb")

    def _get_history(self, payload: bytes) -> bytes:
        entries = self._history(chaincode_shim.GetHistoryForKey.FromString(payload).key)
        return self._queries.open(map(_modification, reversed(entries))).SerializeToString()

    def _next(self, payload: bytes) -> bytes:
        identifier = chaincode_shim.QueryStateNext.FromString(payload).id
        try:
            return self._queries.next(identifier).SerializeToString()
        except KeyError:
            raise SimulationError("query iterator not found") from None

    def _close(self, payload: bytes) -> bytes:
        identifier = chaincode_shim.QueryStateClose.FromString(payload).id
        return self._queries.close(identifier).SerializeToString()

    def _invoke_chaincode(self, payload: bytes) -> bytes:
        request = chaincode.ChaincodeSpec.FromString(payload)
        # `name:version/channel`; the version is not looked at (core/chaincode/handler.go ParseName).
        name, _, channel = request.chaincode_id.name.partition("/")
        if channel not in ("", self._invocation.channel_id):
            raise SimulationError(f"the testing kit has one channel, and no {channel}")
        response = self._invoke(name.partition(":")[0], tuple(request.input.args))
        return MESSAGE(type=MESSAGE.COMPLETED, payload=response.SerializeToString()).SerializeToString()


def _row(found: KeyValue) -> bytes:
    return query_result.KV(namespace=found.namespace, key=found.key, value=found.value).SerializeToString()


def _modification(entry: HistoryEntry) -> bytes:
    message = query_result.KeyModification(
        tx_id=entry.transaction_id, value=entry.value, is_delete=entry.is_delete
    )
    message.timestamp.FromDatetime(entry.timestamp)
    return message.SerializeToString()
