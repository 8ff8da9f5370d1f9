"""What the people of a trade network do, on whatever runs the contracts: testing kit or network."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Generic, TypeVar

from counterfoil_protocol.confidential import Operation

from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry

from .enterprises import SELLER

AnswerT = TypeVar("AnswerT")
PersonT = TypeVar("PersonT")

PURPOSE = "EXPORT_FINANCING"
OFFICER = "officer"
APPROVER = "approver"
_DAY = 86_400
_BEIJING = timezone(timedelta(hours=8))


class TradePeople(ABC, Generic[PersonT]):
    """Customs, two officers of the regulator, and the banks' people.

    Declarations are dated a day before `begun`.
    """

    def __init__(self, customs: PersonT, regulators: tuple[PersonT, PersonT], begun: date) -> None:
        self.customs = customs
        self.regulators = regulators
        self.begun = begun
        self._nonces = 0

    @abstractmethod
    def person(self, bank: str, role: str = OFFICER) -> PersonT:
        """A bank's person with a role, `officer` or `approver`; `bank` as collections name it."""

    @abstractmethod
    def submit(self, caller: PersonT, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Run an operation that writes."""

    @abstractmethod
    def ask(self, caller: PersonT, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Run an operation that only answers."""

    @abstractmethod
    def now(self) -> int:
        """The time of the people's transactions, in seconds since 1970 UTC."""

    @abstractmethod
    def sign(self, claims: consents.Claims) -> str:
        """Sign as the enterprise that the claims name."""

    @property
    def today(self) -> str:
        """The business day of now, as value dates are written."""
        return datetime.fromtimestamp(self.now(), UTC).astimezone(_BEIJING).date().isoformat()

    def day(self, days: int) -> str:
        """The day so many days after the one from which documents are dated."""
        return (self.begun + timedelta(days=days)).isoformat()

    def nonce(self) -> str:
        """A nonce not given before."""
        self._nonces += 1
        return f"{self._nonces:032x}"

    def put_tables(self, entries: registry.TableEntries) -> None:
        """Add entries to the public tables."""
        first, second = self.regulators
        proposed = self.submit(first, registry.TABLE_PROPOSE, registry.ProposeTables(entries))
        self.submit(second, registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))

    def put_enterprise(
        self,
        uscc: str,
        enterprise_class: registry.EnterpriseClass = "A",
        *,
        frozen: bool = False,
        region: str = "",
    ) -> None:
        """Put an enterprise into the directory."""
        first, second = self.regulators
        record = registry.Enterprise(uscc, f"Enterprise {uscc}", enterprise_class, region, frozen)
        proposed = self.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
        self.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))

    def freeze(self, body: registry.Freeze) -> None:
        """Freeze a document, an enterprise or a bank, or lift that."""
        first, second = self.regulators
        proposed = self.submit(first, registry.FREEZE_PROPOSE, body)
        self.submit(second, registry.FREEZE_CONFIRM, registry.Confirm(proposed.proposal))

    def put_declaration(self, number: str, total: int, currency: str = "USD", **facts: Any) -> None:
        """Let customs record a cleared declaration of general trade."""
        declared: dict[str, Any] = {
            "declared_on": self.day(-1),
            "status": "CLEARED",
            "consignor": SELLER,
            "consignee": "US-ACME INC",
            "trade_mode": "0110",
            **facts,
        }
        declaration = messages.Declaration(number=number, currency=currency, total=total, **declared)
        self.submit(self.customs, ops.DECLARATION_PUT, messages.PutDeclarations((declaration,)))

    @staticmethod
    def invoice(number: str, amount: int, currency: str = "USD", seller: str = SELLER) -> Invoice:
        """An invoice of the enterprise."""
        return Invoice(seller, "US-ACME INC", number, "2026-02-20", currency, amount)

    def consent(self, bank: str, **claims: Any) -> consents.TradeConsent:
        """Claims of a consent for a bank, a year long, with a nonce not used before."""
        now = self.now()
        given: dict[str, Any] = {
            "type": consents.TRADE_CONSENT,
            "enterprise": SELLER,
            "audience": f"{bank}MSP",
            "purpose": PURPOSE,
            "declarations": (),
            "invoices": (),
            "lines": (),
            "maximum": 10**12,
            "currency": "USD",
            "nonce": self.nonce(),
            "not_before": now - 60,
            "expiry": now + 90 * _DAY,
            **claims,
        }
        return consents.TradeConsent(**given)

    def view(
        self,
        bank: str,
        invoices: Sequence[Invoice],
        declarations: Sequence[str],
        lines: Sequence[tuple[int, int, int, int]] = (),
        **claims: Any,
    ) -> str:
        """A bank's view under a new consent; a line is positions of invoice and declaration, both amounts."""
        stated = tuple(consents.ConsentLine(i, declarations[d], own, other) for i, d, own, other in lines)
        given = self.consent(
            bank, invoices=tuple(invoices), declarations=tuple(declarations), lines=stated, **claims
        )
        answer = self.submit(self.person(bank), ops.VIEW, messages.View(self.sign(given), PURPOSE))
        return answer.view

    def put_terms(self, bank: str, amount: int = 1, currency: str = "USD", maturity: str = "") -> str:
        """Terms of a loan, half a year long if no maturity is given."""
        until = maturity or self.day(183)
        body = messages.PutTerms("packing loan", "Pudong", currency, amount, 325, until, "ACME", "R-1")
        return self.submit(self.person(bank), ops.TERMS_PUT, body).terms

    def lock(
        self,
        bank: str,
        view: str,
        pledges: Sequence[tuple[int, str, int]],
        currency: str = "USD",
        **facts: Any,
    ) -> str:
        """Lock with the loan and both documents in one currency; pledges are invoice, declaration, amount."""
        held = tuple(messages.Pledge(i, number, amount, amount, amount) for i, number, amount in pledges)
        return self.lock_pledges(bank, view, held, currency, **facts)

    def lock_pledges(
        self, bank: str, view: str, pledges: Sequence[messages.Pledge], currency: str = "USD", **facts: Any
    ) -> str:
        """Lock pledges as they are; gives the id of the mark."""
        amount = sum(pledge.loan_amount for pledge in pledges)
        terms = self.put_terms(bank, amount, currency)
        body = messages.Lock(view, terms, currency, amount, tuple(pledges), **facts)
        return self.submit(self.person(bank), ops.LOCK, body).mark

    def approve(
        self, bank: str, mark: str, amount: int, amounts: Sequence[int] = (), slip: str = ""
    ) -> messages.MarkMoved:
        """Let the approver approve."""
        return self.submit(
            self.person(bank, APPROVER), ops.APPROVE, messages.Approve(mark, amount, tuple(amounts), slip)
        )

    def prepare(self, bank: str, act: messages.Act) -> str:
        """Let the officer prepare an act; gives its id."""
        return self.submit(self.person(bank), ops.PREPARE, messages.Prepare(act)).act

    def confirm(self, bank: str, act: str) -> messages.MarkMoved | None:
        """Let the approver confirm an act."""
        return self.submit(self.person(bank, APPROVER), ops.CONFIRM, messages.ConfirmAct(act)).mark

    def act(self, bank: str, act: messages.Act) -> messages.MarkMoved | None:
        """Let two people do an act."""
        return self.confirm(bank, self.prepare(bank, act))

    def finance(self, bank: str, view: str, pledges: Sequence[tuple[int, str, int]]) -> str:
        """Lock, approve and disburse in full."""
        mark = self.lock(bank, view, pledges)
        amount = sum(each[2] for each in pledges)
        self.approve(bank, mark, amount)
        self.act(bank, messages.Disburse(mark, amount, self.today))
        return mark

    def available(self, declaration: str) -> int:
        """What a declaration can still carry, as the regulator sees it."""
        seen = self.ask(self.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=declaration))
        return seen.pool.available
