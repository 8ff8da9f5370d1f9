"""Lists page by page: a bank's waiting acts and branch, customs' declarations, the regulator's flags."""

from collections.abc import Callable

import pytest
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER, TradeLedger, signatory
from msgspec.structs import replace

NUMBERS = tuple(f"22482026000000000{at}" for at in range(1, 6))
OTHER = "91440300MA5G00000R"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger(enterprises=(SELLER, OTHER))
    for number in NUMBERS:
        found.put_declaration(number, 1_000, consignor=OTHER if number == NUMBERS[4] else SELLER)
    return found


def lock(trade: TradeLedger, at: int, bank: str = "BankA") -> str:
    view = trade.view(bank, [trade.invoice(f"I{at}", 1_000)], [NUMBERS[at]], [(0, 0, 1_000, 1_000)])
    return trade.lock(bank, view, [(0, NUMBERS[at], 900)])


def pages(ask: Callable[[str], tuple[list[str], str]]) -> list[str]:
    """All that the pages of a list hold."""
    found, after = ask("")
    while after:
        more, after = ask(after)
        found += more
    return found


def test_acts_wait_until_they_are_confirmed_or_expire(trade: TradeLedger) -> None:
    officer, approver = trade.person("BankA"), trade.person("BankA", "approver")
    acts = [
        trade.submit(officer, ops.PREPARE, messages.Prepare(messages.Cancel(lock(trade, at)))).act
        for at in range(3)
    ]

    def ask(after: str) -> tuple[list[str], str]:
        page = trade.ask(approver, ops.ACTS_PENDING, ops.ReadPage(after, 2))
        return [each.act for each in page.acts], page.next

    assert sorted(pages(ask)) == sorted(acts)
    trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(acts[1]))
    assert sorted(pages(ask)) == sorted([acts[0], acts[2]])
    assert trade.ask(trade.person("BankB"), ops.ACTS_PENDING, ops.ReadPage()).acts == ()
    trade.ledger.clock.advance(days=5)
    assert pages(ask) == []


def test_a_person_sees_the_branch_of_the_register(trade: TradeLedger) -> None:
    marks = [lock(trade, at) for at in range(2)]
    officer = trade.person("BankA")
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(officer, ops.BRANCH_READ, ops.ReadPage())
    for branch, seen in (("Pudong", sorted(marks)), ("Minhang", [])):
        records = registry.PutStaff((registry.StaffRecord(officer.staff, branch),))
        head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
        proposal = trade.submit(head, registry.STAFF_PUT, records).proposal
        trade.submit(deputy, registry.STAFF_CONFIRM, registry.ConfirmOwn(proposal))
        page = trade.ask(officer, ops.BRANCH_READ, ops.ReadPage())
        assert [each.mark for each in page.financings] == seen


def test_customs_lists_its_declarations(trade: TradeLedger) -> None:
    def ask(after: str) -> tuple[list[str], str]:
        page = trade.ask(trade.customs, ops.DECLARATION_LIST, ops.ReadKeys(after, 2))
        return [each.number for each in page.declarations], page.next

    assert sorted(pages(ask)) == list(NUMBERS)
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.ask(trade.person("BankA"), ops.DECLARATION_LIST, ops.ReadKeys(), "PortMSP")


def test_the_regulator_lists_flags_and_an_enterprise_s_documents(trade: TradeLedger) -> None:
    lock(trade, 0)
    lock(trade, 1, "BankB")
    amended = messages.AmendDeclaration(NUMBERS[1], 1, 500)
    trade.submit(trade.customs, ops.DECLARATION_AMEND, amended)

    def flagged(after: str) -> tuple[list[str], str]:
        page = trade.ask(trade.regulators[0], ops.SUPERVISE_FLAGGED, ops.ReadKeys(after, 3))
        return [f"{each.kind} {each.total}" for each in page.pools], page.next

    assert pages(flagged) == ["DECLARATION 500"]

    def own(after: str) -> tuple[list[str], str]:
        body = ops.ReadEnterpriseDocuments(SELLER, after, 3)
        page = trade.ask(trade.regulators[0], ops.SUPERVISE_ENTERPRISE, body)
        return [each.kind for each in page.pools], page.next

    assert sorted(pages(own)) == ["DECLARATION"] * 4 + ["INVOICE"] * 2


def test_changes_show_what_waits_for_a_second_person(trade: TradeLedger) -> None:
    approver = trade.person("BankA", "approver")
    marks, acts = [lock(trade, 0)], list[str]()
    for at in range(1, 4):  # ids count up here: some acts come before some marks
        marks.append(lock(trade, at))
        acts += [trade.prepare("BankA", messages.Cancel(mark)) for mark in (marks[at], marks[0])]
    trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(acts[0]))
    for limit in (1, 2, 3, 100):

        def ask(after: str, limit: int = limit) -> tuple[list[str], str]:
            page = trade.ask(approver, ops.CHANGES, ops.ReadChanges(0, after, limit))
            return [each.mark for each in page.financings] + [each.act for each in page.pending], page.next

        assert sorted(pages(ask)) == sorted([*marks, *acts[1:]]), limit


def test_the_regulator_lists_all_documents_and_who_looked_at_what_is_lent_on_elsewhere(
    trade: TradeLedger,
) -> None:
    """A bank that looks at an invoice which another bank lends on has been shown it by the enterprise."""
    invoice = trade.invoice("I0", 1_000)
    lines = [(0, 0, 1_000, 1_000)]
    trade.view("BankB", [invoice], [NUMBERS[0]], lines)
    trade.ledger.clock.advance(minutes=1)
    mark = lock(trade, 0)
    trade.view("BankB", [invoice], [NUMBERS[0]], lines)
    trade.ledger.clock.advance(minutes=1)
    trade.act("BankA", messages.Cancel(mark))
    trade.view("BankB", [invoice], [NUMBERS[0]], lines)
    first = trade.regulators[0]

    def ask(after: str) -> tuple[list[str], str]:
        page = trade.ask(first, ops.SUPERVISE_DOCUMENTS, ops.ReadKeys(after, 2))
        return [each.document for each in page.pools], page.next

    assert len(set(pages(ask))) == len(NUMBERS) + 1
    views = trade.ask(first, ops.SUPERVISE_VIEWS, ops.ReadKeys()).views
    met = sorted((each.bank, each.viewed_at, [one.mark for one in each.live_elsewhere]) for each in views)
    assert [(bank, found) for bank, _, found in met] == [
        ("BankAMSP", []), ("BankBMSP", []), ("BankBMSP", [mark]), ("BankBMSP", []),
    ]  # fmt: skip


def test_an_enterprise_reads_its_consents_and_who_looked(trade: TradeLedger) -> None:
    lock(trade, 0)
    trade.view("BankB", [trade.invoice("I1", 1_000, seller=OTHER)], [NUMBERS[4]], enterprise=OTHER)
    now = int(trade.ledger.clock.seconds())
    claims = consents.TradeReading(consents.TRADE_READING, SELLER, now - 1, now + 299)
    relay = make_caller("PortMSP", "port.relay", "relay")

    def ask(claims: consents.TradeReading, by: str = SELLER) -> ops.OwnConsents:
        body = ops.ReadOwn(signatory(by).sign(claims))
        found = trade.ask(relay, ops.CONSENT_LIST, body)
        seen = trade.ask(relay, ops.CONSENT_VIEWS, body).views
        assert [(each.enterprise, each.live_elsewhere) for each in seen] == [(SELLER, ())]
        assert [each.bank for each in seen] == [each.audience for each in found.consents] == ["BankAMSP"]
        return found

    assert [each.used for each in ask(claims).consents] == [900]
    with pytest.raises(Refused, match="CONSENT_INVALID"):
        ask(claims, OTHER)
    for wrong, code in (
        (replace(claims, expiry=claims.not_before + 301), "CONSENT_INVALID"),
        (replace(claims, not_before=now - 300, expiry=now), "CONSENT_EXPIRED"),
    ):
        with pytest.raises(Refused, match=code):
            ask(wrong)


def test_the_regulator_frees_what_a_bank_has_let_expire(trade: TradeLedger) -> None:
    mark = lock(trade, 0)
    officer = trade.regulators[0]
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(officer, ops.EXPIRE, messages.Expire(mark, "BankAMSP"))
    trade.ledger.clock.advance(days=9)
    for caller, body in (
        (officer, messages.Expire(mark)),
        (trade.person("BankA"), messages.Expire(mark, "BankAMSP")),
    ):
        with pytest.raises(Refused, match="BAD_INPUT"):
            trade.submit(caller, ops.EXPIRE, body)
    assert trade.submit(officer, ops.EXPIRE, messages.Expire(mark, "BankAMSP")).state == "EXPIRED"
    assert trade.available(NUMBERS[0]) == 900
