"""Leave to look: a bank reads an enterprise's credit record as far as it was let, and not unseen."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from counterfoil_contracts.consent import operations as consent
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as credit
from counterfoil_contracts.credit_authorization import statements as s
from counterfoil_contracts.credit_authorization.report import Figure, Report
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from msgspec import convert

from counterfoil_demo.desk import AUDITOR, OFFICER
from counterfoil_demo.engine import counterfoil
from counterfoil_demo.narration import Check, Money, StoryBroken

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_contracts.consent.operations import Claims
    from counterfoil_network.identities import Enterprise

    from counterfoil_demo.cast import Actor
    from counterfoil_demo.stage import Stage

_BANK: Final = "BankA"
_PURPOSE: Final = "CREDIT_REVIEW"
_SCOPE: Final = ("BASIC", "TRADE")
_FIRST_DAY: Final = "2020-01-01"
_MOST: Final = 2
_HOUR: Final = 3600
_CLOCK_SECONDS: Final = 120


def be_read_by_leave(stage: Stage, enterprise: Enterprise) -> None:
    """The whole chapter: asked, granted, used up, revoked, and all of it in the enterprise's own log."""
    stage.narration.chapter(
        "Leave to look", "BankA reads the enterprise's credit record; Port and BankB learn nothing of it"
    )
    grant = _granted(stage, enterprise, _asked(stage, enterprise))
    enquiry = _enquired(stage, grant, "")
    report = _delivered(stage, enquiry)
    _compared(stage, grant, report)
    _enquired(stage, grant, "GRANT_EXHAUSTED")
    _revoked(stage, enterprise, grant)
    _enquired(stage, grant, "GRANT_REVOKED")
    _seen_by_the_enterprise(stage, enterprise)
    _computed_again(stage, enquiry)


def _asked(stage: Stage, enterprise: Enterprise) -> str:
    officer, relay = stage.cast(_BANK, OFFICER), stage.cast("Regulator", "relay")
    text = "asks the enterprise for leave"
    with stage.narration.doing(text):
        body = m.Ask(enterprise.uscc, _SCOPE, _PURPOSE, _FIRST_DAY, _MOST, 90)
        done = officer.submit(credit.ASK, body)
        (seen,) = relay.ask(credit.OWN_ASKS, _own_log(enterprise)).asks
    checks = [Check(relay.name, "for the enterprise: a request that is", seen.state, "WAITING")]
    stage.narration.committed(officer.name, text, done.told, checks)
    return done.answer.ask


def _granted(stage: Stage, enterprise: Enterprise, ask: str) -> str:
    officer, auditor = stage.cast(_BANK, OFFICER), stage.cast(_BANK, AUDITOR)
    claims = s.CreditGrant(
        type=s.CREDIT_GRANT,
        enterprise=enterprise.uscc,
        audience=f"{_BANK}MSP",
        scope=_SCOPE,
        purpose=_PURPOSE,
        data_from=_FIRST_DAY,
        data_until="",
        maximum=_MOST,
        ask=ask,
        nonce=consent.new_nonce(),
        **_times(),
    )
    text = f"puts the enterprise's signed grant of {_MOST} reports on record"
    with stage.narration.doing(text):
        done = officer.submit(credit.GRANT, m.Statement(_sign(enterprise, claims)))
        seen = auditor.ask(credit.GRANT_READ, m.ReadGrant(done.answer.grant))
    checks = [Check(auditor.name, "the grant stands", seen.standing, "GRANTED")]
    stage.narration.committed(officer.name, text, done.told, checks)
    return done.answer.grant


def _enquired(stage: Stage, grant: str, refused: str) -> str:
    """An enquiry, which is on record whether it was let through or not."""
    officer, auditor = stage.cast(_BANK, OFFICER), stage.cast(_BANK, AUDITOR)
    text = "asks for a report" if not refused else "asks again"
    with stage.narration.doing(text):
        done = officer.submit(credit.ENQUIRE, m.Enquire(grant, _PURPOSE, _SCOPE))
        seen = _enquiry(auditor, done.answer.enquiry)
    expected = f"REFUSED, {refused}" if refused else "PENDING"
    state = f"{seen.state}, {seen.code}" if seen.code else seen.state
    checks = [Check(auditor.name, "on record as", state, expected)]
    stage.narration.committed(officer.name, text, done.told, checks)
    return done.answer.enquiry


def _delivered(stage: Stage, enquiry: str) -> Report:
    """The regulator computes the report from an export of its ledger, and delivers it."""
    report = _computed(stage, enquiry, stage.folder.root.parent / "export-for-credit")
    oracle, auditor = stage.cast("Regulator", "oracle"), stage.cast(_BANK, AUDITOR)
    text = f"delivers the report computed at block height {report.height}"
    with stage.narration.doing(text):
        done = oracle.submit(credit.DELIVER, m.Deliver(f"{_BANK}MSP", enquiry, report))
        answer = auditor.ask(credit.REPORT_READ, m.ReadReport(enquiry))
    declared: dict[str, int] = {}
    for sample in stage.samples.declarations:
        total = stage.declarations[sample.place].total
        declared[sample.currency] = declared.get(sample.currency, 0) + total
    told = answer.report.trade.declared if answer.report and answer.report.trade else ()
    checks = [
        Check(auditor.name, f"declared in {each.currency}", Money(each.amount, each.currency), due)
        for each in told
        if (due := Money(declared.get(each.currency, 0), each.currency))
    ]
    checks.append(Check(auditor.name, "currencies", sorted(each.currency for each in told), sorted(declared)))
    stage.narration.committed(oracle.name, text, done.told, checks)
    return report


def _compared(stage: Stage, grant: str, report: Report) -> None:
    """A bank that has a figure already learns whether it is right, and nothing else."""
    assert report.trade is not None, "the story asks for it"
    total = report.trade.declared[0]
    officer, oracle = stage.cast(_BANK, OFFICER), stage.cast("Regulator", "oracle")
    auditor = stage.cast(_BANK, AUDITOR)
    figure = Figure("DECLARED", total.currency, total.amount * 2)
    text = f"states {Money(figure.amount, figure.currency)} and asks whether that is right"
    with stage.narration.doing(text):
        done = officer.submit(credit.ENQUIRE, m.Enquire(grant, _PURPOSE, figure=figure))
        enquiry = done.answer.enquiry
        answer = _computed(stage, enquiry, stage.folder.root.parent / "export-for-comparison")
        oracle.submit(credit.DELIVER, m.Deliver(f"{_BANK}MSP", enquiry, answer))
        seen = auditor.ask(credit.REPORT_READ, m.ReadReport(enquiry)).report
    verdict = seen.verdict if seen is not None else None
    groups = seen.groups if seen is not None else None
    checks = [
        Check(auditor.name, "told that the ledger's is", verdict, "LOWER"),
        Check(auditor.name, "and besides", groups, ()),
    ]
    stage.narration.committed(officer.name, text, done.told, checks)


def _revoked(stage: Stage, enterprise: Enterprise, grant: str) -> None:
    relay, auditor = stage.cast("Regulator", "relay"), stage.cast(_BANK, AUDITOR)
    claims = s.CreditRevocation(
        type=s.CREDIT_REVOCATION,
        enterprise=enterprise.uscc,
        audience=f"{_BANK}MSP",
        nonce=grant,
        **_times(),
    )
    text = "carries the enterprise's revocation; no bank can hold it up"
    with stage.narration.doing(text):
        done = relay.submit(credit.REVOKE, m.Statement(_sign(enterprise, claims)))
        seen = auditor.ask(credit.GRANT_READ, m.ReadGrant(grant))
    checks = [Check(auditor.name, "the grant stands", seen.standing, "GRANT_REVOKED")]
    stage.narration.committed(relay.name, text, done.told, checks)


def _seen_by_the_enterprise(stage: Stage, enterprise: Enterprise) -> None:
    """Every attempt, at every bank."""
    relay = stage.cast("Regulator", "relay")
    began = time.monotonic()
    rows = []
    for bank in (_BANK, "BankB"):
        for each in relay.ask(credit.OWN_ENQUIRIES, _own_log(enterprise, bank)).enquiries:
            rows.append(
                (bank, each.state, each.code or "–", "figure" if each.figure else ", ".join(each.scope))
            )
    seen = sorted((bank, state, code) for bank, state, code, _ in rows)
    due = sorted(
        [(_BANK, "DELIVERED", "–")] * 2
        + [(_BANK, "REFUSED", "GRANT_EXHAUSTED"), (_BANK, "REFUSED", "GRANT_REVOKED")]
    )
    checks = [Check(relay.name, "attempts in the enterprise's log", seen, due)]
    stage.narration.looked(relay.name, "reads the enterprise its log", time.monotonic() - began, checks)
    stage.narration.table(("bank", "state", "reason", "about"), rows)


def _computed_again(stage: Stage, enquiry: str) -> None:
    """Anybody who holds an export gets the same bytes at the same height."""
    auditor = stage.cast("Regulator", "auditor")
    began = time.monotonic()
    body = m.SuperviseReport(f"{_BANK}MSP", enquiry)
    kept = auditor.ask(credit.SUPERVISE_REPORT, body)
    assert kept.report is not None, "it was delivered and not purged"
    folder = stage.folder.root.parent / "export-after-credit"
    again = _computed(stage, enquiry, folder, kept.report.height)
    checks = [Check(auditor.name, "the delivered report", again == kept.report, expected=True)]
    text = f"computes the report of height {kept.report.height} again, from a later export"
    stage.narration.looked(auditor.name, text, time.monotonic() - began, checks)


def _computed(stage: Stage, enquiry: str, export: Path, height: int = 0) -> Report:
    """What `counterfoil credit report` makes of an export, in a process of its own."""
    out = export.with_suffix(".json")
    enquired = ["--bank", _BANK, "--enquiry", enquiry, "--height", str(height), "--out", str(out)]
    for command in (
        ["audit", "export", str(export), "--dir", str(stage.folder.root)],
        ["credit", "report", str(export), *enquired],
    ):
        done = counterfoil(command)
        if done.returncode:
            raise StoryBroken(f"counterfoil {' '.join(command[:2])} failed: {done.stderr.strip()[-300:]}")
    return convert(json.loads(out.read_bytes()), Report)


def _enquiry(auditor: Actor, enquiry: str) -> m.EnquiryAnswer:
    found = auditor.ask(credit.ENQUIRIES, m.ReadRecords()).enquiries
    return next(each for each in found if each.enquiry == enquiry)


def _own_log(enterprise: Enterprise, bank: str = _BANK) -> m.ReadOwnLog:
    now = int(time.time())
    claims = s.CreditReading(
        s.CREDIT_READING, enterprise.uscc, consent.new_nonce(), now - _CLOCK_SECONDS, now + _CLOCK_SECONDS
    )
    return m.ReadOwnLog(_sign(enterprise, claims), f"{bank}MSP")


def _times() -> dict[str, Any]:
    now = int(time.time())
    return {"not_before": now - _CLOCK_SECONDS, "expiry": now + _HOUR}


def _sign(enterprise: Enterprise, claims: Claims) -> str:
    own = x509.load_pem_x509_certificate(enterprise.chain[0])
    return consent.sign(claims, [own], private_key_signer(enterprise.identity.key))
