"""The regulator's tree of offices: re-hung by two officers, with what hung before kept.

Without history a figure of last year is summed under this year's prefecture.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import Office
from counterfoil_contracts.testing import TradeLedger

HEAD = Office("100000", "Head office")
SHANGHAI = Office("310000", "Shanghai", "100000")
PUDONG = Office("310115", "Pudong", "310000")


@pytest.fixture
def trade() -> TradeLedger:
    return TradeLedger()


def hang(trade: TradeLedger, *offices: Office) -> None:
    first, second = trade.regulators
    proposed = trade.submit(first, registry.OFFICE_PROPOSE, registry.ProposeOffices(offices)).proposal
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(first, registry.OFFICE_CONFIRM, registry.Confirm(proposed))
    trade.submit(second, registry.OFFICE_CONFIRM, registry.Confirm(proposed))


def read(trade: TradeLedger, at: int = 0) -> registry.OfficeTree:
    return trade.ask(trade.regulators[1], registry.OFFICE_READ, registry.ReadOffices(at))


def test_an_office_is_hung_elsewhere_and_the_earlier_tree_stays(trade: TradeLedger) -> None:
    hang(trade, HEAD, SHANGHAI, PUDONG)
    before = int(trade.ledger.clock.seconds())
    trade.ledger.clock.advance(days=30)
    hang(trade, Office("310115", "Pudong New Area", "100000"))
    assert {each.code: each.parent for each in read(trade).offices} == {
        "100000": "", "310000": "100000", "310115": "100000",
    }  # fmt: skip
    assert PUDONG in read(trade, before).offices
    assert read(trade, before - 1).offices == ()
    assert len(read(trade).history) == 4


@pytest.mark.parametrize(
    "offices",
    [
        (PUDONG,),
        (HEAD, HEAD),
        (Office("100000", "Head", "310000"), SHANGHAI),
        (Office("100000", "Head", "100000"),),
    ],
    ids=["from nowhere", "twice", "a ring", "from itself"],
)
def test_what_is_no_tree_is_refused(trade: TradeLedger, offices: tuple[Office, ...]) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        hang(trade, *offices)


def test_a_ring_made_by_two_proposals_is_refused_at_the_second(trade: TradeLedger) -> None:
    hang(trade, HEAD, SHANGHAI, Office("320000", "Jiangsu", "100000"))
    first, second = trade.regulators
    proposals = [
        trade.submit(first, registry.OFFICE_PROPOSE, registry.ProposeOffices((office,))).proposal
        for office in (Office("310000", "Shanghai", "320000"), Office("320000", "Jiangsu", "310000"))
    ]
    trade.submit(second, registry.OFFICE_CONFIRM, registry.Confirm(proposals[0]))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.submit(second, registry.OFFICE_CONFIRM, registry.Confirm(proposals[1]))
