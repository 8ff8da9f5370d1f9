"""Export invoices in an enterprise's picture: what customs states, what is used of it, loans, repayments.

Loan figures stand at the bank that has the financing now: one that was transferred leaves the first bank's
figures and enters the second's, by the transaction that moved it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil_contracts.core import flags, pools
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.export_invoice.messages import (
    CreditNote,
    DeclarationVersions,
    Receipt,
    Recover,
    Register,
    Repay,
    Reverse,
)
from counterfoil_contracts.export_invoice.records import (
    ACT,
    CONSENT,
    DECLARATION,
    MARK,
    SLIP,
    TERMS,
    TRANSFER,
    VIEW,
    ConsentRecord,
    StoredAct,
    StoredSlip,
    StoredTerms,
    Transfer,
    ViewRecord,
)
from counterfoil_protocol.confidential import AUTHORITY

from ..chronicle import Chronicle, Step, Track
from ..figures import Measure
from .sheet import Section, Sheet, bank_of_collection, named_act, short

Counts = Iterable[tuple[Measure, int]]

RECEIPT = "RECEIPT"
"""Stands for the source of proceeds that a bank recorded without a loan of its own."""
BEFORE_REGISTRATION = "BEFORE_REGISTRATION"
"""Stands for the source of what had come back of a loan when it was registered."""


def export_invoices(chronicle: Chronicle, enterprise: str) -> Section:
    """What `export_invoice` holds of an enterprise, as the seller of its documents and as a borrower."""
    sheet = Sheet(chronicle)
    declarations = [
        track
        for track in chronicle.tracks(AUTHORITY, DECLARATION, DeclarationVersions)
        if track[-1].value.versions[-1].consignor == enterprise
    ]
    sheet.take("declaration", declarations, _named_declaration, _declared)
    numbers = {track[-1].value.versions[-1].number for track in declarations}
    sheet.take("document", _documents(chronicle, enterprise, numbers), _named_document, document_counts)
    marks = [track for track in _of_banks(chronicle, MARK, Mark) if track[-1].value.enterprise == enterprise]
    sheet.take("financing", marks, _named_mark, _loan)
    views = [
        track
        for track in chronicle.tracks(AUTHORITY, VIEW, ViewRecord)
        if track[-1].value.enterprise == enterprise
    ]
    # A view's id is the request's that made it.
    looked = {track[0].transaction.request for track in views}
    acts = _ActsOf(enterprise, {track[-1].value.id: track[-1].value for track in marks}, looked)
    taken = sheet.take("act", _handed_on(acts.own(chronicle)), named_act, acts.counts)
    bound = _Bound.by([track[-1].value for track in marks], [track[-1].value for track in taken])
    sheet.take("terms", bound.of(chronicle, TERMS, StoredTerms, bound.terms), _named_terms)
    sheet.take("slip", bound.of(chronicle, SLIP, StoredSlip, bound.slips), _named_slip)
    transfers = (
        track
        for track in chronicle.tracks(AUTHORITY, TRANSFER, Transfer)
        if any(each.enterprise == enterprise for each in track[-1].value.marks)
    )
    sheet.take("transfer", transfers, _named_transfer)
    sheet.take("view", views, _named_view, _viewed)
    consents = (
        track
        for track in chronicle.tracks(AUTHORITY, CONSENT, ConsentRecord)
        if track[-1].value.enterprise == enterprise
    )
    sheet.take("consent", consents, _named_consent, _consented)
    return sheet.section("export_invoice")


def _of_banks(chronicle: Chronicle, kind: str, of: type[Any]) -> Iterable[Track]:
    return chronicle.tracks("marks_", kind, of)


def _documents(chronicle: Chronicle, enterprise: str, numbers: set[str]) -> list[Track]:
    """Pools of the enterprise's declarations and invoices, with those that were issued anew."""
    tracks = list(chronicle.tracks(AUTHORITY, pools.RECORD, Pool))
    own = [track for track in tracks if _is_own(track[-1].value, enterprise, numbers)]
    documents = {track[-1].value.document for track in own}
    return own + [track for track in tracks if track[-1].value.same_as in documents]


def _is_own(pool: Pool, enterprise: str, numbers: set[str]) -> bool:
    if pool.invoice is not None:
        return pool.invoice.seller == enterprise
    return pool.kind == pools.DECLARATION and pool.label in numbers


def _named_declaration(step: Step) -> str:
    newest = step.value.versions[-1]
    return f"declaration {newest.number} {newest.status}, version {len(step.value.versions)}"


def _declared(step: Step) -> Counts:
    newest = step.value.versions[-1]
    yield Measure.named("declared", newest.currency, status=newest.status), newest.total


def _named_document(step: Step) -> str:
    pool = step.value
    if pool.same_as:
        return f"invoice {short(pool.document)}, the same as {short(pool.same_as)}"
    label = pool.invoice.number if pool.invoice is not None else pool.label
    return f"{pool.kind.lower().replace('_', ' ')} {label}"


def document_counts(step: Step, **role: str) -> Counts:
    """What a document's pool counts for: what it carries, and what banks hold of it."""
    pool: Pool = step.value
    of = {**role, "kind": pool.kind}
    yield Measure.named("document_total", pool.currency, **of), pool.total
    yield Measure.named("document_collected", pool.currency, **of), pool.collected
    yield Measure.named("document_used", pool.currency, **of), pools.used(pool)
    for held in pool.marks:
        yield Measure.named("document_locked", pool.currency, **of, bank=held.bank), held.locked
        yield Measure.named("document_outstanding", pool.currency, **of, bank=held.bank), held.outstanding
    for flag in flags.open_flags(pool.flags, lenders=False):
        yield Measure.named("documents_flagged", **of, flag=flag.code), 1
    if pool.frozen:
        yield Measure.named("documents_frozen", **of), 1


def _named_mark(step: Step) -> str:
    return f"financing {short(step.value.id)} {step.value.state}"


def _loan(step: Step) -> Counts:
    mark: Mark = step.value
    bank = mark.bank
    yield Measure.named("financings", bank=bank, state=mark.state), 1
    if mark.state == "TRANSFERRED":
        # What is left of it keeps the loan's figures, which the successor's has too.
        return
    out = mark.drawn - mark.repaid
    amounts = {
        "loan_locked": mark.amount if mark.state == "LOCKED" else 0,
        "loan_approved": mark.approved,
        "loan_drawn": mark.drawn,
        "loan_repaid": mark.repaid,
        "loan_outstanding": out,
        "loan_overdue": out if mark.state == "OVERDUE" else 0,
        "loan_written_off": out if mark.written_off else 0,
    }
    for name, amount in amounts.items():
        yield Measure.named(name, mark.currency, bank=bank), amount


def _handed_on(tracks: Iterable[Track]) -> Iterable[Track]:
    """Acts by id: one that went to another bank with its financing goes on in that bank's collection."""
    by_id: dict[str, list[Step]] = {}
    for track in tracks:
        by_id.setdefault(track[-1].value.id, []).extend(track)
    for steps in by_id.values():
        yield tuple(sorted(steps, key=lambda step: (step.transaction.block, step.transaction.place)))


@dataclass(frozen=True, slots=True)
class _ActsOf:
    """The acts on an enterprise's financings (by id), on its invoices, and on loans of before."""

    enterprise: str
    marks: Mapping[str, Mark]
    views: set[str]

    def own(self, chronicle: Chronicle) -> list[Track]:
        """The tracks of these acts."""
        tracks = list(_of_banks(chronicle, ACT, StoredAct))
        own = [track for track in tracks if self._is_own(track[-1].value)]
        ids = {track[-1].value.id for track in own}
        # A receipt that was a mistake is reversed by an act without a financing.
        undone = (track for track in tracks if isinstance(track[-1].value.body, Reverse))
        return own + [
            track for track in undone if not track[-1].value.mark and track[-1].value.body.act in ids
        ]

    def _is_own(self, act: StoredAct) -> bool:
        if isinstance(act.body, Receipt):
            return act.body.invoice.seller == self.enterprise
        if isinstance(act.body, Register):
            return act.body.view in self.views
        return act.mark in self.marks

    def counts(self, step: Step) -> Counts:
        """What came in by an act that has taken effect and was not reversed."""
        act: StoredAct = step.value
        body, bank = act.body, bank_of_collection(step)
        if not act.confirmed_at or act.reversed_by or isinstance(body, Reverse):
            return
        if isinstance(body, Receipt):
            yield Measure.named("proceeds", body.invoice.currency, bank=bank, source=RECEIPT), body.received
        elif isinstance(body, Register):
            if act.admitted_by:
                of = {"bank": bank, "source": BEFORE_REGISTRATION}
                yield Measure.named("loan_repaid_from", body.currency, **of), body.repaid
        elif isinstance(body, Repay | Recover):
            mark = self.marks[act.mark]
            of = {"bank": bank, "source": body.source}
            yield Measure.named("loan_repaid_from", mark.currency, **of), body.principal
            currency = mark.invoices[body.invoice].currency
            yield Measure.named("proceeds", currency, **of), body.received
        elif isinstance(body, CreditNote):
            currency = self.marks[act.mark].invoices[body.invoice].currency
            yield Measure.named("credited", currency, bank=bank), body.amount


@dataclass(frozen=True, slots=True)
class _Bound:
    """Ids of what lies between bank and regulator alone: terms, and slips with references and reasons."""

    terms: set[str]
    slips: set[str]

    @classmethod
    def by(cls, marks: Iterable[Mark], acts: Iterable[StoredAct]) -> "_Bound":
        """What financings and acts are bound to, now and before."""
        terms, slips = set(), set()
        for mark in marks:
            terms |= {mark.terms, *(each.terms for each in mark.earlier_terms)}
            slips.add(mark.slip)
        for act in acts:
            terms.add(act.terms)
            slips.add(act.slip)
        return cls(terms, slips)

    @staticmethod
    def of(chronicle: Chronicle, kind: str, of: type[Any], ids: set[str]) -> Iterable[Track]:
        """The records of these ids, at whichever bank."""
        return (track for track in chronicle.tracks("terms_", kind, of) if track[-1].value.id in ids)


def _named_terms(step: Step) -> str:
    terms = step.value.terms
    return f"terms {short(step.value.id)}, {terms.product}, due {terms.maturity}"


def _named_slip(step: Step) -> str:
    return f"slip {short(step.value.id)}"


def _named_transfer(step: Step) -> str:
    transfer = step.value
    state = "executed" if transfer.executed_by else "accepted" if transfer.accepted_by else "proposed"
    return f"transfer from {transfer.leaving} to {transfer.successor} {state}"


def _named_view(step: Step) -> str:
    return f"view of {step.value.bank}, {step.value.purpose}"


def _viewed(step: Step) -> Counts:
    yield Measure.named("views", bank=step.value.bank), 1


def _named_consent(step: Step) -> str:
    state = "withdrawn" if step.value.withdrawn else "given"
    return f"consent {short(step.value.nonce)} to {step.value.audience} {state}"


def _consented(step: Step) -> Counts:
    consent: ConsentRecord = step.value
    state = "WITHDRAWN" if consent.withdrawn else "GIVEN"
    yield Measure.named("consents", bank=consent.audience, state=state), 1
    if consent.currency:
        yield Measure.named("consent_used", consent.currency, bank=consent.audience), consent.used
