"""Iterators that a chaincode holds open on its peer: ranges and histories, in batches or pages.

Source: core/chaincode/query_response_generator.go (100 results a message, bookmark for pages).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from ..messages import chaincode_shim

RESULTS_A_MESSAGE = 100
"""core.yaml chaincode.runtimeParams.maxResultLimit."""
TOTAL_QUERY_LIMIT = 100_000
"""core.yaml ledger.state.totalQueryLimit."""


@dataclass(slots=True)
class _OpenQuery:
    """An open iterator over serialized results, the next of which may wait in `waiting`."""

    results: Iterator[bytes]
    waiting: bytes | None = None
    returned: int = 0


@dataclass(slots=True)
class OpenQueries:
    """The open iterators of one chaincode in one transaction, by an id that is never given twice."""

    _open: dict[str, _OpenQuery] = field(default_factory=dict, repr=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def open(self, results: Iterator[bytes]) -> chaincode_shim.QueryResponse:
        """Answer the first 100 of serialized results; the iterator stays open only while there are more."""
        identifier = str(next(self._numbers))
        self._open[identifier] = _OpenQuery(results)
        return self.next(identifier)

    def next(self, identifier: str) -> chaincode_shim.QueryResponse:
        """Answer up to 100 further results of an open iterator.

        Raises:
            KeyError: no iterator of this id is open.
        """
        query = self._open[identifier]
        batch: list[bytes] = []
        if query.waiting is not None:
            batch.append(query.waiting)
            query.waiting = None
        for result in query.results:
            query.returned += 1
            if len(batch) == RESULTS_A_MESSAGE:
                query.waiting = result
                break
            batch.append(result)
            if query.returned >= TOTAL_QUERY_LIMIT:
                break
        has_more = query.waiting is not None
        if not has_more:
            del self._open[identifier]
        return chaincode_shim.QueryResponse(results=_encoded(batch), has_more=has_more, id=identifier)

    def close(self, identifier: str) -> chaincode_shim.QueryResponse:
        """Forget an iterator, open or not."""
        self._open.pop(identifier, None)
        return chaincode_shim.QueryResponse(id=identifier)

    def clear(self) -> None:
        """Forget all: the transaction has ended."""
        self._open.clear()

    def page(self, results: Sequence[bytes], bookmark: str) -> chaincode_shim.QueryResponse:
        """Answer one page as a whole: results, how many, and where the next starts (empty at the end)."""
        metadata = chaincode_shim.QueryResponseMetadata(fetched_records_count=len(results), bookmark=bookmark)
        return chaincode_shim.QueryResponse(
            results=_encoded(results), id=str(next(self._numbers)), metadata=metadata.SerializeToString()
        )


def _encoded(results: Sequence[bytes]) -> list[chaincode_shim.QueryResultBytes]:
    return [chaincode_shim.QueryResultBytes(resultBytes=result) for result in results]
