"""A trade ledger for tests: parties, tables and enterprises ready, on the testing kit of the runtime.

trade = TradeLedger()
trade.put_declaration("224820260000000001", 10_000_000)
invoice = trade.invoice("I-1", 7_000_000)
view = trade.view("BankA", [invoice], ["224820260000000001"], lines=[(0, 0, 6_000_000, 6_000_000)])
mark = trade.lock("BankA", view, [(0, 0, 6_000_000)])
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from counterfoil_chaincode.testing import Caller, Clock, Ledger, Operations, Twin, make_caller
from counterfoil_protocol.confidential import Operation
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .chaincode import CHAINCODE, collections
from .consent import operations as consents
from .consent.model import ORGANIZATION_IDENTIFIER
from .core.documents import Invoice
from .core.roles import PORT, REGULATOR
from .export_invoice import messages
from .export_invoice import operations as ops
from .registry import operations as registry

AnswerT = TypeVar("AnswerT")

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in UTC+8."""
SELLER = "91310000MA1FL0007C"
PURPOSE = "EXPORT_FINANCING"
OFFICER = "officer"
APPROVER = "approver"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Signatory:
    """An enterprise that can sign: its key and its certificate, without the root."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificates: tuple[x509.Certificate, ...] = field(repr=False)

    def sign(self, claims: consents.ClaimsT) -> str:
        """The compact JWS of claims."""
        return consents.sign(claims, self.certificates, private_key_signer(self.key))


class TradeLedger:
    """The chaincode on an in-memory ledger of Regulator, Port and the banks, ready for an export invoice."""

    def __init__(
        self,
        banks: Sequence[str] = ("BankAMSP", "BankBMSP"),
        enterprises: Sequence[str] = (SELLER,),
        *,
        ready: bool = True,
        twin: Twin | None = None,
    ) -> None:
        self.ledger = Ledger(
            CHAINCODE, [REGULATOR, PORT, *banks], collections(banks), clock=Clock(START), twin=twin
        )
        self.operations = Operations(self.ledger)
        self.customs = make_caller(PORT, "customs.oracle", "customs")
        self.regulators = tuple(
            make_caller(REGULATOR, "regulator.officer", name) for name in ("first", "second")
        )
        self._nonces = 0
        if ready:
            self._set_up(enterprises)

    def person(self, bank: str, role: str = OFFICER, name: str = "") -> Caller:
        """A bank's person with a role, `officer` or `approver`; `bank` as collections name it."""
        return make_caller(f"{bank}MSP", f"bank.{role}", name or role)

    def submit(
        self, caller: Caller, operation: Operation[Any, AnswerT], body: object, request_id: str = ""
    ) -> AnswerT:
        """Run an operation that writes."""
        return self.operations.submit(caller, operation, body, request_id=request_id)

    def ask(self, caller: Caller, operation: Operation[Any, AnswerT], body: object, at: str = "") -> AnswerT:
        """Run an operation that only answers."""
        return self.operations.evaluate(caller, operation, body, at=at)

    def put_tables(self, entries: registry.TableEntries) -> None:
        """Add entries to the public tables."""
        first, second = self.regulators
        proposed = self.submit(first, registry.TABLE_PROPOSE, registry.ProposeTables(entries))
        self.submit(second, registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))

    def put_enterprise(
        self, uscc: str, enterprise_class: registry.EnterpriseClass = "A", *, frozen: bool = False
    ) -> None:
        """Put an enterprise into the directory."""
        first, second = self.regulators
        record = registry.Enterprise(uscc, f"Enterprise {uscc}", enterprise_class, frozen=frozen)
        proposed = self.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
        self.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))

    def put_declaration(self, number: str, total: int, currency: str = "USD", **facts: Any) -> None:
        """Let customs record a cleared declaration of general trade."""
        declared: dict[str, Any] = {
            "declared_on": "2026-03-01",
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
        self._nonces += 1
        now = int(self.ledger.clock.seconds())
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
            "nonce": f"{self._nonces:032x}",
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
        token = signatory(given.enterprise).sign(given)
        answer = self.submit(self.person(bank), ops.VIEW, messages.View(token, PURPOSE))
        return answer.view

    def put_terms(self, bank: str, amount: int = 1, currency: str = "USD") -> str:
        """Terms of a loan."""
        body = messages.PutTerms("packing loan", "Pudong", currency, amount, 325, "2026-09-01", "ACME", "R-1")
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

    def act(self, bank: str, act: messages.Act) -> messages.MarkMoved | None:
        """Let two people do an act."""
        prepared = self.submit(self.person(bank), ops.PREPARE, messages.Prepare(act))
        return self.submit(self.person(bank, APPROVER), ops.CONFIRM, messages.ConfirmAct(prepared.act)).mark

    @property
    def today(self) -> str:
        """The day of the clock, as value dates are written."""
        return self.ledger.clock.now.date().isoformat()

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

    def _set_up(self, enterprises: Sequence[str]) -> None:
        first, second = self.regulators
        self.submit(first, registry.SECRET_CONTRIBUTE, registry.ContributeSecret("11" * 32))
        self.submit(second, registry.SECRET_COMPLETE, registry.CompleteSecret("22" * 32))
        root = registry.Root(root_pem(), "2026-01-01")
        self.put_tables(
            registry.TableEntries(parameters=registry.standard_parameters("2026-01-01"), trust=(root,))
        )
        for uscc in enterprises:
            self.put_enterprise(uscc)


def root_pem() -> str:
    """The root of the enterprises' certification authority, in PEM."""
    return _authority()[1].public_bytes(Encoding.PEM).decode()


@lru_cache
def signatory(uscc: str) -> Signatory:
    """An enterprise with a certificate of the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Signatory(key, (issue(uscc, key.public_key()),))


def issue(
    uscc: str,
    key: ec.EllipticCurvePublicKey,
    *,
    until: datetime = _UNTIL,
    scheme: str = "NTRCN-",
    serial_number: int | None = None,
) -> x509.Certificate:
    """A certificate of the authority for an enterprise."""
    signer, root = _authority()
    subject = x509.Name(
        [
            x509.NameAttribute(ORGANIZATION_IDENTIFIER, f"{scheme}{uscc}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Enterprise {uscc}"),
        ]
    )
    number = serial_number or x509.random_serial_number()
    return _builder(subject, root.subject, key, number, until).sign(signer, hashes.SHA256())


@lru_cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Enterprise CA")])
    builder = _builder(name, name, key.public_key(), 1, _UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, number: int, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(number)
        .not_valid_before(_FROM)
        .not_valid_after(until)
    )
