"""Every refusal code: one row each, in the enumeration's order."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import counterfoil_contracts
import pytest
from counterfoil_chaincode.confidential import RuntimeRefusal
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.roles import PORT, REGULATOR
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import PURPOSE, SELLER, TradeLedger, signatory
from counterfoil_protocol.confidential import build_request

D1, D2 = "224820260000000001", "224820260000000002"
OTHER = "91440300MA5G00000R"
UNKNOWN = "ff" * 16
Case = Callable[[TradeLedger], object]


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger(enterprises=(SELLER, OTHER))
    found.put_declaration(D1, 10_000_000)
    return found


def view(trade: TradeLedger, bank: str = "BankA", **claims: Any) -> str:
    return trade.view(bank, [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)], **claims)


def lock(trade: TradeLedger, amount: int = 6_000_000, bank: str = "BankA", **claims: Any) -> str:
    return trade.lock(bank, view(trade, bank, **claims), [(0, D1, amount)])


def lock_body(trade: TradeLedger, **changed: Any) -> messages.Lock:
    given: dict[str, Any] = {
        "view": view(trade),
        "terms": trade.put_terms("BankA"),
        "currency": "USD",
        "amount": 100,
        "pledges": (messages.Pledge(0, D1, 100, 100, 100),),
        **changed,
    }
    return messages.Lock(**given)


def bad_request(trade: TradeLedger) -> object:
    at = (REGULATOR, PORT)
    return trade.ledger.submit(
        trade.person("BankA"), "export_invoice:transact", "1", at=at, transient=build_request("lock", {})
    )


def wrong_peer(trade: TradeLedger) -> object:
    return trade.operations.endorse(trade.person("BankA"), ops.LOCK, lock_body(trade), at=("BankAMSP",))


def not_authorized(trade: TradeLedger) -> object:
    return trade.submit(
        make_caller("BankAMSP", "customs.oracle", "x"), ops.DECLARATION_PUT, messages.PutDeclarations(())
    )


def clock_skew(trade: TradeLedger) -> object:
    body = lock_body(trade)
    moment = trade.ledger.clock.now + timedelta(minutes=6)
    return trade.operations.submit(trade.person("BankA"), ops.LOCK, body, moment=moment)


def bad_input(trade: TradeLedger) -> object:
    return trade.submit(trade.person("BankA"), ops.LOCK, lock_body(trade, amount=101))


def not_configured(trade: TradeLedger) -> object:
    return TradeLedger(ready=False).submit(
        trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 1, 1)
    )


def already_exists(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 10_000_000)


def not_found(trade: TradeLedger) -> object:
    return trade.submit(trade.person("BankB"), ops.LOCK, lock_body(trade))


def stale_version(trade: TradeLedger) -> object:
    return trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 2, 1))


def consent_invalid(trade: TradeLedger) -> object:
    token = signatory(SELLER).sign(trade.consent("BankB"))
    return trade.submit(trade.person("BankA"), ops.VIEW, messages.View(token, PURPOSE))


def consent_expired(trade: TradeLedger) -> object:
    its = view(trade, expiry=int(trade.ledger.clock.seconds()) + 60)
    trade.ledger.clock.advance(seconds=60)
    return trade.lock("BankA", its, [(0, D1, 1)])


def withdraw(trade: TradeLedger, consent: consents.TradeConsent) -> None:
    withdrawal = consents.TradeWithdrawal(
        type=consents.TRADE_WITHDRAWAL,
        enterprise=consent.enterprise,
        audience=consent.audience,
        nonce=consent.nonce,
        not_before=consent.not_before,
        expiry=consent.expiry,
    )
    token = signatory(consent.enterprise).sign(withdrawal)
    relay = make_caller(REGULATOR, "regulator.relay", "relay")
    trade.submit(relay, ops.CONSENT_WITHDRAW, messages.Withdraw(token))


def consent_withdrawn(trade: TradeLedger) -> object:
    nonce = "ab" * 16
    its = view(trade, nonce=nonce)
    withdraw(trade, trade.consent("BankA", nonce=nonce))
    return trade.lock("BankA", its, [(0, D1, 1)])


def consent_replayed(trade: TradeLedger) -> object:
    view(trade, nonce="ab" * 16)
    return view(trade, nonce="ab" * 16, maximum=10**13)


def view_expired(trade: TradeLedger) -> object:
    its = view(trade)
    trade.ledger.clock.advance(days=30)
    return trade.lock("BankA", its, [(0, D1, 1)])


def bad_state(trade: TradeLedger) -> object:
    return trade.act("BankA", messages.Disburse(lock(trade), 1, trade.today))


def expired(trade: TradeLedger) -> object:
    mark = lock(trade)
    trade.ledger.clock.advance(days=7, hours=14)  # five business days, the whole last day among them
    return trade.approve("BankA", mark, 1)


def same_person(trade: TradeLedger) -> object:
    again = make_caller("BankAMSP", "bank.approver", "officer", serial_number=2)
    return trade.submit(again, ops.APPROVE, messages.Approve(lock(trade), 1))


def limit_exceeded(trade: TradeLedger) -> object:
    mark = lock(trade)
    limits = registry.Limits(trade.person("BankA", "approver").staff, (registry.LimitAmount("USD", 99),))
    put = trade.submit(
        trade.person("BankA", "approver", "head"), registry.LIMIT_PUT, registry.PutLimits((limits,))
    )
    second = trade.person("BankA", "approver", "deputy")
    trade.submit(second, registry.LIMIT_CONFIRM, registry.ConfirmOwn(put.proposal))
    return trade.approve("BankA", mark, 100)


def consent_exceeded(trade: TradeLedger) -> object:
    return lock(trade, 6_000_000, maximum=5_999_999)


def party_mismatch(trade: TradeLedger) -> object:
    trade.put_declaration(D2, 10_000_000, consignor=OTHER)
    its = trade.view("BankA", [trade.invoice("I1", 100)], [D2], [(0, 0, 100, 100)])
    return trade.lock("BankA", its, [(0, D2, 1)])


def scenario_not_open(trade: TradeLedger) -> object:
    closed = registry.Parameter("admission", "EXPORT_INVOICE/ALL/BankAMSP", "2026-03-02", 0)
    trade.put_tables(registry.TableEntries(parameters=(closed,)))
    return lock(trade)


def class_restricted(trade: TradeLedger) -> object:
    trade.put_enterprise(SELLER, "C")
    return lock(trade)


def frozen(trade: TradeLedger) -> object:
    trade.put_enterprise(SELLER, frozen=True)
    return lock(trade)


def not_financeable(trade: TradeLedger) -> object:
    trade.put_declaration(D2, 10_000_000, trade_mode="3010")
    its = trade.view("BankA", [trade.invoice("I1", 100)], [D2], [(0, 0, 100, 100)])
    return trade.lock("BankA", its, [(0, D2, 1)])


def statement_conflict(trade: TradeLedger) -> object:
    lock(trade)
    its = trade.view("BankB", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_001, 6_000_000)])
    return trade.lock("BankB", its, [(0, D1, 1)])


def currency_mismatch(trade: TradeLedger) -> object:
    return trade.lock("BankA", trade.view("BankA", [trade.invoice("I1", 100)], [D1]), [(0, D1, 1)])


def no_rate(trade: TradeLedger) -> object:
    return trade.lock("BankA", view(trade, currency="CNY"), [(0, D1, 1)], "CNY")


def stale_rate(trade: TradeLedger) -> object:
    trade.put_tables(registry.TableEntries(rates=(registry.Rate("old", "USD", "CNY", 7, 0, "2026-02-01"),)))
    pledge = messages.Pledge(0, D1, 1, 1, 1, "old", "old")
    return trade.lock_pledges("BankA", view(trade, currency="CNY"), [pledge], "CNY")


def loan_above_pledge(trade: TradeLedger) -> object:
    return trade.lock_pledges("BankA", view(trade), [messages.Pledge(0, D1, 99, 100, 100)])


def already_collected(trade: TradeLedger) -> object:
    trade.act("BankB", messages.Receipt(trade.invoice("I1", 7_000_000), 7_000_000, trade.today))
    return lock(trade, 1)


def duplicate(trade: TradeLedger) -> object:
    lock(trade)
    return lock(trade, 1, "BankB")


def near_duplicate(trade: TradeLedger) -> object:
    lock(trade)
    its = trade.view("BankB", [trade.invoice("i 1", 7_000_001)], [D1], [(0, 0, 100, 100)])
    return trade.lock("BankB", its, [(0, D1, 1)])


def over_financing(trade: TradeLedger) -> object:
    return lock(trade, 6_000_001)


def over_amount(trade: TradeLedger) -> object:
    return trade.approve("BankA", lock(trade), 6_000_001)


ROWS: tuple[Case, ...] = (
    bad_request, wrong_peer, not_authorized, clock_skew, bad_input, not_configured, not_found,
    already_exists, stale_version, consent_invalid, consent_expired, consent_withdrawn,
    consent_replayed, view_expired, bad_state, expired, same_person, limit_exceeded, consent_exceeded,
    party_mismatch, scenario_not_open, class_restricted, frozen, not_financeable, statement_conflict,
    currency_mismatch, no_rate, stale_rate, loan_above_pledge, already_collected, duplicate,
    near_duplicate, over_financing, over_amount,
)  # fmt: skip


def codes_raised() -> list[str]:
    """The codes that this contract, what it stands on, and the runtime raise; other scenarios have others."""
    root = Path(counterfoil_contracts.__file__).parent
    folders = ("core", "registry", "consent", "export_invoice")
    text = "".join(file.read_text() for folder in folders for file in (root / folder).rglob("*.py"))
    runtime = {code.name for code in RuntimeRefusal}
    return [code for code in RefusalCode if code in runtime or f"RefusalCode.{code}" in text]


def test_every_code_has_its_row() -> None:
    rows = [case.__name__.upper() for case in ROWS]
    assert rows == [code for code in codes_raised() if code != "IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: str(case.__name__))
def test_each_code(trade: TradeLedger, case: Case) -> None:
    with pytest.raises(Refused) as caught:
        case(trade)
    assert caught.value.code == case.__name__.upper()
    assert caught.value.is_final
    for number in (D1, D2, SELLER, OTHER, "6000000", "7000000"):
        assert number not in str(caught.value)


def test_a_near_duplicate_is_overridden_by_the_approver_with_a_reason(trade: TradeLedger) -> None:
    lock(trade)
    its = trade.view("BankB", [trade.invoice("i 1", 7_000_001)], [D1], [(0, 0, 100, 100)])
    mark = trade.lock("BankB", its, [(0, D1, 50)], accept_near_duplicates=True)
    with pytest.raises(Refused, match="NEAR_DUPLICATE"):
        trade.approve("BankB", mark, 50)
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.approve("BankB", mark, 50, slip=UNKNOWN)
    approver = trade.person("BankB", "approver")
    slip = trade.submit(approver, ops.SLIP_PUT, messages.PutSlip(reason="two deliveries, one number")).slip
    trade.approve("BankB", mark, 50, slip=slip)
    seen = trade.ask(
        trade.regulators[0], ops.SUPERVISE, ops.Supervise(invoice=trade.invoice("i 1", 7_000_001))
    )
    assert [flag.code for flag in seen.pool.flags] == ["NEAR_DUPLICATE"]
    assert seen.financings[0].financing.near_duplicate


def test_a_near_duplicate_lives_no_longer_than_its_financing(trade: TradeLedger) -> None:
    mark = lock(trade)
    its = trade.view("BankB", [trade.invoice("i 1", 7_000_001)], [D1], [(0, 0, 100, 100)])
    seen = trade.ask(trade.person("BankB"), ops.VIEW_READ, messages.ReadViews((its,))).views[0]
    assert seen.invoices[0].near_duplicate
    trade.act("BankA", messages.Cancel(mark))
    seen = trade.ask(trade.person("BankB"), ops.VIEW_READ, messages.ReadViews((its,))).views[0]
    assert not seen.invoices[0].near_duplicate
    trade.lock("BankB", its, [(0, D1, 50)])
