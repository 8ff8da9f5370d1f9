"""One payment: its documents gathered, all refusals that look at them in order, and what is written if there
is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.confidential import bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import flags, money, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.pledges import Hold
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import admission, directory, standing
from counterfoil_contracts.registry.desk import Desk
from counterfoil_contracts.registry.operations import Enterprise
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from . import payments, worth
from .parties import check_parties
from .payment_messages import StatedUse
from .payments import Payment, Use
from .records import PAYMENT, Verification
from .tax_invoices import document_of, is_stated_so, stated_invoice
from .tax_messages import StatedInvoice
from .transports import port_check

if TYPE_CHECKING:
    from .transport_messages import AskedTransport, PortCheck

SCENARIO = "FREIGHT_PAYMENT"
"""Name of this business in the table of admissions."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A payment as a bank orders it, or made before the ledger's first day."""

    payer: str
    payee: str
    currency: str
    amount: int
    usd_rate: str
    uses: tuple[StatedUse, ...]
    transports: tuple[int, ...] = ()


def check_form(body: Ordered) -> None:
    """A payment that contradicts itself.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    invoices = [use.invoice for use in body.uses]
    if len(set(invoices)) != len(invoices) or len(set(body.transports)) != len(body.transports):
        raise refusal(RefusalCode.BAD_INPUT, "a document stands twice in the payment")
    if body.uses and sum(use.amount for use in body.uses) != body.amount:
        raise refusal(RefusalCode.BAD_INPUT, "the amounts of the uses do not add up to the payment")
    if body.payer == body.payee:
        raise refusal(RefusalCode.BAD_INPUT, "a payment to oneself")
    try:
        money.exponent(body.currency)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, str(error)) from None


class PaymentCase:
    """A payment that is being judged. `check` refuses or not; `write` then holds the invoices for it."""

    def __init__(self, desk: Desk, look: Verification | None, body: Ordered) -> None:
        self._desk = desk
        self._body = body
        self._books = PoolBook(desk)
        asked = look.invoices if look is not None else ()
        shown = look.transports if look is not None else ()
        if any(use.invoice >= len(asked) for use in body.uses) or any(
            at >= len(shown) for at in body.transports
        ):
            raise refusal(RefusalCode.BAD_INPUT, "a document that is not in the verification")
        self._asked = [asked[use.invoice] for use in body.uses]
        self._documents = [document_of(each.number, each.code) for each in self._asked]
        self.transports: tuple[AskedTransport, ...] = tuple(shown[at] for at in body.transports)
        self.port_checks: tuple[PortCheck, ...] = ()
        self.uses: tuple[Use, ...] = ()
        self.usd = 0

    def check(self) -> None:
        """All refusals that look at the documents, in order of precedence.

        Raises:
            Refusal: from `NOT_VERIFIED` down to `OVER_USE`.
        """
        stated = self._verified()
        check_parties(self._desk, self._body.payer, self._body.payee, self._asked)
        self._check_standing()
        self._check_rates(fresh=True)
        if any(pools.ceiling(self._books.get(each), pools.WHOLE) == 0 for each in self._documents):
            raise refusal(RefusalCode.REVERSED, "an invoice was reversed or voided")
        assert len(stated) == len(self._documents), "every invoice of a payment is verified"
        self._take()
        if not (self.uses or self._is_carried()) and self.usd > self._desk.parameter("undocumented_usd"):
            raise refusal(RefusalCode.DOCUMENTS_REQUIRED, "a payment of this size needs a verified document")
        books = {document: self._books.get(document) for document in self._documents}
        worth.check_tolerance(self.uses, books, self._desk.parameter("tolerance_basis_points"))
        ceilings = {document: self._desk.ceiling(pool) for document, pool in books.items()}
        worth.check_room(self.uses, books, ceilings)

    def check_fact(self) -> None:
        """Refusals that a payment of the past meets too: whose invoices, and at what rates.

        Raises:
            Refusal: `NOT_VERIFIED`, `PARTY_MISMATCH`, `NO_RATE`.
        """
        self._verified()
        check_parties(self._desk, self._body.payer, self._body.payee, self._asked)
        self._check_rates(fresh=False)
        self._take()

    def write(self, payment: Payment, code: flags.Code | None = None) -> None:
        """Hold the invoices for the payment; `code` is the flag of an invoice that has not so much left."""
        apply_step(self._books, payment, payments.unmarked(payment.uses), payment.uses)
        self._books.flag(self._documents, Cause(self._desk.request_id, self._desk.now, code))
        self._books.save()
        own = self._desk.own(ops.MARKS, PAYMENT, payment.id, bank_of(payment.bank))
        self._desk.context.store.write(*own, payment)

    def _verified(self) -> list[StatedInvoice]:
        found = []
        for document, asked in zip(self._documents, self._asked, strict=True):
            record = stated_invoice(self._desk, document)
            pool = self._books.find(document)
            if record is None or pool is None or not is_stated_so(record.value, asked):
                raise refusal(RefusalCode.NOT_VERIFIED, "an invoice that nobody has stated so")
            found.append(record.value)
        return found

    def _check_standing(self) -> None:
        desk, parties = self._desk, [self._known(self._body.payer), self._known(self._body.payee)]
        if not any(admission.is_admitted(SCENARIO, desk.msp_id, each, desk.day) for each in parties):
            raise refusal(RefusalCode.SCENARIO_NOT_OPEN, "the bank is not admitted to this business here")
        if standing.is_bank_frozen(desk, desk.msp_id) or any(
            each is not None and each.frozen for each in parties
        ):
            raise refusal(RefusalCode.FROZEN, "a party or the bank takes nothing new")
        if any(self._books.get(each).frozen for each in self._documents):
            raise refusal(RefusalCode.FROZEN, "an invoice takes nothing new")

    def _known(self, uscc: str) -> Enterprise | None:
        records = directory.find(self._desk.context, uscc).records
        return records[-1] if records else None

    def _check_rates(self, *, fresh: bool) -> None:
        body, day = self._body, self._desk.day
        named = [(body.usd_rate, worth.DOLLAR)]
        for use, document in zip(body.uses, self._documents, strict=True):
            named.append((use.rate, self._books.get(document).currency))
        for rate, target in named:
            worth.check_rate(day, rate, body.currency, target)
        for rate, _ in named if fresh else ():
            worth.check_fresh(day, rate)

    def _take(self) -> None:
        body, day = self._body, self._desk.day
        self.usd = worth.of(day, body.amount, body.currency, worth.DOLLAR, body.usd_rate)
        self.port_checks = tuple(port_check(self._desk, each) for each in self.transports)
        self.uses = tuple(
            Use(
                invoice=asked,
                hold=Hold(document, use.use),
                amount=use.amount,
                rate=use.rate,
                excess=worth.excess(day, use, body.currency, self._books.get(document)),
            )
            for use, asked, document in zip(body.uses, self._asked, self._documents, strict=True)
        )

    def _is_carried(self) -> bool:
        return any(each.bill == "MATCH" for each in self.port_checks)


def apply_step(books: PoolBook, payment: Payment, before: Sequence[Use], after: Sequence[Use]) -> None:
    """Take what a step moved on the invoices into their pools."""
    for use in after:
        books.find(use.hold.document)
    books.move(payment, payments.movements(before, after))
    for document, taken in payments.tolerance_taken(before, after).items():
        pool = books.get(document)
        books.put(replace(pool, tolerated=pool.tolerated + taken))
