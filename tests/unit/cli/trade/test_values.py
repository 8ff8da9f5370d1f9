"""What a person types: read exactly, or refused with field, value and way out."""

from pathlib import Path

import pytest
from counterfoil_cli.trade import values
from counterfoil_cli.trade.kinds import entry, kind_of
from counterfoil_cli.trade.values import BadEntry, Money, money_text
from counterfoil_contracts.core import message
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.registry import operations as registry

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("60000.00", "USD", 6_000_000),
        ("60,000.00 USD", "USD", 6_000_000),
        ("60000", "USD", 6_000_000),
        ("0.1", "USD", 10),
        ("3000000", "JPY", 3_000_000),
        ("1.234 kwd", "KWD", 1234),
        ("0", "USD", 0),
    ],
)
def test_an_amount_is_whole_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money(text).minor_units(currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "way_out"),
    [
        ("60000.001", "USD", "USD has 2 decimals"),
        ("1.5", "JPY", "JPY has no decimals"),
        ("60000.00 EUR", "USD", "the amount is in USD here"),
        ("-5", "USD", "write an amount as 60000.00"),
        ("1e9", "USD", "write an amount as"),
        ("60.000,00", "USD", "write an amount as"),
        ("1,00", "USD", "write an amount as"),
        ("١٢", "USD", "write an amount as"),
        ("5", "XXX", "write a currency of ISO 4217"),
    ],
)
def test_an_amount_that_cannot_be_right_is_told_with_its_way_out(
    text: str, currency: str, way_out: str
) -> None:
    with pytest.raises(BadEntry, match=way_out) as caught:
        Money(text).minor_units(currency)
    assert caught.value.value in (text, currency)


def test_amounts_are_shown_in_decimals() -> None:
    shown = [
        money_text(6_000_000, "USD"),
        money_text(5, "USD"),
        money_text(3_000_000, "JPY"),
        money_text(1, "KWD"),
    ]
    assert shown == ["60,000.00 USD", "0.05 USD", "3,000,000 JPY", "0.001 KWD"]


def test_days_times_rates_and_banks() -> None:
    assert values.day("2026-02-28") == "2026-02-28"
    assert values.time("1970-01-01T08:00") == 0
    assert values.time("1970-01-01T00:00+00:00") == 0
    assert (values.percent("4.15"), values.percent("4%")) == (415, 400)
    assert values.bank("BankA") == values.bank("BankAMSP") == "BankAMSP"
    for read, text in (
        (values.day, "2026-02-30"),
        (values.time, "noon"),
        (values.percent, "4.155"),
        (values.bank, "A"),
    ):
        with pytest.raises(BadEntry, match="write"):
            read(text)


def test_ids_are_told_apart_from_what_they_are_not() -> None:
    assert kind_of(message.RecordId).read("0" * 32) == "0" * 32
    with pytest.raises(BadEntry, match="32 hex digits"):
        kind_of(message.RecordId).read("loan-4711")
    with pytest.raises(BadEntry, match="18 digits"):
        kind_of(message.DeclarationNumber).read("22482026002732228")


def test_an_invoice_is_read_from_each_syntax_alike(tmp_path: Path) -> None:
    ubl, cii = (values.invoice(str(ROOT / "samples" / f"invoice-1.{each}.xml")) for each in ("ubl", "cii"))
    assert isinstance(ubl, Invoice)
    assert ubl == cii
    (tmp_path / "bad.xml").write_text("<Invoice/>")
    for name in ("bad.xml", "nothing.xml"):
        with pytest.raises(BadEntry):
            values.invoice(str(tmp_path / name))


def test_an_entry_is_keys_and_values_or_json_or_a_file(tmp_path: Path) -> None:
    office = registry.Office("31", "Shanghai", "00")
    assert entry(registry.Office, "code=31, name=Shanghai, parent=00") == office
    assert entry(registry.Office, '{"code": "31", "name": "Shanghai", "parent": "00"}') == office
    (tmp_path / "offices.json").write_text('[{"code": "31", "name": "Shanghai", "parent": "00"}]')
    assert entry(registry.Office, f"@{tmp_path / 'offices.json'}") == (office,)
    with pytest.raises(BadEntry, match="keys of code, name, parent"):
        entry(registry.Office, "colour=red")
    with pytest.raises(BadEntry, match="true or false"):
        entry(registry.CalendarDay, "day=2026-10-01,worked=perhaps")
    with pytest.raises(BadEntry, match="code"):
        entry(registry.Office, '{"code": 31, "name": "Shanghai"}')
