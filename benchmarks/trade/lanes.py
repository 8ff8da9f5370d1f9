"""What is loaded, cut into batches: each lane's n-th batch is always the same, whenever it is submitted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from counterfoil_chaincode.confidential.key_ring import KeyRing
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.credit_authorization import messages as credit_messages
from counterfoil_contracts.credit_authorization import operations as credit
from counterfoil_contracts.credit_authorization import report as reports
from counterfoil_contracts.credit_authorization import statements
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.registry import directory
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import social_credit_code
from counterfoil_network.identities import Enterprise
from counterfoil_protocol.confidential import AUTHORITY, Operation
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from documents import declaration, tax_invoice
from network_trade import Person
from standing import Load

AnswerT = TypeVar("AnswerT")

MOST_ENTERPRISES_AT_ONCE = 200
LINES_A_DECLARATION = 25
BORROWERS = 100
"""Enterprises that credit reports are about."""
_DAY = 86_400


class Submit(Protocol):
    """Submits a step of a batch, once, also after a kill."""

    def __call__(
        self, person: Person, operation: Operation[Any, AnswerT], make: Callable[[], Any], step: str
    ) -> AnswerT: ...


@dataclass(frozen=True, slots=True)
class Source:
    """What batches are made of."""

    codes: Sequence[str]
    at_once: int
    begun: str
    now: int
    enterprise: Callable[[str], Enterprise] = field(repr=False)

    def code(self, number: int) -> str:
        """The code of an enterprise of the load, all by turns."""
        return self.codes[number % len(self.codes)]


Batch = Callable[[Source, int, Submit], None]


@dataclass(frozen=True, slots=True)
class Lane:
    """Batches that follow each other. Lanes do not touch each other's documents.

    Attributes:
        name: of the lane.
        batches: how many there are.
        size: what a batch adds.
        chunk: how many batches go together: their journals are dropped once all are done.
        submit: submits the batch of a number.
    """

    name: str
    batches: int
    size: int
    chunk: int
    submit: Batch

    @property
    def chunks(self) -> int:
        """How many chunks there are; the last may be smaller."""
        return -(-self.batches // self.chunk)

    def numbers(self, chunk: int) -> range:
        """The batches of a chunk."""
        return range(chunk * self.chunk, min(self.batches, (chunk + 1) * self.chunk))


def lanes(load: Load) -> Sequence[Lane]:
    """The lanes of a load. The last batch of each is as full as the others, enterprises apart."""
    enterprises = min(load.at_once, MOST_ENTERPRISES_AT_ONCE)

    def lane(name: str, documents: int, size: int, chunk: int, batch: Batch) -> Lane:
        return Lane(name, -(-documents // size), size, chunk, batch)

    return (
        lane("enterprises", load.enterprises, enterprises, 20, _enterprises),
        lane("invoices", load.invoices, load.at_once, 10, _invoices),
        lane("tax_invoices", load.tax_invoices, load.at_once, 10, _tax),
        lane("reports", load.reports, 1, 20, _report),
    )


def codes_by_bucket(count: int, secret: str) -> Sequence[str]:
    """The codes of so many enterprises, at least one, in the order of the directory's buckets.

    So a bucket is written once or twice in all. In the order of their codes every batch would write every
    bucket, and loading would take as the square of their number.
    """
    ring = KeyRing((bytes.fromhex(secret),))

    def bucket(code: str) -> int:
        return directory.bucket_of(ring.key(AUTHORITY, directory.BUCKET, code))

    return sorted(map(social_credit_code, range(max(1, count))), key=bucket)


def _enterprises(source: Source, batch: int, submit: Submit) -> None:
    """Two officers put enterprises into the directory."""
    size = min(source.at_once, MOST_ENTERPRISES_AT_ONCE)
    first = batch * size

    def proposal() -> registry.ProposeEnterprises:
        codes = source.codes[first : first + size]
        return registry.ProposeEnterprises(
            tuple(registry.Enterprise(code, f"Enterprise {code}", "A") for code in codes)
        )

    proposed = submit(("Regulator", "officer1"), registry.ENTERPRISE_PROPOSE, proposal, "propose")
    submit(
        ("Regulator", "officer2"),
        registry.ENTERPRISE_CONFIRM,
        lambda: registry.Confirm(proposed.proposal),
        "confirm",
    )


def _invoices(source: Source, batch: int, submit: Submit) -> None:
    """Customs states declarations of one exporter."""
    size, seller = source.at_once // LINES_A_DECLARATION, source.code(batch)
    first = batch * size

    def stated() -> messages.PutDeclarations:
        places = range(first, first + size)
        return messages.PutDeclarations(
            tuple(declaration(place, LINES_A_DECLARATION, seller, source.begun) for place in places)
        )

    submit(("Port", "customs"), trade.DECLARATION_PUT, stated, "put")


def _tax(source: Source, batch: int, submit: Submit) -> None:
    """The tax authority states invoices of one carrier."""
    first, seller, buyer = batch * source.at_once, source.code(batch), source.code(batch + 1)

    def stated() -> freight.PutInvoices:
        facts = [tax_invoice(first + at, seller, buyer) for at in range(source.at_once)]
        return freight.PutInvoices(tuple(freight.TaxInvoice(each, "TRANSPORT", "CNY") for each in facts))

    submit(("Port", "tax"), freight.INVOICE_PUT, stated, "put")


def _report(source: Source, number: int, submit: Submit) -> None:
    """An enterprise gives leave, a bank asks under it, and has its report."""
    uscc, bank = source.code(number % BORROWERS), ("BankA", "BankB")[number % 2]
    officer = (bank, "officer1")

    def grant() -> credit_messages.Statement:
        return credit_messages.Statement(signed(source.enterprise(uscc), claims(uscc, bank, source.now, 1)))

    given = submit(officer, credit.GRANT, grant, "grant").grant
    enquired = submit(officer, credit.ENQUIRE, lambda: enquiry(given), "enquire")
    submit(
        ("Regulator", "oracle"),
        credit.DELIVER,
        lambda: credit_messages.Deliver(f"{bank}MSP", enquired.enquiry, report(enquired.enquiry, uscc)),
        "deliver",
    )


def claims(uscc: str, bank: str, now: int, maximum: int) -> statements.CreditGrant:
    """Leave for so many reports."""
    return statements.CreditGrant(
        type=statements.CREDIT_GRANT,
        enterprise=uscc,
        audience=f"{bank}MSP",
        scope=("BASIC", "TRADE"),
        purpose="CREDIT_REVIEW",
        data_from="2025-03-01",
        data_until="",
        maximum=maximum,
        ask="",
        nonce=consents.new_nonce(),
        not_before=now - 120,
        expiry=now + 90 * _DAY,
    )


def signed(enterprise: Enterprise, stated: consents.Claims) -> str:
    """What an enterprise signs."""
    own = x509.load_pem_x509_certificate(enterprise.chain[0])
    return consents.sign(stated, [own], private_key_signer(enterprise.identity.key))


def enquiry(grant: str) -> credit_messages.Enquire:
    """What a bank asks under a grant."""
    return credit_messages.Enquire(grant, "CREDIT_REVIEW", ("BASIC", "TRADE"))


def report(enquiry_id: str, uscc: str) -> reports.Report:
    """A report of both groups."""
    figures = (reports.Total("USD", 3, 12_345_678),)
    return reports.Report(
        enquiry_id,
        uscc,
        40,
        basic=reports.BasicGroup(f"Enterprise {uscc}", "31", "SMALL", ""),
        trade=reports.TradeGroup("2025-03-01", "2026-03-01", figures, (), (), 2, 0, 0),
    )
