"""Who sees what: the enterprise everything about itself, a bank its own, nobody another's."""

from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.testing import SELLER
from credit_life import OTHER, KitLife

Code = Callable[[Callable[[], object]], str]


def test_the_enterprise_sees_every_attempt_at_every_bank(life: KitLife) -> None:
    grants = {bank: life.grant(bank) for bank in ("BankA", "BankB")}
    for bank, grant in grants.items():
        life.deliver(life.enquire(grant, bank).enquiry, bank)
        life.enquire(grant, bank, purpose="ACCOUNT_OPENING")
    life.grant(enterprise=OTHER)
    for bank, grant in grants.items():
        page = m.ReadOwnLog(life.reading(), f"{bank}MSP")
        seen = life.trade.ask(life.relay, ops.OWN_ENQUIRIES, page).enquiries
        assert sorted(each.state for each in seen) == ["DELIVERED", "REFUSED"]
        held = life.trade.ask(life.relay, ops.OWN_GRANTS, page).grants
        assert [each.grant for each in held] == [grant]
        [told] = [each.enquiry for each in seen if each.state == "DELIVERED"]
        body = m.ReadOwnReport(life.reading(), f"{bank}MSP", told)
        assert life.trade.ask(life.relay, ops.OWN_REPORT, body).report == life.report(told)


def test_an_enterprise_sees_no_other(life: KitLife, code: Code) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    life.deliver(enquiry)
    life.ask()
    page = m.ReadOwnLog(life.reading(OTHER), "BankAMSP")
    assert life.trade.ask(life.relay, ops.OWN_GRANTS, page).grants == ()
    assert life.trade.ask(life.relay, ops.OWN_ASKS, page).asks == ()
    assert life.trade.ask(life.relay, ops.OWN_ENQUIRIES, page).enquiries == ()
    body = m.ReadOwnReport(life.reading(OTHER), "BankAMSP", enquiry)
    assert code(lambda: life.trade.ask(life.relay, ops.OWN_REPORT, body)) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"seconds": 301}, "CONSENT_INVALID"), ({"seconds": 60}, "CONSENT_EXPIRED"), ({}, "")],
)
def test_a_request_to_read_lives_five_minutes(
    life: KitLife, code: Code, facts: dict[str, Any], expected: str
) -> None:
    page = m.ReadOwnLog(life.reading(**facts), "BankAMSP")

    def read() -> object:
        return life.trade.ask(life.relay, ops.OWN_GRANTS, page)

    assert (code(read) if expected else read() and "") == expected


def test_pages_give_everything_once(life: KitLife) -> None:
    grants = {life.grant() for _ in range(5)}
    seen, after = [], ""
    while True:
        page = life.trade.ask(life.trade.person("BankA"), ops.GRANTS, m.ReadRecords(after, 2))
        seen += [each.grant for each in page.grants]
        if not (after := page.next):
            break
    assert seen == sorted(grants)


def test_the_regulator_sees_all_of_one_enterprise(life: KitLife) -> None:
    mine, other = life.grant(), life.grant(enterprise=OTHER)
    life.enquire(mine)
    life.enquire(other)
    auditor = life.trade.regulators[0]
    for enterprise, grants in ((SELLER, {mine}), (OTHER, {other}), ("", {mine, other})):
        page = m.Supervise("BankAMSP", enterprise)
        assert {each.grant for each in life.trade.ask(auditor, ops.SUPERVISE_GRANTS, page).grants} == grants
        found = life.trade.ask(auditor, ops.SUPERVISE_ENQUIRIES, page).enquiries
        assert {each.grant for each in found} == grants
