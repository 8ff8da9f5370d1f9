"""Deliveries: what was asked for, nothing else, and to whom it was promised."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.credit_authorization import report as r
from counterfoil_contracts.credit_authorization.deliveries import digest_of
from counterfoil_protocol import canonical_json
from credit_life import DAY, OTHER, KitLife

Code = Callable[[Callable[[], object]], str]


def test_the_bank_reads_what_was_delivered_and_its_digest_is_on_the_ledger(life: KitLife) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    delivered = life.deliver(enquiry)
    answer = life.read(enquiry)
    assert answer.report == life.report(enquiry)
    assert (answer.digest, answer.version) == (delivered.digest, 1)
    assert answer.report is not None
    assert digest_of(answer.report) == delivered.digest
    [seen] = life.enquiries()
    assert (seen.state, seen.height, seen.digests) == ("DELIVERED", 40, (delivered.digest,))


def test_the_bank_acknowledges_what_it_has(life: KitLife, code: Code) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    digest = life.deliver(enquiry).digest

    def acknowledge(text: str) -> None:
        body = m.Acknowledge(enquiry, text)
        life.trade.submit(life.trade.person("BankA"), ops.ACKNOWLEDGE, body)

    assert code(lambda: acknowledge("0" * 64)) == "BAD_STATE"
    acknowledge(digest)
    assert life.enquiries()[0].acknowledged_at == life.now
    assert code(lambda: acknowledge(digest)) == "ALREADY_EXISTS"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"enterprise": OTHER}, "BAD_INPUT"),
        ({"enquiry_": "f" * 32}, "BAD_INPUT"),
        ({"basic": None}, "SCOPE_EXCEEDED"),
        ({"regulatory": r.RegulatoryGroup((), False, 0)}, "SCOPE_EXCEEDED"),
        ({"verdict": "MATCH"}, "SCOPE_EXCEEDED"),
        ({"trade": r.TradeGroup("2025-02-28", "2026-03-01", (), (), (), 0, 0, 0)}, "SCOPE_EXCEEDED"),
        ({"trade": r.TradeGroup("2025-03-01", "2026-03-03", (), (), (), 0, 0, 0)}, "SCOPE_EXCEEDED"),
        ({"outside": (r.OutsideItem("tax", "A", "tax office", "2026-02-30"),)}, "BAD_INPUT"),
    ],
)
def test_a_report_outside_its_frame(life: KitLife, code: Code, facts: dict[str, Any], expected: str) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    report = life.report(facts.pop("enquiry_", enquiry), **facts)
    body = m.Deliver("BankAMSP", enquiry, report)
    assert code(lambda: life.trade.submit(life.oracle, ops.DELIVER, body)) == expected
    assert life.state(enquiry) == "PENDING"


def test_days_end_with_the_grant(life: KitLife, code: Code) -> None:
    enquiry = life.enquire(life.grant(data_until="2026-01-31")).enquiry
    assert code(lambda: life.deliver(enquiry)) == "SCOPE_EXCEEDED"
    life.deliver(enquiry, trade=r.TradeGroup("2025-03-01", "2026-01-31", (), (), (), 0, 0, 0))


def test_a_figure_gets_a_verdict_and_nothing_else(life: KitLife, code: Code) -> None:
    asked = r.Figure("DECLARED", "USD", 12_000_000)
    enquiry = life.enquire(life.grant(), scope=(), figure=asked).enquiry
    assert code(lambda: life.deliver(enquiry)) == "SCOPE_EXCEEDED"
    outside = (r.OutsideItem("tax", "A", "tax office", "2026-02-01"),)
    bare: dict[str, Any] = {"basic": None, "trade": None, "verdict": "HIGHER"}
    assert code(lambda: life.deliver(enquiry, **bare, outside=outside)) == "SCOPE_EXCEEDED"
    life.deliver(enquiry, **bare)
    report = life.read(enquiry).report
    assert report is not None
    assert (report.verdict, report.groups) == ("HIGHER", ())
    assert "12345678" not in canonical_json.encode(msgspec.to_builtins(report)).decode()


@pytest.mark.parametrize("ending", ["GRANT_REVOKED", "GRANT_SUSPENDED"])
def test_what_waits_when_a_grant_ends_is_refused(life: KitLife, code: Code, ending: str) -> None:
    grant = life.grant()
    enquiry = life.enquire(grant).enquiry
    assert code(lambda: life.refuse(enquiry, ending)) == "BAD_STATE"
    if ending == "GRANT_REVOKED":
        life.revoke(grant)
    else:
        life.act(m.Suspend("BankAMSP", grant, "a case"))
    assert code(lambda: life.deliver(enquiry)) == ending
    life.refuse(enquiry, ending)
    assert (life.state(enquiry), life.enquiries()[0].code) == ("REFUSED", ending)


def test_what_was_delivered_before_a_revocation_stays(life: KitLife) -> None:
    grant = life.grant()
    enquiry = life.enquire(grant).enquiry
    life.deliver(enquiry)
    life.revoke(grant)
    assert life.read(enquiry).report is not None


def test_an_enquiry_is_answered_once(life: KitLife, code: Code) -> None:
    grant = life.grant()
    enquiry, other = life.enquire(grant).enquiry, life.enquire(grant).enquiry
    life.deliver(enquiry)
    assert code(lambda: life.refuse(enquiry)) == "BAD_STATE"
    life.refuse(other)
    assert code(lambda: life.deliver(other)) == "BAD_STATE"
    refused = life.enquire(grant, purpose="ACCOUNT_OPENING").enquiry
    assert code(lambda: life.deliver(refused)) == "BAD_STATE"
    assert code(lambda: life.refuse(refused)) == "BAD_STATE"


def test_a_corrected_report_stands_beside_the_first(life: KitLife, code: Code) -> None:
    grant = life.grant(maximum=1)
    enquiry = life.enquire(grant).enquiry
    first = life.deliver(enquiry)
    assert code(lambda: life.deliver(enquiry, height=41)) == "BAD_INPUT"
    assert code(lambda: life.deliver(enquiry, reason="again")) == "ALREADY_EXISTS"
    second = life.deliver(enquiry, reason="a declaration was cancelled", height=41)
    assert second.version == 2
    assert life.read(enquiry).digest == second.digest != first.digest
    assert life.read(enquiry, version=1).digest == first.digest
    assert life.standing(grant).delivered == 1
    assert code(lambda: life.read(enquiry, version=3)) == "NOT_FOUND"


def test_the_body_is_purged_and_the_record_kept(life: KitLife, code: Code) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    digest = life.deliver(enquiry).digest
    purge = m.Purge("BankAMSP", enquiry)

    def purged() -> None:
        life.trade.submit(life.oracle, ops.PURGE, purge)

    life.trade.ledger.clock.advance(seconds=730 * DAY - 1)
    assert code(purged) == "BAD_STATE"
    life.trade.ledger.clock.advance(seconds=1)
    life.act(m.Hold("BankAMSP", enquiry, "a proceeding"))
    assert code(purged) == "BAD_STATE"
    life.act(m.Lift("BankAMSP", enquiry, "it ended"))
    purged()
    answer = life.read(enquiry)
    assert (answer.report, answer.digest) == (None, digest)
    [seen] = life.enquiries()
    assert (seen.state, seen.purged_at, seen.digests) == ("DELIVERED", life.now, (digest,))
    assert code(purged) == "BAD_STATE"
    assert code(lambda: life.deliver(enquiry, reason="late", height=99)) == "BAD_STATE"
