"""Results of range, rich and history queries, fetched from the peer in batches as they are read."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Generic, NamedTuple, TypeVar

from counterfoil_protocol.messages import chaincode_shim, query_result

from ..errors import ProtocolViolation

ResultT = TypeVar("ResultT")

FetchNext = Callable[[str], chaincode_shim.QueryResponse]
CloseQuery = Callable[[str], None]


class KeyValue(NamedTuple):
    """One result of a range or rich query."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class KeyModification:
    """One entry of a key's history; the value is empty for a deletion."""

    transaction_id: str
    value: bytes = field(repr=False)
    timestamp: datetime
    is_delete: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[ResultT]):
    """A page of a query: its results, how many the peer read, where the next page starts (empty: nowhere)."""

    results: tuple[ResultT, ...] = field(repr=False)
    fetched_records_count: int
    bookmark: str


class QueryIterator(Generic[ResultT]):
    """Iterates over a query's results; closes itself at the end, or as a context manager.

    Raises, while it is read:
        PeerError: the peer could not go on with the query.
    """

    __slots__ = ("_close", "_fetch", "_parse", "_response", "_results")

    def __init__(
        self,
        response: chaincode_shim.QueryResponse,
        fetch: FetchNext,
        close: CloseQuery,
        parse: Callable[[bytes], ResultT],
    ) -> None:
        self._response = response
        self._results = iter(response.results)
        self._fetch = fetch
        self._close = close
        self._parse = parse

    def __iter__(self) -> Iterator[ResultT]:
        return self

    def __next__(self) -> ResultT:
        while True:
            for result in self._results:
                return self._parse(result.resultBytes)
            if not self._response.has_more:
                raise StopIteration
            self._response = self._fetch(self._response.id)
            self._results = iter(self._response.results)

    def close(self) -> None:
        """Tell the peer that no more is wanted. It has closed a query that was read to its end by itself."""
        if self._response.has_more:
            # The collector of garbage comes at any moment, when one may not ask; the peer closes with the
            # transaction what is open (fabric core/chaincode/transaction_context.go CloseQueryIterators).
            with contextlib.suppress(ProtocolViolation):
                self._close(self._response.id)
        self._response = chaincode_shim.QueryResponse()
        self._results = iter(self._response.results)

    def __enter__(self) -> "QueryIterator[ResultT]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def parse_key_value(data: bytes) -> KeyValue:
    """Read `queryresult.KV`."""
    result = query_result.KV.FromString(data)
    return KeyValue(result.key, result.value)


def parse_key_modification(data: bytes) -> KeyModification:
    """Read `queryresult.KeyModification`."""
    result = query_result.KeyModification.FromString(data)
    seconds, nanos = result.timestamp.seconds, result.timestamp.nanos
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanos // 1000)
    return KeyModification(result.tx_id, result.value, moment, result.is_delete)
