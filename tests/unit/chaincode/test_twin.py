"""Each transaction again under another PYTHONHASHSEED: what depends on it is found, what does not passes."""

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.errors import StreamClosed
from counterfoil_chaincode.testing import Clock, Ledger, NotDeterministic, Refused, Twin, make_caller
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


def test_a_twin_that_has_no_such_chaincode_is_told(
    chaincode: Chaincode, capfd: pytest.CaptureFixture[str]
) -> None:
    with Twin("twin_shelf:ABSENT", seeds=(1,)) as broken, pytest.raises(StreamClosed, match="twin has ended"):
        Ledger(chaincode, [ONE], twin=broken).evaluate(ANN, "where", at=ONE)
    assert "ABSENT" in capfd.readouterr().err


def test_our_own_contracts_do_the_same_under_every_seed() -> None:
    with Twin("counterfoil_contracts.chaincode:CHAINCODE", seeds=(1, 2)) as twin:
        trade = TradeLedger(twin=twin)
        trade.put_declaration("224820260000000001", 10_000_000)
        invoice = trade.invoice("I-1", 7_000_000)
        view = trade.view("BankA", [invoice], ["224820260000000001"], lines=[(0, 0, 6_000_000, 6_000_000)])
        trade.finance("BankA", view, [(0, "224820260000000001", 6_000_000)])
        assert trade.available("224820260000000001") < 10_000_000
