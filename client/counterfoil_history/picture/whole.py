"""An enterprise's whole picture over all contracts: every figure with its transactions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..chronicle import Chronicle, Transaction
from .credit_authorizations import credit_authorizations
from .entries import DirectoryEntry, entries_of, predecessors_of
from .export_invoices import export_invoices
from .freight_payments import freight_payments
from .sheet import Section

SECTIONS: Mapping[str, Callable[[Chronicle, str], Section]] = {
    "export_invoice": export_invoices,
    "freight_payment": freight_payments,
    "credit_authorization": credit_authorizations,
}
"""One a contract that keeps records about enterprises; a scenario more is a line more."""


class NothingKnown(LookupError):  # noqa: N818 - reads as what happened
    """The ledger holds no record about the enterprise at this height."""

    code = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the ledger held of an enterprise when it had `height` blocks.

    `time` is the newest time of a transaction in them. `directory` are its entries in the regulator's
    directory, the newest last; `predecessors` the entries by which it took others over, each with a picture
    of its own. `transactions` are all that the rest names, in the ledger's order.
    """

    enterprise: str
    channel: str
    chaincode: str
    height: int
    time: int
    directory: tuple[DirectoryEntry, ...]
    predecessors: tuple[DirectoryEntry, ...]
    sections: tuple[Section, ...]
    transactions: tuple[Transaction, ...] = field(repr=False)


def picture_of(chronicle: Chronicle, enterprise: str) -> Picture:
    """The whole picture of an enterprise.

    Args:
        chronicle: the ledger with its history, whole.
        enterprise: its unified social credit code.

    Raises:
        NothingKnown: there is nothing about it.
    """
    directory = entries_of(chronicle, enterprise)
    predecessors = predecessors_of(chronicle, enterprise)
    sections = tuple(each(chronicle, enterprise) for each in SECTIONS.values())
    if not directory and not any(section.records for section in sections):
        ledger = chronicle.ledger
        raise NothingKnown(f"the ledger holds nothing about {enterprise} at height {ledger.height}")
    named = {each.transaction for each in (*directory, *predecessors)}
    for section in sections:
        named |= set(_named(section))
    return Picture(
        enterprise=enterprise,
        channel=chronicle.ledger.channel,
        chaincode=chronicle.ledger.chaincode,
        height=chronicle.ledger.height,
        time=chronicle.ledger.time,
        directory=directory,
        predecessors=predecessors,
        sections=sections,
        transactions=tuple(_in_order(chronicle, named)),
    )


def _named(section: Section) -> Iterator[str]:
    for record in section.records:
        yield from record.transactions
        yield from record.attempts


def _in_order(chronicle: Chronicle, ids: Iterable[str]) -> Iterator[Transaction]:
    wanted = set(ids)
    found: dict[tuple[int, int], Transaction] = {}
    for writers in chronicle.writes.values():
        found |= {(each.block, each.place): each for each, _ in writers if each.id in wanted}
    for tried in chronicle.attempts.values():
        found |= {(each.block, each.place): each for each in tried if each.id in wanted}
    return (found[place] for place in sorted(found))
