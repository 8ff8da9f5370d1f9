"""What the people of freight payments do, on whatever runs the contracts: testing kit or network.

One US dollar is seven yuan, which makes sums easy.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.freight_payment.answers import PaymentAnswer, UsePool
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradePeople

PersonT = TypeVar("PersonT")
ISSUED = "2026-02-20"


def digital(at: int) -> str:
    """A digital invoice's number."""
    return f"26{at:018d}"


class FreightPeople(TradePeople[PersonT]):
    """Besides those of `TradePeople`: the oracles of tax and port, and a relay of the regulator."""

    rate: str
    """Id of the rate from USD to CNY."""
    payer: str
    payee: str

    @property
    @abstractmethod
    def tax(self) -> PersonT:
        """The tax authority's oracle."""

    @property
    @abstractmethod
    def port(self) -> PersonT:
        """The port's oracle."""

    @property
    @abstractmethod
    def relay(self) -> PersonT:
        """A relay of the regulator."""

    def put_rate(self, rate: str) -> None:
        """A rate of today."""
        entry = registry.Rate(rate, "USD", "CNY", 7, 0, self.today)
        self.put_tables(registry.TableEntries(rates=(entry,)))
        self.rate = rate

    def facts(self, at: int, amount: int, **changed: Any) -> ops.InvoiceTuple:
        """An invoice from payee to payer, as both have it in hand."""
        given: dict[str, Any] = {
            "number": digital(at), "issued_on": ISSUED, "seller": self.payee, "buyer": self.payer,
        }  # fmt: skip
        return ops.InvoiceTuple(amount=amount, **{**given, **changed})

    def put_invoices(self, *facts: ops.InvoiceTuple, currency: str = "CNY") -> None:
        """Let the tax authority state invoices."""
        stated = tuple(ops.TaxInvoice(each, "TRANSPORT", currency) for each in facts)
        self.submit(self.tax, ops.INVOICE_PUT, ops.PutInvoices(stated))

    def reverse(self, at: int, amount: int, red: int = 900) -> ops.InvoiceRestated:
        """Let the tax authority take a part of an invoice back."""
        body = ops.ReverseInvoice(digital(at), digital(red), amount)
        return self.submit(self.tax, ops.INVOICE_REVERSE, body)

    def verify(self, bank: str, *facts: ops.InvoiceTuple, **asked: Any) -> str:
        """Let a bank ask; gives the id of the look."""
        return self.submit(self.person(bank), ops.VERIFY, ops.Verify(facts, **asked)).verification

    def verified(self, bank: str, look: str) -> ops.Verified:
        """What a look comes to now."""
        return self.ask(self.person(bank), ops.VERIFY_READ, ops.ReadVerification(look))

    def slip(self, bank: str, reference: str = "R-1") -> str:
        """References of a payment."""
        body = ops.PutSlip("Qianhai", reference, "222014")
        return self.submit(self.person(bank), ops.SLIP_PUT, body).slip

    def order(
        self, bank: str, look: str, parts: Sequence[tuple[int, int, int]] = (), **changed: Any
    ) -> ops.Mark:
        """A payment in USD; a part is the invoice's place in the look, US cents, fen."""
        stated = tuple(ops.StatedUse(at, amount, use, self.rate) for at, amount, use in parts)
        given: dict[str, Any] = {
            "payer": self.payer,
            "payee": self.payee,
            "currency": "USD",
            "amount": sum(each[1] for each in parts),
            "verification": look,
            "uses": stated,
            **changed,
        }
        return ops.Mark(slip=given.pop("slip", "") or self.slip(bank), **given)

    def mark(self, bank: str, look: str, parts: Sequence[tuple[int, int, int]] = (), **changed: Any) -> str:
        """Mark a payment in USD; gives its id."""
        body = self.order(bank, look, parts, **changed)
        return self.submit(self.person(bank), ops.MARK, body).payment

    def paid(self, bank: str, payment: str) -> ops.PaymentMoved:
        """Let the approver say that the money went."""
        return self.submit(self.person(bank, APPROVER), ops.PAID, ops.Paid(payment, self.today))

    def pay(self, bank: str, look: str, parts: Sequence[tuple[int, int, int]] = (), **changed: Any) -> str:
        """Mark and pay."""
        payment = self.mark(bank, look, parts, **changed)
        self.paid(bank, payment)
        return payment

    def undo(self, bank: str, act: Any) -> str:
        """Let two people do an act on a payment; gives its id."""
        prepared = self.submit(self.person(bank), ops.PREPARE, ops.Prepare(act)).act
        self.submit(self.person(bank, APPROVER), ops.CONFIRM, ops.ConfirmAct(prepared))
        return prepared

    def refund(self, bank: str, payment: str, amount: int, *amounts: int) -> str:
        """Let so much of a payment come back."""
        return self.undo(bank, ops.Refund(payment, amount, self.today, amounts))

    def mandate(self, enterprise: str, agent: str, side: Any, **claims: Any) -> ops.Mandate:
        """What an enterprise signs for an agent."""
        given: dict[str, Any] = {
            "type": "counterfoil/freight-mandate/1",
            "nonce": self.nonce(),
            "not_before": self.now() - 60,
            "expiry": self.now() + 30 * 86_400,
            **claims,
        }
        return ops.Mandate(enterprise=enterprise, agent=agent, side=side, **given)

    def register(self, claims: ops.Mandate | ops.MandateWithdrawal) -> None:
        """Sign and carry a mandate, or its withdrawal."""
        token = self.sign(claims)
        if isinstance(claims, ops.Mandate):
            self.submit(self.relay, ops.MANDATE_PUT, ops.PutMandate(token))
        else:
            self.submit(self.relay, ops.MANDATE_WITHDRAW, ops.WithdrawMandate(token))

    def payment(self, bank: str, payment: str) -> PaymentAnswer:
        """A bank's own payment."""
        return self.ask(self.person(bank), ops.PAYMENT_READ, ops.ReadPayment(payment))

    def supervised(self, at: int) -> ops.Supervised:
        """What the regulator sees of an invoice."""
        return self.ask(self.regulators[0], ops.SUPERVISE, ops.Supervise(digital(at)))

    def pool(self, at: int) -> UsePool:
        """What is used of an invoice."""
        return self.supervised(at).pool
