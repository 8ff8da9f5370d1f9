"""Batches of freight payments: what each row comes to, and that being killed anywhere changes nothing."""

from typing import Any

import pytest
from counterfoil.trade import freight
from freight_ledger import PAYEE, PAYER, RATE, FreightLedger, digital, fresh
from freight_teller import Killed, KitTeller

ROW = {
    "payment": "P-1", "payer": PAYER, "payee": PAYEE, "currency": "USD", "amount": "100.00",
    "invoice_number": digital(0), "issued_on": "2026-02-20", "invoice_amount": "7000.00", "use": "700.00",
    "rate": RATE, "branch": "Qianhai", "reference": "R-1", "bop_code": "222014",
}  # fmt: skip


@pytest.fixture
def trade() -> FreightLedger:
    return with_invoices()


def with_invoices() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 700_000) for at in range(6)))
    return found


def sheet(*rows: dict[str, str]) -> str:
    lines = (",".join({**ROW, **row}.get(column, "") for column in freight.COLUMNS) for row in rows)
    return freight.template() + "\r\n".join(lines) + "\r\n"


def six_rows() -> str:
    """Three payments over six invoices; the second names an invoice that nobody stated so."""
    rows = [{"payment": f"P-{1 + at // 2}", "invoice_number": digital(at)} for at in range(6)]
    rows[3]["invoice_amount"] = "7000.01"
    return sheet(*rows)


def teller(trade: FreightLedger, **settings: Any) -> KitTeller:
    return KitTeller(trade, trade.person("BankA"), settings.pop("journal", {}), **settings)


def test_each_row_is_told_apart_and_each_payment_is_whole(trade: FreightLedger) -> None:
    seen: list[tuple[int, int]] = []
    report = freight.Batch(six_rows()).mark(teller(trade), lambda done, of: seen.append((done, of)))
    assert [row.status for row in report.rows] == [
        "MARKED", "MARKED", "REFUSED", "NOT_VERIFIED", "MARKED", "MARKED",
    ]  # fmt: skip
    assert [row.remaining for row in report.rows] == [700_000] * 3 + [None] + [700_000] * 2
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [trade.pool(at).marked for at in range(6)] == [70_000, 70_000, 0, 0, 70_000, 70_000]
    assert report.count("MARKED") == 4
    assert not report.is_clean
    assert len(report.as_csv().splitlines()) == 7
    payment = trade.payment("BankA", report.rows[0].payment_id)
    assert (payment.amount, len(payment.uses)) == (20_000, 2)


def test_refused_by_the_contract_it_is_told_by_its_code(trade: FreightLedger) -> None:
    trade.pay("BankB", trade.verify("BankB", trade.facts(0, 700_000)), [(0, 100_000, 700_000)])
    report = freight.Batch(sheet({}, {"payment": "P-2", "invoice_number": digital(1)})).mark(teller(trade))
    assert [(row.status, row.code, row.remaining) for row in report.rows] == [
        ("REFUSED", "OVER_USE", 0),
        ("MARKED", "", 700_000),
    ]


def test_killed_anywhere_and_begun_again_nothing_is_lost_and_nothing_done_twice(trade: FreightLedger) -> None:
    """Before and after each request, at every one of them."""
    text = six_rows()
    expected = freight.Batch(text).mark(teller(trade))
    whole = [trade.pool(at).marked for at in range(6)]
    moments = 0
    for lives in range(100):
        trade = with_invoices()
        journal: dict[str, tuple[str, str]] = {}
        try:
            freight.Batch(text).mark(teller(trade, journal=journal, lives=lives))
        except Killed:
            moments += 1
        else:
            break
        report = freight.Batch(text).mark(teller(trade, journal=journal))
        assert [row.status for row in report.rows] == [row.status for row in expected.rows]
        assert [trade.pool(at).marked for at in range(6)] == whole
        assert [len(trade.pool(at).marks) for at in range(6)] == [1, 1, 0, 0, 1, 1]
    assert moments == 11


def test_a_rehearsal_asks_nobody_and_says_what_is_wrong() -> None:
    text = sheet(
        {},
        {"payment": "P-2", "amount": "1.001"},
        {"payment": "P-3", "invoice_number": "123"},
        {"payment": "P-4", "issued_on": "2026-02-30"},
        {"payment": "P-5", "payer": "nobody"},
        {"payment": "P-6", "invoice_number": "12345678"},
        {"payment": "P-7", "currency": "XXX"},
        {"payment": ""},
        {"payment": "P-8", "invoice_amount": "7000.02"},
        {"payment": "P-9", "invoice_number": digital(9)},
        {"payment": "P-9", "invoice_number": digital(9)},
        {"payment": "P-10", "invoice_number": digital(10)},
        {"payment": "P-10", "invoice_number": digital(11), "reference": "another"},
    )
    report = freight.Batch(text).rehearse()
    assert [(row.number, row.status, row.code) for row in report.rows] == [
        (2, "READY", ""),
        (3, "INVALID", "amount"),
        (4, "INVALID", "number"),
        (5, "INVALID", "issued_on"),
        (6, "INVALID", "payer"),
        (7, "INVALID", "invoice_number"),
        (8, "INVALID", "amount"),
        (9, "INVALID", "payment"),
        (10, "INVALID", "invoice_number"),
        (11, "INVALID", "payment"),
        (12, "INVALID", "invoice_number"),
        (13, "INVALID", "payment"),
        (14, "INVALID", "payment"),
    ]


@pytest.mark.parametrize("text", ["", "a,b\r\n", freight.template().replace("payer", "buyer")])
def test_another_header_is_another_file(text: str) -> None:
    with pytest.raises(freight.BadRow, match="header"):
        freight.Batch(text)


def test_a_row_that_is_cut_short_spoils_its_payment_and_no_other(trade: FreightLedger) -> None:
    text = six_rows() + "P-1,x\r\n"
    report = freight.Batch(text).mark(teller(trade))
    assert [row.status for row in report.rows] == [
        "INVALID", "INVALID", "REFUSED", "NOT_VERIFIED", "MARKED", "MARKED", "INVALID",
    ]  # fmt: skip


def test_a_thousand_invoices_go_in_looks_of_five_hundred_and_a_payment_in_one() -> None:
    rows = [
        {"payment": f"P-{at // 7}", "invoice_number": digital(at), "use": "0.07", "amount": "0.01"}
        for at in range(1_000)
    ]
    batch = freight.Batch(sheet(*rows))
    looks = list(freight._looks(batch._rows))
    assert [len(look) for look in looks] == [497, 497, 6]
