"""Each transaction again under another PYTHONHASHSEED: what depends on it is found, what does not passes."""

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.testing import (
    Clock,
    Ledger,
    NotDeterministic,
    Refused,
    Twin,
    TwinNotLoaded,
    make_caller,
)
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.signature_policy import parse_policy

ONE = "Org1MSP"
ANN = make_caller(ONE, "clerk", "ann")
SOURCE = """
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.errors import PeerError
from counterfoil_chaincode.refusal import Refusal

class Shelf(Contract):
    @submit
    def put(self, context: Context, key: str, names: list[str], how: str) -> str:
        shuffled = ",".join(set(names))
        before = context.stub.get_state(key) or b""
        value = shuffled if how == "state" else ",".join(sorted(names))
        context.stub.put_state(key, before + value.encode())
        if how == "private":
            context.stub.put_private_data("secret", key, shuffled.encode())
        if how == "event":
            context.stub.set_event("put", shuffled.encode())
        if how == "refusal":
            raise Refusal("NO", shuffled)
        if how == "read":
            for name in set(names):
                context.stub.get_state(name)
                break
        return shuffled if how == "response" else str(len(names))

    @evaluate
    def where(self, context: Context) -> str:
        try:
            context.stub.get_query_result("{}")
        except PeerError as error:
            assert "not supported" in str(error)
        return context.local_msp_id + context.stub.timestamp.isoformat()

CHAINCODE = Chaincode([Shelf()])
"""
NAMES = '["ann","bob","cat","dan","eve","fay","gus","hal"]'


@pytest.fixture(scope="module")
def chaincode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chaincode]:
    folder = tmp_path_factory.mktemp("twin")
    (folder / "twin_shelf.py").write_text(SOURCE)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("twin_shelf").CHAINCODE
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def twin(chaincode: Chaincode) -> Iterator[Twin]:
    with Twin("twin_shelf:CHAINCODE", seeds=(1, 2)) as running:
        yield running


@pytest.fixture
def ledger(chaincode: Chaincode, twin: Twin) -> Ledger:
    secret = CollectionDefinition("secret", parse_policy(f"OR('{ONE}.member')").SerializeToString())
    clock = Clock(datetime(2031, 5, 6, tzinfo=UTC))
    return Ledger(chaincode, [ONE], [secret], clock=clock, twin=twin)


@pytest.mark.parametrize("how", ["state", "private", "event", "response", "refusal", "read"])
def test_what_depends_on_the_seed_is_found(ledger: Ledger, how: str) -> None:
    with pytest.raises(NotDeterministic, match=r"put at Org1MSP does something else under PYTHONHASHSEED=\d"):
        ledger.endorse(ANN, "put", "k", NAMES, how, at=[ONE])


def test_what_does_not_passes_with_the_same_state_time_and_peer(ledger: Ledger) -> None:
    for _ in range(2):
        assert ledger.submit(ANN, "put", "k", NAMES, "sorted", at=[ONE]).payload == b"8"
    assert ledger.public("k") == b"ann,bob,cat,dan,eve,fay,gus,hal" * 2
    assert ledger.evaluate(ANN, "where", at=ONE) == b"Org1MSP2031-05-06T00:00:00+00:00"
    with pytest.raises(Refused) as refused:
        ledger.evaluate(ANN, "absent", at=ONE)
    assert refused.value.code == "UNKNOWN_FUNCTION"


@pytest.mark.parametrize(
    ("entry_point", "text"),
    [
        ("twin_shelf:ABSENT", "twin_shelf:ABSENT.*has no ABSENT"),
        ("absent_module:CHAINCODE", "there is no module absent_module"),
        ("twin_shelf", "module:attribute"),
        ("twin_broken:CHAINCODE", "the import failed with ZeroDivisionError: .*twin_broken.py, line 1"),
        ("twin_killed:CHAINCODE", "ended while it loaded twin_killed:CHAINCODE"),
        ("twin_ended:CHAINCODE", "the import failed with SystemExit: 1 at .*twin_ended.py, line 1"),
    ],
)
@pytest.mark.usefixtures("chaincode")
def test_what_a_twin_cannot_load_is_told_at_once(
    entry_point: str, text: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "twin_broken.py").write_text("CHAINCODE = 1 / 0\n")
    (tmp_path / "twin_ended.py").write_text("raise SystemExit(1)\n")
    (tmp_path / "twin_killed.py").write_text("import os\nos._exit(1)\n")
    with pytest.raises(TwinNotLoaded, match=text), Twin(entry_point, path=[str(tmp_path)]):
        pytest.fail("it must not begin")
    assert capfd.readouterr().err == ""


def test_a_twin_that_was_not_entered_is_told(chaincode: Chaincode) -> None:
    ledger = Ledger(chaincode, [ONE], twin=Twin("twin_shelf:CHAINCODE"))
    with pytest.raises(ValueError, match=r"twin twin_shelf:CHAINCODE is not running; enter it with"):
        ledger.evaluate(ANN, "where", at=ONE)


def test_our_own_contracts_do_the_same_under_every_seed() -> None:
    with Twin("counterfoil_contracts.chaincode:CHAINCODE", seeds=(1, 2)) as twin:
        trade = TradeLedger(twin=twin)
        trade.put_declaration("224820260000000001", 10_000_000)
        invoice = trade.invoice("I-1", 7_000_000)
        view = trade.view("BankA", [invoice], ["224820260000000001"], lines=[(0, 0, 6_000_000, 6_000_000)])
        trade.finance("BankA", view, [(0, "224820260000000001", 6_000_000)])
        assert trade.available("224820260000000001") < 10_000_000
