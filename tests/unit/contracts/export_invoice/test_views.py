"""Views and consents: what a bank learns of which document, under whose leave, and for how long."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import PURPOSE, SELLER, TradeLedger, signatory

D1, D2, UNKNOWN = "224820260000000001", "224820260000000002", "224820260000000009"
OTHER = "91440300MA5G00000R"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger(enterprises=(SELLER, OTHER))
    found.put_declaration(D1, 10_000_000)
    found.put_declaration(D2, 5_000_000, consignor=OTHER)
    return found


def answer(trade: TradeLedger, bank: str, view: str, at: str = "") -> messages.ViewAnswer:
    return trade.ask(trade.person(bank), ops.VIEW_READ, messages.ReadViews((view,)), at).views[0]


def test_both_authorities_answer_alike(trade: TradeLedger) -> None:
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    assert answer(trade, "BankA", view, "RegulatorMSP") == answer(trade, "BankA", view, "PortMSP")
    with pytest.raises(Refused, match="WRONG_PEER"):
        answer(trade, "BankA", view, "BankAMSP")


def test_genuine_free_and_for_how_much(trade: TradeLedger) -> None:
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    found = answer(trade, "BankA", view)
    declaration, invoice = found.declarations[0], found.invoices[0]
    assert (declaration.authentic, declaration.parties_match, declaration.financeable) == (True, True, True)
    assert (declaration.total, declaration.available, declaration.currency) == (10_000_000, 9_000_000, "USD")
    assert (invoice.vouched, invoice.duplicate, invoice.available) == ("ENTERPRISE", False, 6_300_000)
    trade.lock("BankA", view, [(0, D1, 6_000_000)])
    found = answer(trade, "BankA", view)
    assert (found.invoices[0].duplicate, found.invoices[0].available) == (True, 300_000)


def test_of_another_s_document_no_figure_is_told(trade: TradeLedger) -> None:
    """An enterprise cannot fish for another's figures by naming its number."""
    view = trade.view("BankA", [trade.invoice("I1", 1, seller=OTHER)], [D2, UNKNOWN])
    found = answer(trade, "BankA", view)
    foreign, unknown = found.declarations
    assert foreign == messages.ViewedDeclaration(D2, authentic=True, parties_match=False)
    assert unknown == messages.ViewedDeclaration(UNKNOWN, authentic=False, parties_match=False)
    assert not found.invoices[0].parties_match
    assert found.invoices[0].available == 0


def test_another_bank_s_view_and_an_old_one_answer_nothing(trade: TradeLedger) -> None:
    view = trade.view("BankA", [], [D1])
    with pytest.raises(Refused, match="NOT_FOUND"):
        answer(trade, "BankB", view)
    trade.ledger.clock.advance(days=30)
    with pytest.raises(Refused, match="VIEW_EXPIRED"):
        answer(trade, "BankA", view)


def test_the_same_consent_may_be_shown_again_and_bounds_all_its_locks(trade: TradeLedger) -> None:
    claims = trade.consent(
        "BankA",
        invoices=(trade.invoice("I1", 100), trade.invoice("I2", 100)),
        declarations=(D1,),
        lines=(consents.ConsentLine(0, D1, 100, 100), consents.ConsentLine(1, D1, 100, 100)),
        maximum=100,
    )
    token = signatory(SELLER).sign(claims)
    person = trade.person("BankA")
    first = trade.submit(person, ops.VIEW, messages.View(token, PURPOSE)).view
    second = trade.submit(person, ops.VIEW, messages.View(token, PURPOSE)).view
    trade.lock("BankA", first, [(0, D1, 60)])
    with pytest.raises(Refused, match="CONSENT_EXCEEDED"):
        trade.lock("BankA", second, [(1, D1, 41)])
    trade.lock("BankA", second, [(1, D1, 40)])
    again = signatory(SELLER).sign(claims)
    assert again != token
    with pytest.raises(Refused, match="CONSENT_REPLAYED"):
        trade.submit(person, ops.VIEW, messages.View(again, PURPOSE))


@pytest.mark.parametrize("before", [True, False])
def test_a_withdrawal_stops_new_locks_and_leaves_old_ones(trade: TradeLedger, *, before: bool) -> None:
    claims = trade.consent(
        "BankA",
        invoices=(trade.invoice("I1", 100),),
        declarations=(D1,),
        lines=(consents.ConsentLine(0, D1, 9, 9),),
    )
    withdrawal = consents.TradeWithdrawal(
        type=consents.TRADE_WITHDRAWAL,
        enterprise=SELLER,
        audience="BankAMSP",
        nonce=claims.nonce,
        not_before=claims.not_before,
        expiry=claims.expiry,
    )
    carried = messages.Withdraw(signatory(SELLER).sign(withdrawal))
    shown = messages.View(signatory(SELLER).sign(claims), PURPOSE)
    if before:
        trade.submit(trade.person("BankB"), ops.CONSENT_WITHDRAW, carried)
        with pytest.raises(Refused, match="CONSENT_WITHDRAWN"):
            trade.submit(trade.person("BankA"), ops.VIEW, shown)
        return
    view = trade.submit(trade.person("BankA"), ops.VIEW, shown).view
    mark = trade.lock("BankA", view, [(0, D1, 1)])
    first = trade.submit(trade.person("BankA"), ops.CONSENT_WITHDRAW, carried)
    trade.ledger.clock.advance(hours=1)
    assert trade.submit(trade.person("BankB"), ops.CONSENT_WITHDRAW, carried) == first
    with pytest.raises(Refused, match="CONSENT_WITHDRAWN"):
        trade.lock("BankA", view, [(0, D1, 1)])
    trade.approve("BankA", mark, 1)


def test_nobody_withdraws_another_s_consent(trade: TradeLedger) -> None:
    claims = trade.consent("BankA", declarations=(D1,))
    trade.submit(trade.person("BankA"), ops.VIEW, messages.View(signatory(SELLER).sign(claims), PURPOSE))
    withdrawal = consents.TradeWithdrawal(
        type=consents.TRADE_WITHDRAWAL,
        enterprise=OTHER,
        audience="BankAMSP",
        nonce=claims.nonce,
        not_before=claims.not_before,
        expiry=claims.expiry,
    )
    carried = messages.Withdraw(signatory(OTHER).sign(withdrawal))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(trade.person("BankB"), ops.CONSENT_WITHDRAW, carried)


def test_a_batch_of_a_hundred_documents(trade: TradeLedger) -> None:
    invoices = [trade.invoice(f"I{at}", 100 + at) for at in range(100)]
    found = answer(trade, "BankA", trade.view("BankA", invoices, [D1]))
    assert [invoice.available for invoice in found.invoices] == [(100 + at) * 9 // 10 for at in range(100)]
    with pytest.raises(Refused, match="CONSENT_INVALID"):
        trade.view("BankA", [*invoices, trade.invoice("one more", 1)], [D1])
