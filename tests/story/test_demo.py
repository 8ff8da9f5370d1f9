"""`counterfoil demo` with its output piped: exit 0, plain text, a transaction on every line that made one."""

import re

import pytest
from story_told import Story

COMMITTED = re.compile(r"✓ .* tx [0-9a-f]{12}  block +\d+ +\d+ ms$")
REFUSED = re.compile(r"✓ .* tx [0-9a-f]{12}  refused +\d+ ms  ([A-Z_]+)$")


def test_every_step_came_out_as_expected(story: Story) -> None:
    assert story.exit_code == 0, story.printed
    assert re.search(r"^All \d+ steps came out as expected", story.printed, re.MULTILINE)
    assert "✗" not in story.printed
    assert "\x1b" not in story.printed


def test_every_transaction_is_told_and_read_back_by_another(story: Story) -> None:
    lines = story.printed.splitlines()
    committed = [at for at, line in enumerate(lines) if COMMITTED.search(line)]
    assert len(committed) > 40
    for at in committed:
        actor = lines[at].split()[1:3]
        reader = re.match(r" +read back by (\w+) (\w+):", lines[at + 1])
        assert reader is not None, lines[at]
        assert list(reader.groups()) != actor


def test_the_refusals_come_in_their_order(story: Story) -> None:
    refused = [found[1] for line in story.printed.splitlines() if (found := REFUSED.search(line))]
    assert refused == ["SAME_PERSON", "DUPLICATE", "OVER_FINANCING", "OVER_FINANCING"]


@pytest.mark.parametrize(
    "figures",
    [
        # The worked example of the documentation, in its order.
        "used 60,000.00 USD; available 30,000.00 USD",
        "used 90,000.00 USD; available 0.00 USD",
        "used 75,000.00 USD; available 15,000.00 USD",
        "declaration 1: total 95,000.00 USD; used 75,000.00 USD; available 10,500.00 USD",
        "declaration 1: total 80,000.00 USD; used 75,000.00 USD; available 0.00 USD; flags OVER_PLEDGED",
        "collected 15,000.00 USD; used 75,000.00 USD; available 1,500.00 USD",
    ],
)
def test_the_worked_example_is_among_the_figures(story: Story, figures: str) -> None:
    assert figures in story.printed


def test_the_search_and_the_cheats_are_told(story: Story) -> None:
    assert "BankB's files and the orderer's: found none" in story.printed
    assert "verdict PASS; findings none" in story.printed
    assert story.printed.count("verdict FAIL; names block") == 2


def test_everything_stays_to_be_looked_at(story: Story) -> None:
    for name in ("samples/invoice-1.ubl.xml", "network/peers/BankB/ledger.db", "export/manifest.json"):
        assert (story.folder / name).is_file()
