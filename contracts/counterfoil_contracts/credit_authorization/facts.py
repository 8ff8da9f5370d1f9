"""From ledger facts to a report: sums by currency, in order of currency. Pure, and the same for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from counterfoil_contracts.core import business_day, flags, pools
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.export_invoice.messages import Declaration
from counterfoil_contracts.registry.operations import EnterpriseHistory

from .records import EnquiryRecord, GrantRecord
from .report import (
    BasicGroup,
    ClassEntry,
    Figure,
    RegulatoryGroup,
    Report,
    Total,
    TradeGroup,
    Verdict,
)

_TOLERANCE = 100
"""A stated figure matches within one part of so many."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a ledger holds of one enterprise: newest versions of declarations, pools, marks of all banks."""

    enterprise: str
    directory: EnterpriseHistory = field(repr=False)
    declarations: Sequence[Declaration] = field(repr=False)
    pools: Sequence[Pool] = field(repr=False)
    marks: Sequence[Mark] = field(repr=False)


def report_of(facts: Facts, asked: EnquiryRecord, grant: GrantRecord, height: int, time: int) -> Report:
    """The report of an enquiry: the groups asked for, or the verdict on a figure.

    Args:
        facts: of the enquiry's enterprise.
        asked: the enquiry.
        grant: what it is under; it bounds the days.
        height: number of blocks that the facts are of.
        time: when the ledger had them, in seconds since 1970 UTC.
    """
    today = business_day.of_time(time)
    trade = _trade(facts, grant.data_from, min(grant.data_until or today, today))
    if asked.figure is not None:
        return Report(asked.id, facts.enterprise, height, verdict=verdict(trade, asked.figure))
    return Report(
        enquiry=asked.id,
        enterprise=facts.enterprise,
        height=height,
        basic=_basic(facts) if "BASIC" in asked.scope else None,
        trade=trade if "TRADE" in asked.scope else None,
        regulatory=_regulatory(facts) if "REGULATORY" in asked.scope else None,
    )


def verdict(trade: TradeGroup, stated: Figure) -> Verdict:
    """How a stated figure compares: the ledger's is `LOWER` or `HIGHER`, or within a hundredth of it."""
    sums = {"DECLARED": trade.declared, "COLLECTED": trade.collected, "OUTSTANDING": trade.outstanding}
    known = next((each.amount for each in sums[stated.name] if each.currency == stated.currency), None)
    if known is None:
        return "NONE"
    if abs(stated.amount - known) * _TOLERANCE <= known:
        return "MATCH"
    return "LOWER" if known < stated.amount else "HIGHER"


def _basic(facts: Facts) -> BasicGroup:
    if not facts.directory.records:
        return BasicGroup("", "", "", "")
    newest = facts.directory.records[-1]
    return BasicGroup(newest.name, newest.region, newest.size, newest.successor)


def _trade(facts: Facts, first: str, last: str) -> TradeGroup:
    declared = [
        each for each in facts.declarations if each.status == "CLEARED" and first <= each.declared_on <= last
    ]
    invoices = [each for each in facts.pools if each.kind == pools.INVOICE and each.collected]
    live = [mark for mark in facts.marks if mark.drawn > mark.repaid]
    return TradeGroup(
        data_from=first,
        data_until=last,
        declared=_totals((each.currency, each.total) for each in declared),
        collected=_totals((each.currency, each.collected) for each in invoices),
        outstanding=_totals((mark.currency, mark.drawn - mark.repaid) for mark in live),
        counterparties=len({each.consignee for each in declared}),
        overdue=sum(mark.overdue for mark in facts.marks),
        written_off=sum(mark.written_off for mark in facts.marks),
    )


def _regulatory(facts: Facts) -> RegulatoryGroup:
    history = facts.directory
    classes = tuple(
        ClassEntry(record.enterprise_class, since)
        for place, (record, since) in enumerate(zip(history.records, history.since, strict=True))
        if not place or history.records[place - 1].enterprise_class != record.enterprise_class
    )
    return RegulatoryGroup(
        classes=classes,
        frozen=bool(history.records) and history.records[-1].frozen,
        flagged=sum(bool(flags.open_flags(pool.flags, lenders=False)) for pool in facts.pools),
    )


def _totals(amounts: Iterable[tuple[str, int]]) -> tuple[Total, ...]:
    sums: dict[str, list[int]] = {}
    for currency, amount in amounts:
        sums.setdefault(currency, []).append(amount)
    return tuple(Total(currency, len(sums[currency]), sum(sums[currency])) for currency in sorted(sums))
