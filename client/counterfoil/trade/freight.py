"""Freight payments in batches, from the template: nothing twice and nothing lost, whenever it is killed.

    from counterfoil.trade import freight

    batch = freight.Batch(text)
    print(batch.rehearse(client))        # what can be told without asking for a single invoice
    report = batch.mark(client)          # killed at any row, and called again: it goes on where it was

Every request has a step in the client's journal, named after the batch, which is named after the file's
content. A rehearsal writes nothing, and so asks for no invoice: asking is on record.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_protocol.confidential import Operation

from .._errors import CommitError, ContractRefusal, EndorseError, SubmitError
from ._client import Outcome
from ._freight_rows import COLUMNS, BadRow, Row, minor_units, payments, read_rows, template

__all__ = ["COLUMNS", "BadRow", "Batch", "Report", "RowReport", "Teller", "minor_units", "template"]

AnswerT = TypeVar("AnswerT")
MOST_AT_ONCE = 500
"""Invoices that one look may name (`payment_messages.Verify`)."""
MOST_USES = 100
"""Invoices that one payment may use (`payment_messages.Mark`)."""
_LARGEST = 10**15
Progress = Callable[[int, int], None]
"""Told how many payments are done, of how many."""


class Teller(Protocol):
    """What of a `TradeClient` a batch needs."""

    def submit(self, operation: Operation[Any, AnswerT], body: Any, *, step: str = "") -> Outcome[AnswerT]:
        """Do it, once for each step."""
        ...

    def inquire(self, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Ask."""
        ...


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row.

    Attributes:
        number: the line of the file.
        payment: the bank's own name for the payment.
        status: ``INVALID``, ``NOT_VERIFIED``, ``READY`` (rehearsed), ``MARKED``, ``REFUSED`` or ``FAILED``.
        code: why not: a column, or the contract's refusal code.
        text: the same for people.
        remaining: what the invoice had left when it was asked for, in its minor units.
        payment_id: of the marked payment.
        transaction_id: that marked it; empty where another client's transaction did.
    """

    number: int
    payment: str
    status: str
    code: str = ""
    text: str = ""
    remaining: int | None = None
    payment_id: str = ""
    transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all rows, in their order."""

    batch: str
    rows: tuple[RowReport, ...]

    def count(self, status: str) -> int:
        """How many rows have a status."""
        return sum(1 for row in self.rows if row.status == status)

    @property
    def is_clean(self) -> bool:
        """Whether every row came to what it should."""
        return all(row.status in {"MARKED", "READY"} for row in self.rows)

    def as_csv(self) -> str:
        """One line a row."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        names = RowReport.__dataclass_fields__
        writer.writerow(names)
        writer.writerows([getattr(row, name) for name in names] for row in self.rows)
        return text.getvalue()


@dataclass(slots=True)
class Batch:
    """The payments of one file. ``name`` begins the names of its steps; it follows from the content if empty.

    Raises:
        BadRow: the file has not the template's header.
    """

    text: str = field(repr=False)
    name: str = ""
    _rows: list[Row] = field(init=False, repr=False, default_factory=list)
    _reports: dict[int, RowReport] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.name or f"freight-{hashlib.sha256(self.text.encode()).hexdigest()[:16]}"
        for found in read_rows(self.text):
            if isinstance(found, Row):
                self._rows.append(found)
            else:
                number, payment, wrong = found
                self._reports[number] = RowReport(number, payment, "INVALID", wrong.column, wrong.text)
        self._check_payments()

    def rehearse(self) -> Report:
        """What can be told without asking for a single invoice: nothing is sent."""
        reports = {row.number: RowReport(row.number, row.payment, "READY") for row in self._rows}
        return self._report({**reports, **self._reports})

    def mark(self, client: Teller, progress: Progress = lambda done, of: None) -> Report:
        """Ask for all invoices, and mark payment by payment; call it again to go on after a crash.

        A payment of which a row is invalid or not verified is not marked; the others are.

        Raises:
            CommitUnknown: nobody knows of one payment; ``TradeClient.resume`` settles it.
            EvaluateError: no peer answers.
        """
        reports = dict(self._reports)
        whole = payments([row for row in self._rows if row.number not in reports])
        ready = [row for rows in whole.values() for row in rows]
        places = self._ask(client, ready, reports)
        progress(0, len(whole))
        for done, (name, rows) in enumerate(whole.items(), start=1):
            self._mark_payment(client, name, rows, places, reports)
            progress(done, len(whole))
        return self._report(reports)

    def _check_payments(self) -> None:
        """Rows of one payment agree, an invoice is stated alike everywhere, a bad row spoils its payment."""
        spoiled = {report.payment for report in self._reports.values()}
        stated: dict[tuple[str, str], freight.InvoiceTuple] = {}
        for name, rows in payments(self._rows).items():
            named: set[freight.InvoiceTuple] = set()
            for row in rows:
                known = stated.setdefault((row.invoice.code, row.invoice.number), row.invoice)
                if row.shared != rows[0].shared:
                    self._invalid(row, "payment", "states the payment otherwise than its first row")
                elif known != row.invoice:
                    self._invalid(row, "invoice_number", "states the invoice otherwise than an earlier row")
                elif row.invoice in named:
                    self._invalid(row, "invoice_number", "the payment names the invoice twice")
                named.add(row.invoice)
            if len(rows) > MOST_USES or sum(row.amount for row in rows) > _LARGEST:
                spoiled.add(name)
            if name in spoiled or any(row.number in self._reports for row in rows):
                for row in rows:
                    if row.number not in self._reports:
                        self._invalid(row, "payment", "too large, or another row of it is invalid")

    def _invalid(self, row: Row, column: str, text: str) -> None:
        self._reports[row.number] = RowReport(row.number, row.payment, "INVALID", column, text)

    def _ask(
        self, client: Teller, rows: Sequence[Row], reports: dict[int, RowReport]
    ) -> dict[int, tuple[str, int]]:
        """Look and position of each row's invoice; a payment's invoices are in one look."""
        places: dict[int, tuple[str, int]] = {}
        for number, chunk in enumerate(_looks(rows)):
            invoices = tuple(dict.fromkeys(row.invoice for row in chunk))
            look = client.submit(
                freight.VERIFY, freight.Verify(invoices), step=f"{self.name}/look/{number}"
            ).answer.verification
            seen = client.inquire(freight.VERIFY_READ, freight.ReadVerification(look)).invoices
            for row in chunk:
                at = invoices.index(row.invoice)
                places[row.number] = (look, at)
                status = "VERIFIED" if seen[at].verified else "NOT_VERIFIED"
                remaining = seen[at].remaining if seen[at].verified else None
                reports[row.number] = RowReport(row.number, row.payment, status, remaining=remaining)
        return places

    def _mark_payment(
        self,
        client: Teller,
        name: str,
        rows: Sequence[Row],
        places: dict[int, tuple[str, int]],
        reports: dict[int, RowReport],
    ) -> None:
        if any(reports[row.number].status == "NOT_VERIFIED" for row in rows):
            for row in rows:
                found = reports[row.number]
                if found.status != "NOT_VERIFIED":
                    found = replace(found, status="REFUSED")
                reports[row.number] = replace(
                    found, code="NOT_VERIFIED", text="an invoice of this payment that nobody has stated so"
                )
            return
        try:
            slip = client.submit(freight.SLIP_PUT, rows[0].slip, step=f"{self.name}/{name}/slip").answer.slip
            order = _order(rows, places, slip)
            outcome = client.submit(freight.MARK, order, step=f"{self.name}/{name}/mark")
        except (ContractRefusal, EndorseError, SubmitError, CommitError) as error:
            status = "REFUSED" if isinstance(error, ContractRefusal) else "FAILED"
            code = error.code if isinstance(error, ContractRefusal) else type(error).__name__
            for row in rows:
                reports[row.number] = replace(
                    reports[row.number], status=status, code=str(code), text=str(error)
                )
            return
        for row in rows:
            reports[row.number] = replace(
                reports[row.number],
                status="MARKED",
                payment_id=outcome.answer.payment,
                transaction_id=outcome.transaction_id,
            )

    def _report(self, reports: dict[int, RowReport]) -> Report:
        return Report(self.name, tuple(reports[number] for number in sorted(reports)))


def _looks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows in looks of at most 500 invoices, payment by payment: a payment rests on one look."""
    chunk: list[Row] = []
    for own in payments(rows).values():
        if chunk and len({row.invoice for row in (*chunk, *own)}) > MOST_AT_ONCE:
            yield chunk
            chunk = []
        chunk += own
    if chunk:
        yield chunk


def _order(rows: Sequence[Row], places: dict[int, tuple[str, int]], slip: str) -> freight.Mark:
    first = rows[0]
    return freight.Mark(
        payer=first.payer,
        payee=first.payee,
        currency=first.currency,
        amount=sum(row.amount for row in rows),
        slip=slip,
        verification=places[first.number][0],
        uses=tuple(freight.StatedUse(places[row.number][1], row.amount, row.use, row.rate) for row in rows),
        usd_rate=first.usd_rate,
    )
