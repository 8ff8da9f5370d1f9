"""The pools that one transaction works on: each read once, changed in memory, written once at the end.

A transaction never sees its own writes (Fabric simulates on committed values), so what several steps
change must be carried along here. Every scenario that uses a document goes through this: whatever contract
holds a part of it, there is one pool, and so one registry of use.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.pools import Movement, Pool

from .desk import Desk

if TYPE_CHECKING:
    from counterfoil_chaincode.confidential import Record


class Holder(Protocol):
    """What holds documents: a financing's mark, a payment. `bank` is an MSP ID, `id` a record's."""

    @property
    def bank(self) -> str:
        """The MSP ID of the bank."""

    @property
    def id(self) -> str:
        """The id of the record."""

    @property
    def is_live(self) -> bool:
        """Whether it may still move something."""


class PoolBook:
    """Pools by fingerprint; `save` writes all that were looked at, in that order.

    A pool that did not change is written, too, with a new salt: every member sees how many keys a transaction
    writes, and whether a document moved is its bank's business.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records: dict[str, Record[Pool] | None] = {}
        self._pools: dict[str, Pool] = {}

    def find(self, document: str) -> Pool | None:
        """The pool of a document as it is by now, None where nobody stated one.

        An invoice that replaced another has that one's pool.
        """
        if document not in self._records:
            record = self._desk.context.store.find(AUTHORITY, pools.RECORD, document, Pool)
            self._records[document] = record
            if record is not None:
                self._pools[document] = record.value
        found = self._pools.get(document)
        return self.find(found.same_as) if found is not None and found.same_as else found

    def resolve(self, document: str) -> str:
        """The document under which a pool is kept: its own, or the predecessor's of a replaced invoice."""
        found = self.find(document)
        return found.document if found is not None else document

    def get(self, document: str) -> Pool:
        """The pool of a document that must be there, because a mark or a line names it."""
        pool = self.find(document)
        assert pool is not None, "a document that is named has a pool"
        return pool

    def put(self, pool: Pool) -> None:
        """Take a pool as it is now; `find` must have been asked first."""
        assert pool.document in self._records, "a pool is looked for before it is written"
        self._pools[pool.document] = pool

    def move(self, holder: Holder, movements: Sequence[Movement]) -> None:
        """Move what a step of a mark or payment moves on its documents."""
        by_document: dict[str, list[Movement]] = {}
        for each in movements:
            by_document.setdefault(each.document, []).append(each)
        for document, its in by_document.items():
            self.put(pools.moved(self.get(document), holder.bank, holder.id, its, live=holder.is_live))

    def flag(self, documents: Sequence[str], cause: Cause) -> None:
        """Raise or end the flags of documents after a step."""
        for document in dict.fromkeys(documents):
            pool = self.get(document)
            self.put(pools.with_flags_after(pool, self._desk.ceiling(pool), cause))

    def save(self) -> None:
        """Write the pools."""
        for document, record in self._records.items():
            pool = self._pools.get(document)
            if pool is not None:
                self._desk.context.store.save(AUTHORITY, pools.RECORD, document, pool, record)
