"""Gives every test a ledger as it was set up, however the tests before it left it.

In a `conftest.py`, `pytest_plugins = ["counterfoil_chaincode.testing.pytest_plugin"]`, and a fixture that
sets a ledger up once; the tests take `ledger`:

@pytest.fixture(scope="session")
def prepared_ledger() -> Ledger:
    ledger = Ledger(CHAINCODE, ["Org1MSP"])
    ledger.submit(ANN, "open", at=["Org1MSP"])
    return ledger

Under Hypothesis's `@given` a test runs many times, but takes `ledger` once. Such a test takes
`prepared_ledger` and begins each example alike:

@given(amount=st.integers(1, 100))
def test_it_adds_up(prepared_ledger: Ledger, amount: int) -> None:
    with prepared_ledger.rolled_back() as ledger:
        ledger.submit(ANN, "pay", str(amount), at=["Org1MSP"])
"""

from collections.abc import Iterator

import pytest

from .ledger import Ledger


@pytest.fixture
def ledger(prepared_ledger: Ledger) -> Iterator[Ledger]:
    """The ledger of `prepared_ledger`, taken back after the test to what it was before it."""
    prepared_ledger.checkpoint()
    yield prepared_ledger
    prepared_ledger.rollback()
