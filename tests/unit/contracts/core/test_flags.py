"""A flag that changes no later answer is a note that nobody reads: each is tried by what it blocks."""

from collections.abc import Callable

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core import flags
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import TradeLedger

D1, D2 = "224820260000000001", "224820260000000002"
TOTAL, LINE = 5_000_000, 3_300_000
Scene = tuple[str, Callable[[], object], Callable[[], object]]
"""What a flag blocks as a code, a step that it blocks, and one that ends it."""


@pytest.fixture
def trade() -> TradeLedger:
    """A declaration with lines for three invoices, and one of which customs says nothing more."""
    found = TradeLedger()
    named = ("I1", "I2", "other")
    lines = tuple(messages.StatedLine(found.invoice(each, TOTAL), LINE, LINE) for each in named)
    found.put_declaration(D1, 10_000_000, lines=lines)
    found.put_declaration(D2, 10_000_000)
    return found


def finance(trade: TradeLedger, number: str, amount: int, on: str = D1) -> str:
    return trade.finance("BankA", view(trade, trade.invoice(number, TOTAL), on=on), [(0, on, amount)])


def view(trade: TradeLedger, invoice: Invoice, bank: str = "BankA", on: str = D1) -> str:
    return trade.view(bank, [invoice], [on], [(0, 0, LINE, LINE)])


def small_lock(trade: TradeLedger) -> object:
    return trade.lock("BankB", view(trade, trade.invoice("other", TOTAL), "BankB"), [(0, D1, 1)])


def over_pledged(trade: TradeLedger) -> Scene:
    finance(trade, "I1", 3_000_000)
    amend = messages.AmendDeclaration(D1, 1, 3_300_000)
    trade.submit(trade.customs, ops.DECLARATION_AMEND, amend)
    back = messages.AmendDeclaration(D1, 2, 10_000_000)
    return (
        "OVER_FINANCING",
        lambda: small_lock(trade),
        lambda: trade.submit(trade.customs, ops.DECLARATION_AMEND, back),
    )


def proceeds_diverted(trade: TradeLedger) -> Scene:
    mark = finance(trade, "I1", 3_200_000)
    finance(trade, "I2", 3_200_000)
    trade.act("BankB", messages.Receipt(trade.invoice("I1", TOTAL), LINE, trade.today))
    paid = messages.Repay(mark, "OWN_FUNDS", 3_200_000, trade.today)
    return "OVER_FINANCING", lambda: small_lock(trade), lambda: trade.act("BankA", paid)


def near_duplicate(trade: TradeLedger) -> Scene:
    finance(trade, "A7", 1_000, D2)
    given = view(trade, trade.invoice("a-7", TOTAL - 1), "BankB", D2)
    mark = trade.lock("BankB", given, [(0, D2, 1_000)], accept_near_duplicates=True)
    return (
        "NEAR_DUPLICATE",
        lambda: trade.approve("BankB", mark, 1_000),
        lambda: trade.act("BankB", messages.Cancel(mark)),
    )


def late_registered(trade: TradeLedger) -> Scene:
    def register() -> str:
        body = messages.Register(
            "LATE",
            view(trade, trade.invoice("I1", TOTAL)),
            trade.put_terms("BankA"),
            "USD",
            1_000,
            (messages.Pledge(0, D1, 1_000, 1_000, 1_000),),
            "2026-02-27",
        )
        act = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(body)).act
        trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, messages.ConfirmAct(act))
        return trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", act)).mark

    mark = register()
    paid = messages.Repay(mark, "OWN_FUNDS", 1_000, trade.today)
    return "BAD_STATE", register, lambda: trade.act("BankA", paid)


SCENES = {
    flags.OVER_PLEDGED: over_pledged,
    flags.PROCEEDS_DIVERTED: proceeds_diverted,
    flags.NEAR_DUPLICATE: near_duplicate,
    flags.LATE_REGISTERED: late_registered,
}


def open_codes(trade: TradeLedger) -> set[str]:
    listed = trade.ask(trade.regulators[0], registry.WORKLIST_READ, registry.ReadWorklist()).matters
    return {each.matter.code for each in listed}


def lenders_codes(trade: TradeLedger) -> set[str]:
    found = [trade.ask(trade.person(bank), ops.FLAGS_MINE, ops.ReadFlags()) for bank in ("BankA", "BankB")]
    return {flag.code for each in found for document in each.documents for flag in document.flags}


@pytest.mark.parametrize("code", SCENES)
def test_a_flag_blocks_what_it_says_is_seen_by_whom_it_says_and_ends(trade: TradeLedger, code: str) -> None:
    refused, blocked, ending = SCENES[code](trade)
    rule = flags.RULES[code]
    assert code in open_codes(trade)
    assert (code in lenders_codes(trade)) == rule.lenders
    with pytest.raises(Refused, match=refused):
        blocked()
    ending()
    assert code not in open_codes(trade) | lenders_codes(trade)
    if code != flags.NEAR_DUPLICATE:  # its financing is the one that ended
        blocked()


def test_every_flag_has_its_scene() -> None:
    ours = {"OVER_PLEDGED", "PROCEEDS_DIVERTED", "NEAR_DUPLICATE", "LATE_REGISTERED"}
    assert set(SCENES) == ours <= set(flags.RULES)
