"""A line a step; what came out otherwise than expected is counted, marked and decides the end."""

import io

import pytest
from counterfoil_demo.narration import Check, Money, Narration, StoryBroken
from rich.console import Console


def told(*, terminal: bool = False, stops: bool = False) -> tuple[Narration, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, highlight=False, markup=False, soft_wrap=True)
    return Narration(console, stops_at_failure=stops), text


RIGHT = Check("Regulator auditor", "available", Money(3_000_000, "USD"), Money(3_000_000, "USD"))
WRONG = Check("Regulator auditor", "available", Money(3_000_001, "USD"), Money(3_000_000, "USD"))


def test_a_step_tells_transaction_block_time_and_reader() -> None:
    narration, text = told()
    narration.committed("BankA officer1", "locks", ("ab" * 32, 12, 0.1234), [RIGHT])
    for part in ("✓ BankA officer1 locks", "tx abababababab", "block  12", "123 ms", "30,000.00 USD"):
        assert part in text.getvalue()
    assert "read back by Regulator auditor" in text.getvalue()
    assert "\x1b" not in text.getvalue()
    assert narration.end(1.0)


def test_a_wrong_figure_fails_the_story() -> None:
    narration, text = told()
    narration.committed("BankA officer1", "locks", ("ab" * 32, 12, 0.1), [RIGHT, WRONG])
    assert "✗" in text.getvalue()
    assert "30,000.01 USD, EXPECTED 30,000.00 USD" in text.getvalue()
    assert not narration.end(1.0)


@pytest.mark.parametrize(
    ("code", "expected", "fine"),
    [
        ("DUPLICATE", "DUPLICATE", True),
        ("OVER_FINANCING", "DUPLICATE", False),
        ("", "DUPLICATE", False),
        ("DUPLICATE", "", False),
    ],
)
def test_a_refusal_must_be_the_expected_one(code: str, expected: str, *, fine: bool) -> None:
    narration, _ = told()
    narration.refused("BankB officer1", "locks", ("ab" * 32, code, 0.1), expected, [])
    assert narration.end(1.0) is fine


def test_it_can_stop_at_the_first_failure() -> None:
    narration, _ = told(stops=True)
    with pytest.raises(StoryBroken):
        narration.looked("we", "look", 0.0, [WRONG])


def test_breaking_off_fails_the_story() -> None:
    narration, text = told()
    narration.broke_off("the network is gone")
    assert not narration.end(1.0)
    assert "the network is gone" in text.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_tables_show_every_cell(*, terminal: bool) -> None:
    narration, text = told(terminal=terminal)
    narration.table(("", "BankA"), [("买方", "見本商事"), ("loan", "1.00 CNY")])
    for cell in ("BankA", "見本商事", "1.00 CNY"):
        assert cell in text.getvalue()


def test_amounts_are_written_with_their_decimals() -> None:
    assert str(Money(1_234_567, "USD")) == "12,345.67 USD"
    assert str(Money(1_234_567, "JPY")) == "1,234,567 JPY"
    assert str(Money(5, "USD")) == "0.05 USD"
