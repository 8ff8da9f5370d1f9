"""A trade ledger for tests of freight payments: invoices, a payer, a payee, a rate, and their payments."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from counterfoil_chaincode.testing import make_caller
from counterfoil_contracts.core.roles import PORT, REGULATOR
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.freight_payment.answers import PaymentAnswer, UsePool
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradeLedger, signatory
from counterfoil_protocol.signing import private_key_signer

PAYER = "91310000MA1FL0007C"
PAYEE = "91440300MA5G00000R"
AGENT = "91370200MA3N00008X"
RATE = "USDCNY"
ISSUED = "2026-02-20"


def digital(at: int) -> str:
    """A digital invoice's number."""
    return f"26440000000{at:09d}"


@lru_cache
def ready() -> "FreightLedger":
    """A ledger that is made once; `fresh` gives it as it was when it was made."""
    found = FreightLedger()
    found.ledger.checkpoint()
    return found


def fresh() -> "FreightLedger":
    """The ledger of two banks without any invoice."""
    found = ready()
    found.ledger.rollback()
    return found


class FreightLedger(TradeLedger):
    """The ledger with one rate, 7 CNY for a dollar, which makes sums easy."""

    def __init__(self, banks: Sequence[str] = ("BankAMSP", "BankBMSP"), **settings: Any) -> None:
        super().__init__(banks, (PAYER, PAYEE), **settings)
        rate = registry.Rate(RATE, "USD", "CNY", 7, 0, "2026-03-02")
        self.put_tables(registry.TableEntries(rates=(rate,)))
        self.tax = make_caller(PORT, "tax.oracle", "tax")
        self.port = make_caller(PORT, "port.oracle", "port")
        self.relay = make_caller(REGULATOR, "regulator.relay", "relay")

    @staticmethod
    def facts(at: int, amount: int, **changed: Any) -> ops.InvoiceTuple:
        """An invoice from payee to payer, as both have it in hand."""
        given: dict[str, Any] = {"number": digital(at), "issued_on": ISSUED, "seller": PAYEE, "buyer": PAYER}
        return ops.InvoiceTuple(amount=amount, **{**given, **changed})

    def put_invoices(self, *facts: ops.InvoiceTuple, currency: str = "CNY") -> None:
        """Let the tax authority state invoices."""
        stated = tuple(ops.TaxInvoice(each, "TRANSPORT", currency) for each in facts)
        self.submit(self.tax, ops.INVOICE_PUT, ops.PutInvoices(stated))

    def reverse(self, at: int, amount: int, red: int = 900) -> ops.InvoiceRestated:
        """Let the tax authority take a part of an invoice back."""
        return self.submit(
            self.tax, ops.INVOICE_REVERSE, ops.ReverseInvoice(digital(at), digital(red), amount)
        )

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
        stated = tuple(ops.StatedUse(at, amount, use, RATE) for at, amount, use in parts)
        given: dict[str, Any] = {
            "payer": PAYER,
            "payee": PAYEE,
            "currency": "USD",
            "amount": sum(each[1] for each in parts),
            "slip": self.slip(bank),
            "verification": look,
            "uses": stated,
            **changed,
        }
        return ops.Mark(**given)

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

    def act(self, bank: str, act: Any) -> Any:
        """Let two people do an act on a payment; gives its id."""
        prepared = self.submit(self.person(bank), ops.PREPARE, ops.Prepare(act)).act
        self.submit(self.person(bank, APPROVER), ops.CONFIRM, ops.ConfirmAct(prepared))
        return prepared

    def refund(self, bank: str, payment: str, amount: int, *amounts: int) -> str:
        """Let so much of a payment come back."""
        return str(self.act(bank, ops.Refund(payment, amount, self.today, amounts)))

    def mandate(self, enterprise: str, agent: str, side: Any, **claims: Any) -> ops.Mandate:
        """What an enterprise signs for an agent."""
        self._nonces += 1
        now = int(self.ledger.clock.seconds())
        given: dict[str, Any] = {
            "type": "counterfoil/freight-mandate/1",
            "nonce": f"{self._nonces:032x}",
            "not_before": now - 60,
            "expiry": now + 30 * 86_400,
            **claims,
        }
        return ops.Mandate(enterprise=enterprise, agent=agent, side=side, **given)

    @staticmethod
    def signed_by(enterprise: str, claims: ops.Mandate | ops.MandateWithdrawal) -> str:
        """Claims under an enterprise's signature."""
        holder = signatory(enterprise)
        return ops.sign(claims, holder.certificates, private_key_signer(holder.key))

    def register(self, claims: ops.Mandate | ops.MandateWithdrawal) -> None:
        """Sign and carry a mandate, or its withdrawal."""
        token = self.signed_by(claims.enterprise, claims)
        if isinstance(claims, ops.Mandate):
            self.submit(self.relay, ops.MANDATE_PUT, ops.PutMandate(token))
        else:
            self.submit(self.relay, ops.MANDATE_WITHDRAW, ops.WithdrawMandate(token))

    def put_region(self, uscc: str, region: str) -> None:
        """Put an enterprise into the directory, in a region."""
        first, second = self.regulators
        record = registry.Enterprise(uscc, "a name", "A", region)
        proposed = self.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
        self.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))

    def payment(self, bank: str, payment: str) -> PaymentAnswer:
        """A bank's own payment."""
        return self.ask(self.person(bank), ops.PAYMENT_READ, ops.ReadPayment(payment))

    def supervised(self, at: int) -> ops.Supervised:
        """What the regulator sees of an invoice."""
        return self.ask(self.regulators[0], ops.SUPERVISE, ops.Supervise(digital(at)))

    def pool(self, at: int) -> UsePool:
        """What is used of an invoice."""
        return self.supervised(at).pool
