"""Terms are bound by hash: absent ones are refused at both endorsers; the regulator must have the value."""

import hashlib

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


def body(trade: TradeLedger, terms: str) -> messages.Lock:
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    return messages.Lock(view, terms, "USD", 5, (messages.Pledge(0, D1, 5, 5, 5),))


def test_the_mark_carries_the_hash_of_the_stored_terms(trade: TradeLedger) -> None:
    terms = trade.put_terms("BankA")
    mark = trade.submit(trade.person("BankA"), ops.LOCK, body(trade, terms)).mark
    stored = trade.ledger.private("BankAMSP", "terms_BankA")[f"terms/terms_BankA/{terms}"]
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert financing.terms_hash == hashlib.sha256(stored).hexdigest()
    assert not trade.ledger.private("PortMSP", "terms_BankA")


@pytest.mark.parametrize("whose", ["nobody", "BankB"])
def test_absent_terms_are_refused_at_both_endorsers(trade: TradeLedger, whose: str) -> None:
    terms = trade.put_terms(whose) if whose == "BankB" else "ab" * 16
    with pytest.raises(Refused) as caught:
        trade.submit(trade.person("BankA"), ops.LOCK, body(trade, terms))
    assert caught.value.code == "NOT_FOUND"
    assert caught.value.is_final


def test_a_regulator_without_the_terms_endorses_no_lock(trade: TradeLedger) -> None:
    """Port sees the hash and would go on; a bank could then keep the terms from the regulator for ever."""
    terms = trade.put_terms("BankA")
    held = trade.ledger.peer("RegulatorMSP").state.private
    for key in [key for key in held if key[1] == "terms_BankA"]:
        del held[key]
    with pytest.raises(Refused) as caught:
        trade.submit(trade.person("BankA"), ops.LOCK, body(trade, terms))
    assert caught.value.responses["RegulatorMSP"].is_error
    assert not caught.value.responses["PortMSP"].is_error
    assert not caught.value.is_final


def test_terms_are_seen_by_their_bank_alone(trade: TradeLedger) -> None:
    terms = trade.put_terms("BankA")
    assert (
        trade.ask(trade.person("BankA"), ops.TERMS_READ, messages.ReadTerms(terms)).terms.branch == "Pudong"
    )
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.person("BankB"), ops.TERMS_READ, messages.ReadTerms(terms))
