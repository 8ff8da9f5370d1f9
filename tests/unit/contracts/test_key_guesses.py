"""What a transaction writes is not told by the hash of a private key that anybody can make."""

from collections import Counter
from typing import Any

import pytest
from counterfoil_chaincode.testing import make_caller
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import TradePeople
from credit_business import ONE as CREDIT
from credit_business import lead
from credit_life import CreditLife
from freight_business import ONE as FREIGHT
from freight_business import hidden
from freight_ledger import FreightLedger
from key_guesses import KINDS, guesses
from recorder import Recorder

NUMBER = "224820260000000001"


@pytest.fixture(scope="module")
def told() -> tuple[FreightLedger, Recorder]:
    """BankA's business of every kind, and the blocks."""
    trade = FreightLedger()
    recorder = Recorder(trade.ledger)
    hidden(trade, FREIGHT)
    oracle = make_caller(REGULATOR, "regulator.oracle", "oracle")
    lead(CreditLife(trade, oracle, trade.relay), CREDIT)
    _lend(trade)
    _keep_staff(trade)
    return trade, recorder


def _lend(trade: TradePeople[Any]) -> None:
    trade.put_declaration(NUMBER, 10_000_000)
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [NUMBER], [(0, 0, 6_000_000, 6_000_000)])
    mark = trade.finance("BankA", view, [(0, NUMBER, 5_000_000)])
    slip = trade.submit(trade.person("BankA"), ops.SLIP_PUT, messages.PutSlip(reference="R-1")).slip
    act = messages.Repay(mark, "OWN_FUNDS", 1_000_000, trade.today)
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(act, slip)).act
    trade.confirm("BankA", prepared)
    trade.act("BankA", messages.Reverse(prepared))


def _keep_staff(trade: FreightLedger) -> None:
    head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
    approver = trade.person("BankA", "approver").staff
    limits = registry.PutLimits((registry.Limits(approver, (registry.LimitAmount("USD", 10**9),)),))
    put = trade.submit(head, registry.LIMIT_PUT, limits).proposal
    trade.submit(deputy, registry.LIMIT_CONFIRM, registry.ConfirmOwn(put))
    people = registry.PutStaff((registry.StaffRecord(approver, "Pudong"),))
    put = trade.submit(head, registry.STAFF_PUT, people).proposal
    trade.submit(deputy, registry.STAFF_CONFIRM, registry.ConfirmOwn(put))


def test_no_kind_of_record_is_found_by_what_stands_in_blocks(told: tuple[FreightLedger, Recorder]) -> None:
    trade, recorder = told
    people = {trade.person("BankA", "approver", name).staff for name in ("", "head", "deputy")}
    guessed = guesses(recorder.request_ids, people)
    found = Counter(guessed[each].split("/")[0] for each in recorder.key_hashes() if each in guessed)
    assert found == {}


def test_every_kind_of_record_is_tried(told: tuple[FreightLedger, Recorder]) -> None:
    trade, _ = told
    collections = ("supervision", *(f"{each}_BankA" for each in ("terms", "marks", "credit", "notices")))
    keys = [key for each in collections for key in trade.ledger.private("RegulatorMSP", each)]
    kinds = Counter(key.split("/")[0] for key in keys)
    assert set(kinds) <= set(KINDS)
    assert len(kinds) > 15
