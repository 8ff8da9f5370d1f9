"""Answers to a chaincode's range queries and their iterators (core/chaincode/handler.go)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import chaincode_shim, query_result
from google.protobuf.timestamp_pb2 import Timestamp

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.state_requests import check_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import NoReturn

    from counterfoil_protocol.ledger.simulator import KeyValue, Simulator

    from counterfoil_network.embedded.peer.chaincode.state_requests import Request
    from counterfoil_network.embedded.peer.chaincode.transaction_context import TransactionContext

_Message = chaincode_shim.ChaincodeMessage


def _get_state_by_range(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetStateByRange.FromString(payload)
    paging = chaincode_shim.QueryMetadata.FromString(request.metadata)
    if request.collection:
        check_private(context)
        private = simulator.get_private_range(
            context.namespace, request.collection, request.startKey, request.endKey
        )
        return context.queries.open(_serialized(private)).SerializeToString()
    if paging.pageSize or paging.bookmark:
        found = simulator.get_state_range(
            context.namespace, paging.bookmark or request.startKey, request.endKey, page_size=paging.pageSize
        )
        # A full page is not read past its last result (query_response_generator.go).
        results = list(islice(_serialized(found), paging.pageSize or None))
        return context.queries.page(results, found.bookmark()).SerializeToString()
    public = simulator.get_state_range(context.namespace, request.startKey, request.endKey)
    return context.queries.open(_serialized(public)).SerializeToString()


def _query_next(payload: bytes, context: TransactionContext, _: Simulator) -> bytes:
    request = chaincode_shim.QueryStateNext.FromString(payload)
    try:
        return context.queries.next(request.id).SerializeToString()
    except KeyError:
        raise ChaincodeFailure("query iterator not found") from None


def _query_close(payload: bytes, context: TransactionContext, _: Simulator) -> bytes:
    request = chaincode_shim.QueryStateClose.FromString(payload)
    return context.queries.close(request.id).SerializeToString()


def _rich_query(payload: bytes, context: TransactionContext, simulator: Simulator) -> NoReturn:
    """Refuse, in the words of what LevelDB does not have; a collection is looked for first."""
    request = chaincode_shim.GetQueryResult.FromString(payload)
    paging = chaincode_shim.QueryMetadata.FromString(request.metadata)
    if request.collection:
        check_private(context)
        # What a range over the collection is refused for, this is too.
        simulator.get_private_range(context.namespace, request.collection, "", "")
    elif paging.pageSize or paging.bookmark:
        raise ChaincodeFailure("ExecuteQueryWithMetadata not supported for leveldb")
    raise ChaincodeFailure("ExecuteQuery not supported for leveldb")


def _history(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetHistoryForKey.FromString(payload)
    found = simulator.get_history(context.namespace, request.key)
    results = (
        query_result.KeyModification(
            tx_id=each.transaction_id,
            value=each.value,
            timestamp=Timestamp(seconds=each.timestamp[0], nanos=each.timestamp[1]),
            is_delete=each.is_delete,
        ).SerializeToString()
        for each in found
    )
    return context.queries.open(results).SerializeToString()


def _serialized(results: Iterable[KeyValue]) -> Iterator[bytes]:
    for result in results:
        yield query_result.KV(
            namespace=result.namespace, key=result.key, value=result.value
        ).SerializeToString()


QUERY_REQUESTS: dict[int, Request] = {
    _Message.GET_STATE_BY_RANGE: _get_state_by_range,
    _Message.QUERY_STATE_NEXT: _query_next,
    _Message.QUERY_STATE_CLOSE: _query_close,
    _Message.GET_QUERY_RESULT: _rich_query,
    _Message.GET_HISTORY_FOR_KEY: _history,
}
"""Which function answers which type of message."""
