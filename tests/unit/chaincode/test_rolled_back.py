"""Examples of a property on one ledger: each begins as the first did."""

from datetime import UTC, datetime

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.testing import Ledger, make_caller
from hypothesis import given, settings
from hypothesis import strategies as st

pytest_plugins = ["counterfoil_chaincode.testing.pytest_plugin"]
ONE = "Org1MSP"
ANN = make_caller(ONE, "clerk", "ann")
IMPLICIT = f"_implicit_org_{ONE}"


class Till(Contract):
    @submit
    def pay(self, context: Context, amount: int) -> int:
        total = int(context.stub.get_state("total") or b"0") + amount
        context.stub.put_state("total", str(total).encode())
        context.stub.put_private_data(IMPLICIT, "last", str(amount).encode())
        return total

    @submit
    def transaction(self, context: Context) -> str:
        return context.stub.transaction_id


@pytest.fixture(scope="module")
def prepared_ledger() -> Ledger:
    ledger = Ledger(Chaincode([Till()]), [ONE])
    ledger.submit(ANN, "pay", "100", at=[ONE])
    return ledger


@given(amounts=st.lists(st.integers(1, 100), max_size=3))
@settings(max_examples=20, deadline=None)
def test_every_example_begins_with_the_ledger_as_it_was_set_up(
    prepared_ledger: Ledger, amounts: list[int]
) -> None:
    with prepared_ledger.rolled_back() as ledger:
        assert ledger.public("total") == b"100"
        for amount in amounts:
            ledger.clock.advance(days=1)
            ledger.submit(ANN, "pay", str(amount), at=[ONE])
        assert ledger.public("total") == str(100 + sum(amounts)).encode()
    assert ledger.clock.now == datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def test_an_example_that_is_run_again_has_the_same_transaction(prepared_ledger: Ledger) -> None:
    seen = set()
    for _ in range(2):
        with prepared_ledger.rolled_back() as ledger:
            seen.add(ledger.submit(ANN, "transaction", at=[ONE]).payload)
    assert len(seen) == 1


def _fail(ledger: Ledger) -> None:
    with ledger.rolled_back():
        ledger.submit(ANN, "pay", "1", at=[ONE])
        with ledger.rolled_back():
            ledger.submit(ANN, "pay", "5", at=[ONE])
        assert ledger.public("total") == b"102"
        raise ZeroDivisionError


def test_what_fails_is_taken_back_too_and_the_checkpoint_stays(ledger: Ledger) -> None:
    ledger.submit(ANN, "pay", "1", at=[ONE])
    with pytest.raises(ZeroDivisionError):
        _fail(ledger)
    assert (ledger.public("total"), ledger.private(ONE, IMPLICIT)) == (b"101", {"last": b"1"})
    ledger.rollback()
    assert ledger.public("total") == b"100"
