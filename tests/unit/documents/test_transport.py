"""Transport documents of DCSA: real ones as they are meant, and others refused by the field's name."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from counterfoil_documents import DocumentError, TransportDocument, read_transports, read_transports_file
from counterfoil_documents.transport_statement import asked, stated

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "transport"
BILL: dict[str, Any] = {
    "transportDocumentTypeCode": "BOL",
    "transportDocumentReference": "6281234560",
    "carrierCode": "COSU",
    "shippedOnBoardDate": "2026-02-10",
    "transports": {
        "portOfLoading": {"UNLocationCode": "CNSHA"},
        "portOfDischarge": {"UNLocationCode": "USLAX"},
        "vesselVoyages": [
            {"vesselName": "COSCO PACIFIC", "vesselIMONumber": "9321483", "carrierExportVoyageNumber": "12E"}
        ],
    },
    "utilizedTransportEquipments": [
        {"equipment": {"equipmentReference": "CSQU3054383"}},
        {"equipmentReference": "MSKU1234565", "isShipperOwned": True},
        {"equipmentReference": "MSKU1234565"},
    ],
}
READ = TransportDocument(
    carrier="COSU",
    number="6281234560",
    vessel_imo="9321483",
    vessel_name="COSCO PACIFIC",
    voyage="12E",
    port_of_loading="CNSHA",
    port_of_discharge="USLAX",
    on_board=date(2026, 2, 10),
    containers=("CSQU3054383", "MSKU1234565"),
)


def read(bill: object) -> tuple[TransportDocument, ...]:
    return read_transports(json.dumps(bill).encode())


def test_a_bill_of_lading_alone_and_in_an_issuance_request() -> None:
    assert read(BILL) == (READ,)
    assert read({"document": BILL, "issueTo": {}}) == (READ,)


def test_as_the_port_states_it_and_as_a_bank_asks_about_it() -> None:
    assert stated(READ).on_board == "2026-02-10"
    assert stated(READ).containers == READ.containers
    question = asked(READ, date(2026, 3, 1))
    assert (question.container, question.near) == ("CSQU3054383", "2026-03-01")


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    bill: dict[str, Any] = json.loads(json.dumps(BILL))
    change(bill)
    return bill


@pytest.mark.parametrize(
    ("bill", "told"),
    [
        (changed(lambda bill: bill.pop("carrierCode")), "MISSING: carrierCode"),
        (changed(lambda bill: bill.pop("transportDocumentReference")), "MISSING: transportDocumentReference"),
        (
            changed(lambda bill: bill["transports"]["portOfLoading"].update(UNLocationCode="Shanghai")),
            "MALFORMED: transports.portOfLoading.UNLocationCode",
        ),
        (changed(lambda bill: bill.update(shippedOnBoardDate="2026-02-30")), "MALFORMED: shippedOnBoardDate"),
        (changed(lambda bill: bill.update(transports=[])), "MALFORMED: transports"),
        (
            changed(lambda bill: bill["transports"]["vesselVoyages"][0].update(vesselIMONumber="932148")),
            "MALFORMED: transports.vesselVoyages[0].vesselIMONumber",
        ),
        (
            changed(lambda bill: bill["utilizedTransportEquipments"][1].update(equipmentReference=7)),
            "MALFORMED: utilizedTransportEquipments[1].equipmentReference",
        ),
        ({"arrivalNotices": []}, "MISSING: arrivalNotices[0]"),
        ({"invoice": 1}, "NOT_A_TRANSPORT_DOCUMENT"),
        ([], "NOT_A_TRANSPORT_DOCUMENT"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_place(bill: object, told: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(bill)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<xml/>", "NOT_JSON"),
        (b"[" * 100_000, "NOT_JSON"),
        (b'{"a":1,"a":2}', "REPEATED"),
        (b"\xff", "NOT_JSON"),
    ],
)
def test_what_is_no_json_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DocumentError, match=code):
        read_transports(content)


@pytest.fixture(scope="module")
def shared() -> Path:
    """Real files from elsewhere, which are not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the shared transport documents are not there")
    return SHARED


def test_a_real_issuance_request(shared: Path) -> None:
    (found,) = read_transports_file(shared / "eblissuance-v3.0.0-request.json")
    assert found == TransportDocument(
        carrier="MMCU",
        number="TRANSPORT_DOCUMENT_REFERENCE_PLACEHOLDER",
        vessel_name="King of the Seas",
        voyage="2103S",
        port_of_loading="DEHAM",
        port_of_discharge="DEHAM",
        on_board=date(2020, 12, 12),
        containers=("NARU3472484",),
    )


def test_a_real_arrival_notice(shared: Path) -> None:
    (found,) = read_transports_file(shared / "arrivalnotice-api-100-post-freighted-request.json")
    assert found == TransportDocument(
        carrier="HDMU",
        number="SAM43512554",
        vessel_name="NYK OCEANUS",
        voyage="0071E",
        port_of_loading="JPTYO",
        port_of_discharge="USLAX",
        containers=("HMMU5443121",),
    )


@pytest.mark.parametrize("name", ["2c2u", "negotiable-bl", "request"])
def test_a_real_shipping_instruction_has_no_number_yet(shared: Path, name: str) -> None:
    with pytest.raises(DocumentError, match="MISSING: carrierCode"):
        read_transports_file(shared / f"ebl-api-3.0.0-{name}.json")
