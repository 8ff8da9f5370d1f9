"""What the port's data say of a transport document: it warns, and refuses nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_documents import read_transports_file
from counterfoil_documents.transport_statement import asked, stated
from freight_ledger import FreightLedger, fresh
from msgspec.structs import replace

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "transport"
BILL = ops.TransportDocument(
    carrier="COSU",
    number="6281234560",
    vessel_imo="9321483",
    vessel_name="COSCO PACIFIC",
    port_of_loading="CNSHA",
    port_of_discharge="USLAX",
    on_board="2026-02-10",
    containers=("CSQU3054383", "MSKU1234565"),
)
SHOWN = ops.AskedTransport(
    carrier="COSU",
    number="6281234560",
    container="CSQU3054383",
    vessel_imo="9321483",
    port_of_loading="CNSHG",
    port_of_discharge="USLAX",
    near="2026-03-01",
)
ALL = ("bill", "container", "vessel", "port_of_loading", "port_of_discharge", "on_board")


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.submit(found.port, ops.TRANSPORT_PUT, ops.PutTransports((BILL,)))
    return found


def findings(trade: FreightLedger, shown: ops.AskedTransport) -> dict[str, str]:
    check = trade.verified("BankA", trade.verify("BankA", transports=(shown,))).transports[0]
    return {name: str(getattr(check, name)) for name in ALL}


def test_all_of_it_matches(trade: FreightLedger) -> None:
    assert set(findings(trade, SHOWN).values()) == {"MATCH"}


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("container", "MSKU7654321", "container"),
        ("vessel_imo", "9074729", "vessel"),
        ("port_of_loading", "CNNGB", "port_of_loading"),
        ("port_of_discharge", "USNYC", "port_of_discharge"),
        ("near", "2026-03-13", "on_board"),
    ],
)
def test_each_difference_is_told_alone(trade: FreightLedger, field: str, value: str, name: str) -> None:
    found = findings(trade, replace(SHOWN, **{field: value}))
    assert found.pop(name) == "MISMATCH"
    assert set(found.values()) == {"MATCH"}


def test_thirty_days_are_near_and_one_more_is_not(trade: FreightLedger) -> None:
    assert findings(trade, replace(SHOWN, near="2026-03-12"))["on_board"] == "MATCH"
    assert findings(trade, replace(SHOWN, near="2026-01-11"))["on_board"] == "MATCH"
    assert findings(trade, replace(SHOWN, near="2026-01-10"))["on_board"] == "MISMATCH"


def test_an_unknown_bill_gives_no_data_and_what_was_not_shown_is_not_asked(trade: FreightLedger) -> None:
    assert set(findings(trade, replace(SHOWN, number="1")).values()) == {"NO_DATA"}
    bare = ops.AskedTransport("COSU", "6281234560")
    assert findings(trade, bare) == {"bill": "MATCH"} | dict.fromkeys(ALL[1:], "NOT_ASKED")
    named = findings(trade, replace(bare, vessel_name="Cosco-Pacific"))
    assert named["vessel"] == "MATCH"


def test_a_later_version_counts_and_the_earlier_stays_on_record(trade: FreightLedger) -> None:
    trade.submit(trade.port, ops.TRANSPORT_PUT, ops.PutTransports((replace(BILL, port_of_loading=""),)))
    assert findings(trade, SHOWN)["port_of_loading"] == "NO_DATA"
    asked = ops.ReadTransport("COSU", "6281234560")
    assert len(trade.ask(trade.port, ops.TRANSPORT_READ, asked).versions) == 2
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.port, ops.TRANSPORT_READ, replace(asked, number="1"))


def test_a_mismatch_stays_with_the_payment_and_refuses_nothing(trade: FreightLedger) -> None:
    trade.put_invoices(trade.facts(0, 700))
    wrong = replace(SHOWN, port_of_loading="CNNGB")
    look = trade.verify("BankA", trade.facts(0, 700), transports=(wrong,))
    payment = trade.payment("BankA", trade.pay("BankA", look, [(0, 100, 700)], transports=(0,)))
    assert payment.port_checks[0].port_of_loading == "MISMATCH"
    assert payment.transports == (wrong,)


def test_days_and_numbers_that_mean_nothing_are_refused(trade: FreightLedger) -> None:
    for wrong in (replace(SHOWN, near="2026-02-30"), replace(SHOWN, number="--")):
        with pytest.raises(Refused, match="BAD_INPUT"):
            trade.verify("BankA", transports=(wrong,))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.submit(trade.port, ops.TRANSPORT_PUT, ops.PutTransports((BILL, BILL)))


def test_real_documents_are_found_again(trade: FreightLedger) -> None:
    """As the port reads them from DCSA's files, and as a bank reads what the payer shows."""
    if not SHARED.is_dir():
        pytest.skip("the shared transport documents are not there")
    for name in ("eblissuance-v3.0.0-request", "arrivalnotice-api-100-post-freighted-request"):
        (document,) = read_transports_file(SHARED / f"{name}.json")
        trade.submit(trade.port, ops.TRANSPORT_PUT, ops.PutTransports((stated(document),)))
        near = document.on_board and document.on_board + timedelta(days=30)
        found = findings(trade, asked(document, near))
        assert set(found.values()) <= {"MATCH", "NOT_ASKED"}
        assert found["container"] == found["vessel"] == found["port_of_discharge"] == "MATCH"
        other = replace(asked(document), container="MSKU1234565", port_of_loading="CNNGB")
        assert findings(trade, other)["container"] == "MISMATCH"
