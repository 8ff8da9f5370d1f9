"""Iterators that a chaincode holds open on the peer: ranges and histories, in batches or pages.

Source: core/chaincode/query_response_generator.go (100 results a message, bookmark for pages).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import chaincode_shim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil_network.embedded.peer.chaincode.transaction_context import TransactionContext

RESULTS_A_MESSAGE = 100
TOTAL_QUERY_LIMIT = 100_000


@dataclass(slots=True)
class OpenQuery:
    """An open iterator over serialized results, the next of which may wait in `waiting`."""

    results: Iterator[bytes]
    waiting: bytes | None = None
    returned: int = 0


def open_query(context: TransactionContext, results: Iterator[bytes]) -> chaincode_shim.QueryResponse:
    """Register an iterator and answer its first results; keeps it open only while there are more."""
    identifier = uuid.uuid4().hex
    context.queries[identifier] = OpenQuery(results)
    return next_results(context, identifier)


def next_results(context: TransactionContext, identifier: str) -> chaincode_shim.QueryResponse:
    """Answer up to 100 further results of an open iterator.

    Raises:
        KeyError: no iterator of this id is open.

    """
    query = context.queries[identifier]
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
        del context.queries[identifier]
    return chaincode_shim.QueryResponse(results=_encoded(batch), has_more=has_more, id=identifier)


def page(results: list[bytes], bookmark: str) -> chaincode_shim.QueryResponse:
    """Answer one page as a whole: results, how many, and where the next page starts (empty at the end)."""
    metadata = chaincode_shim.QueryResponseMetadata(fetched_records_count=len(results), bookmark=bookmark)
    return chaincode_shim.QueryResponse(
        results=_encoded(results), has_more=False, id=uuid.uuid4().hex, metadata=metadata.SerializeToString()
    )


def _encoded(results: list[bytes]) -> list[chaincode_shim.QueryResultBytes]:
    return [chaincode_shim.QueryResultBytes(resultBytes=result) for result in results]
