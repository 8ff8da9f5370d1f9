"""What people do on a ledger, timed: each kind of work by four pairs of people at once, two at each bank."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_contracts.credit_authorization import messages as credit_messages
from counterfoil_contracts.credit_authorization import operations as credit
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as trade_ops
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.testing import PURPOSE, SELLER, social_credit_code
from documents import AMOUNT, FREIGHT_AMOUNT, batches, declaration, tax_invoice
from freight_network import NetworkFreight
from lanes import claims, enquiry, report
from standing import NUMBERS_A_RUN, Standing

PAIRS = tuple((bank, at) for bank in ("BankA", "BankB") for at in (1, 2))
"""A bank, and the number of its officer and its approver."""
TRANSACTIONS_A_CYCLE = 9
DOCUMENTS_A_VIEW = 100
INVOICES_A_VERIFICATION = 500
_PUBLISHED_AT_ONCE = 100
Pair = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Worked:
    """Some work of all pairs: how much, in how many seconds, and the seconds of each piece."""

    units: int
    seconds: float
    each: Sequence[float] = field(repr=False)

    @property
    def a_second(self) -> float:
        """How much was done a second."""
        return self.units / self.seconds

    @property
    def median(self) -> float:
        """Seconds of a piece of work."""
        return statistics.median(self.each)


class Business:
    """People of one network, with documents that nobody has used yet."""

    def __init__(self, network: Standing, journals: Path) -> None:
        self.network = network
        self.trade = NetworkFreight(network.network, journals, network.enterprise)
        self.trade.payer, self.trade.payee = SELLER, social_credit_code(1)
        self._place = (network.plan.runs + 1) * NUMBERS_A_RUN

    def close(self) -> None:
        """Let go of all connections."""
        self.trade.__exit__()

    def level(self) -> None:
        """Wait until every peer has all blocks."""
        self.trade.network.await_level_peers()

    def cycles(self, count: int) -> Worked:
        """Export financing from view to settled, nine transactions; `count` by each pair."""
        needed = self._declarations(count * len(PAIRS), 1)
        return _timed(count, 1, lambda pair, at: self._cycle(pair, needed[at]))

    def views(self, count: int) -> Worked:
        """A view of a hundred documents on record, and its answer; in documents."""
        wide = self._declarations(DOCUMENTS_A_VIEW // 50, 49)
        return _timed(count, DOCUMENTS_A_VIEW, lambda pair, _: self._look(pair, wide))

    def payments(self, count: int) -> Worked:
        """Freight payments, three transactions by two people; `count` by each pair."""
        first = self._tax_invoices(count * len(PAIRS))
        looks = {pair: self._verified(pair, first + at * count, count) for at, pair in enumerate(PAIRS)}
        return _timed(count, 1, lambda pair, at: self._pay(pair, looks[pair], at % count))

    def verifications(self, count: int) -> Worked:
        """Batches of tax invoices asked about, with the answer; in invoices."""
        first = self._tax_invoices(INVOICES_A_VERIFICATION)

        def verify(pair: Pair, _: int) -> None:
            look = self._verified(pair, first, INVOICES_A_VERIFICATION)
            officer = (pair[0], f"officer{pair[1]}")
            found = self.trade.ask(officer, freight.VERIFY_READ, freight.ReadVerification(look))
            assert all(each.verified for each in found.invoices)

        return _timed(count, INVOICES_A_VERIFICATION, verify)

    def reports(self, count: int) -> Worked:
        """Credit reports asked for under a grant, delivered and read; `count` by each pair."""
        grants = {pair: self._grant(pair, count) for pair in PAIRS}
        return _timed(count, 1, lambda pair, _: self._report(pair, grants[pair]))

    def _declarations(self, count: int, lines: int) -> Sequence[messages.Declaration]:
        """New ones, put by customs."""
        begun = self.trade.begun.isoformat()
        found = [declaration(self._place + at, lines, SELLER, begun) for at in range(count)]
        self._place += count
        for batch in batches(found, _PUBLISHED_AT_ONCE):
            body = messages.PutDeclarations(tuple(batch))
            self.trade.submit(self.trade.customs, trade_ops.DECLARATION_PUT, body)
        return found

    def _view(self, officer: tuple[str, str], given: Sequence[messages.Declaration]) -> str:
        """The exporter consents to a look at these declarations and their invoices."""
        invoices = tuple(line.invoice for each in given for line in each.lines)
        numbers = tuple(each.number for each in given)
        consent = self.trade.consent(officer[0], invoices=invoices, declarations=numbers, lines=())
        body = messages.View(self.trade.sign(consent), PURPOSE)
        return self.trade.submit(officer, trade_ops.VIEW, body).view

    def _cycle(self, pair: Pair, given: messages.Declaration) -> None:
        bank, at = pair
        trade, amount = self.trade, AMOUNT * 9 // 10
        officer, approver = (bank, f"officer{at}"), (bank, f"approver{at}")
        seen = self._view(officer, [given])
        body = messages.PutTerms("packing loan", "Pudong", "USD", amount, 325, trade.day(183), "ACME", "R-1")
        terms = trade.submit(officer, trade_ops.TERMS_PUT, body).terms
        pledge = messages.Pledge(0, given.number, amount, amount, amount)
        lock = messages.Lock(seen, terms, "USD", amount, (pledge,))
        mark = trade.submit(officer, trade_ops.LOCK, lock).mark
        trade.submit(approver, trade_ops.APPROVE, messages.Approve(mark, amount))
        slip = trade.submit(officer, trade_ops.SLIP_PUT, messages.PutSlip("payment 1", "")).slip
        for act, paper in (
            (messages.Disburse(mark, amount, trade.today), slip),
            (messages.Repay(mark, "OWN_FUNDS", amount, trade.today), ""),
        ):
            prepared = trade.submit(officer, trade_ops.PREPARE, messages.Prepare(act, paper)).act
            moved = trade.submit(approver, trade_ops.CONFIRM, messages.ConfirmAct(prepared)).mark
        assert moved is not None
        assert moved.state == "SETTLED"

    def _look(self, pair: Pair, given: Sequence[messages.Declaration]) -> None:
        officer = pair[0], f"officer{pair[1]}"
        asked = messages.ReadViews((self._view(officer, given),))
        (answer,) = self.trade.ask(officer, trade_ops.VIEW_READ, asked).views
        assert len(answer.invoices) + len(answer.declarations) == DOCUMENTS_A_VIEW

    def _tax_invoices(self, count: int) -> int:
        """New ones, stated by the tax authority; gives the place of the first."""
        first, self._place = self._place, self._place + count
        facts = [tax_invoice(first + at, self.trade.payee, self.trade.payer) for at in range(count)]
        for batch in batches(facts, INVOICES_A_VERIFICATION):
            self.trade.put_invoices(*batch)
        return first

    def _verified(self, pair: Pair, first: int, count: int) -> str:
        facts = tuple(tax_invoice(first + at, self.trade.payee, self.trade.payer) for at in range(count))
        officer = (pair[0], f"officer{pair[1]}")
        return self.trade.submit(officer, freight.VERIFY, freight.Verify(facts)).verification

    def _pay(self, pair: Pair, look: str, place: int) -> None:
        trade, (bank, at) = self.trade, pair
        officer, approver = (bank, f"officer{at}"), (bank, f"approver{at}")
        slip = trade.submit(officer, freight.SLIP_PUT, freight.PutSlip("Qianhai", f"R-{place}")).slip
        use = freight.StatedUse(place, FREIGHT_AMOUNT // 7, FREIGHT_AMOUNT, trade.rate)
        body = freight.Mark(trade.payer, trade.payee, "USD", use.amount, slip, look, (use,))
        marked = trade.submit(officer, freight.MARK, body)
        trade.submit(approver, freight.PAID, freight.Paid(marked.payment, trade.today))

    def _grant(self, pair: Pair, most: int) -> str:
        stated = claims(SELLER, pair[0], self.trade.now(), most)
        body = credit_messages.Statement(self.trade.sign(stated))
        return self.trade.submit((pair[0], f"officer{pair[1]}"), credit.GRANT, body).grant

    def _report(self, pair: Pair, grant: str) -> None:
        officer = (pair[0], f"officer{pair[1]}")
        asked = self.trade.submit(officer, credit.ENQUIRE, enquiry(grant))
        assert not asked.refused, asked.refused
        body = credit_messages.Deliver(f"{pair[0]}MSP", asked.enquiry, report(asked.enquiry, SELLER))
        self.trade.submit(("Regulator", "oracle"), credit.DELIVER, body)
        read = self.trade.ask(officer, credit.REPORT_READ, credit_messages.ReadReport(asked.enquiry))
        assert read.report is not None


Work = Callable[[Business, int], Worked]
KINDS: Mapping[str, Work] = {
    "cycles": Business.cycles,
    "views": Business.views,
    "payments": Business.payments,
    "verifications": Business.verifications,
    "reports": Business.reports,
}
"""The kinds of work, by name."""


def _timed(count: int, units: int, work: Callable[[Pair, int], None]) -> Worked:
    """Let every pair work `count` times, all at once; each piece counts so many units."""

    def of_pair(place: int) -> list[float]:
        times = []
        for number in range(count):
            began = time.perf_counter()
            work(PAIRS[place], place * count + number)
            times.append(time.perf_counter() - began)
        return times

    began = time.perf_counter()
    with ThreadPoolExecutor(len(PAIRS)) as pool:
        each = [seconds for its in pool.map(of_pair, range(len(PAIRS))) for seconds in its]
    return Worked(len(each) * units, time.perf_counter() - began, each)
