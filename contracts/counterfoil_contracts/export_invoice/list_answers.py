"""Requests and answers of lists. `next` is what to give as `after` for the next page, empty on the last."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.message import Message, Uscc

from .answers import ActRecord, PageSize, PoolAnswer, StartAfter
from .messages import Declaration

KeyAfter = Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
"""Where the last page ended, as its answer said; it tells nothing of a document."""


class ReadPage(Message, frozen=True):
    """Asks for a page in the order of ids; `limit` records are looked at."""

    after: StartAfter = ""
    limit: PageSize = 100


class ReadKeys(Message, frozen=True):
    """Asks for a page in an order that means nothing; `limit` records are looked at."""

    after: KeyAfter = ""
    limit: PageSize = 100


class ReadEnterpriseDocuments(Message, frozen=True):
    """Asks for an enterprise's documents, page by page; `limit` records of all are looked at."""

    enterprise: Uscc
    after: KeyAfter = ""
    limit: PageSize = 100


class PendingActs(Message, frozen=True):
    """Acts that wait for a second person."""

    acts: tuple[ActRecord, ...]
    next: str


class Declarations(Message, frozen=True):
    """Declarations as customs knows them now."""

    declarations: tuple[Declaration, ...]
    next: str


class Pools(Message, frozen=True):
    """Documents with everything the ledger holds of them."""

    pools: tuple[PoolAnswer, ...]
    next: str
