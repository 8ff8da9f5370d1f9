"""Credit authorizations in an enterprise's picture: leave, attempts to look, reports, disputes, by bank."""

from collections.abc import Iterable, Iterator

from counterfoil_contracts.credit_authorization import records as r
from counterfoil_contracts.credit_authorization.messages import Resume, Suspend
from counterfoil_contracts.credit_authorization.operations import SUPERVISION
from counterfoil_contracts.credit_authorization.report import Report

from ..chronicle import Chronicle, Step, Track
from ..figures import Measure, Measured, Named
from .sheet import Section, Sheet, bank_of_collection, short

Counts = Iterable[tuple[Measure, int]]
_CREDIT, _NOTICES = "credit_", "notices_"


def credit_authorizations(chronicle: Chronicle, enterprise: str) -> Section:
    """What `credit_authorization` holds of an enterprise, at every bank."""

    def own(collections: str, kind: str, of: type[object]) -> Iterator[Track]:
        return (
            track
            for track in chronicle.tracks(collections, kind, of)
            if track[-1].value.enterprise == enterprise
        )

    sheet = Sheet(chronicle)
    asks = (
        track
        for track in chronicle.tracks(_CREDIT, r.ASK, r.AskRecord)
        if track[-1].value.body.enterprise == enterprise
    )
    sheet.take("ask", asks, _named_ask, _ask)
    sheet.take("decline", own(_NOTICES, r.DECLINE, r.SignedNotice), _plain("decline"), _one("declines"))
    sheet.take("offer", own(_NOTICES, r.OFFER, r.OfferedGrant), _plain("offered grant"), _one("offers"))
    grants = sheet.take("grant", own(_CREDIT, r.GRANT, r.GrantRecord), _named_grant, _one("grants"))
    sheet.take(
        "revocation", own(_NOTICES, r.REVOCATION, r.SignedNotice), _plain("revocation"), _one("revocations")
    )
    nonces = {track[-1].value.nonce for track in grants}
    standings = (
        track
        for track in chronicle.tracks(_NOTICES, r.STANDING, r.Standing)
        if track[-1].key.rpartition("/")[2] in nonces
    )
    sheet.take("standing", standings, _named_standing, _standing)
    enquiries = sheet.take("enquiry", own(_CREDIT, r.ENQUIRY, r.EnquiryRecord), _named_enquiry, _enquiry)
    ids = {track[-1].value.id for track in enquiries}
    sheet.take("answer", own(_NOTICES, r.ANSWER, r.Answer), _named_answer, _answer)
    receipts = (
        track for track in chronicle.tracks(_CREDIT, r.RECEIPT, r.Receipt) if track[-1].value.enquiry in ids
    )
    sheet.take("receipt", receipts, _plain("receipt"), _one("reports_acknowledged"))
    sheet.take("dispute", own(_NOTICES, r.DISPUTE, r.Dispute), _named_dispute, _dispute)
    sheet.take("report", own(_NOTICES, r.BODY, Report), _named_report)
    proposals = (
        track
        for track in chronicle.tracks(SUPERVISION, r.PROPOSAL, r.Proposal)
        if _subject(track[-1].value) in nonces | ids
    )
    sheet.take("supervisory act", proposals, _named_proposal)
    return sheet.section("credit_authorization")


def _subject(proposal: r.Proposal) -> str:
    """The grant or the enquiry that a supervisory act is about."""
    body = proposal.body
    return body.grant if isinstance(body, Suspend | Resume) else body.enquiry


def _named_proposal(step: Step) -> str:
    kind = type(step.value.body).__struct_config__.tag
    return f"{kind} {short(_subject(step.value))} {'confirmed' if step.value.confirmed_by else 'proposed'}"


def _named_report(step: Step) -> str:
    return f"report to {short(step.value.enquiry)} of height {step.value.height}"


def _plain(name: str) -> Named:
    def named(step: Step) -> str:
        return f"{name} {short(step.key.rpartition('/')[2])}"

    return named


def _one(name: str) -> Measured:
    def measured(step: Step) -> Counts:
        yield Measure.named(name, bank=bank_of_collection(step)), 1

    return measured


def _named_ask(step: Step) -> str:
    return f"ask {short(step.value.id)}{', granted' if step.value.grant else ''}"


def _ask(step: Step) -> Counts:
    state = "GRANTED" if step.value.grant else "WAITING_OR_ENDED"
    yield Measure.named("asks", bank=bank_of_collection(step), state=state), 1


def _named_grant(step: Step) -> str:
    grant: r.GrantRecord = step.value
    return (
        f"grant {short(grant.nonce)}, {grant.delivered} delivered and {len(grant.pending)} pending as written"
    )


def _named_standing(step: Step) -> str:
    return (
        f"grant {short(step.key.rpartition('/')[2])} {'suspended' if step.value.suspended[-1] else 'resumed'}"
    )


def _standing(step: Step) -> Counts:
    bank = bank_of_collection(step)
    yield Measure.named("suspensions", bank=bank), sum(step.value.suspended)
    yield Measure.named("grants_suspended", bank=bank), int(step.value.suspended[-1])


def _named_enquiry(step: Step) -> str:
    return f"enquiry {short(step.value.id)} by {step.value.asked_by} {step.value.refused or 'let through'}"


def _enquiry(step: Step) -> Counts:
    enquiry: r.EnquiryRecord = step.value
    bank = bank_of_collection(step)
    yield Measure.named("enquiries", bank=bank), 1
    if enquiry.refused:
        yield Measure.named("enquiries_refused", bank=bank, code=enquiry.refused), 1


def _named_answer(step: Step) -> str:
    answer: r.Answer = step.value
    versions = f", version {len(answer.digests)}" if answer.digests else ""
    purged = ", purged" if answer.purged_at else ""
    return f"answer to {short(answer.enquiry)} {answer.kind}{versions}{purged}"


def _answer(step: Step) -> Counts:
    answer: r.Answer = step.value
    bank = bank_of_collection(step)
    if answer.kind == "REFUSED":
        yield Measure.named("enquiries_refused", bank=bank, code=answer.code), 1
        return
    yield Measure.named("reports_delivered", bank=bank), 1
    yield Measure.named("reports_corrected", bank=bank), len(answer.digests) - 1
    yield Measure.named("reports_held", bank=bank), int(answer.held)
    yield Measure.named("reports_purged", bank=bank), int(bool(answer.purged_at))


def _named_dispute(step: Step) -> str:
    return f"dispute of {short(step.value.enquiry)} {step.value.state}"


def _dispute(step: Step) -> Counts:
    yield Measure.named("disputes", bank=bank_of_collection(step), state=step.value.state), 1
