"""A test channel: implicit collections, values that end, calls between chaincodes with what is theirs."""

import json

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.testing import Deployed, Ledger, Refused, make_caller
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import CollectionDefinition, implicit_collection
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.signature_policy import parse_policy

ONE, TWO, THREE = "Org1MSP", "Org2MSP", "Org3MSP"
BOTH = (ONE, TWO)
ALL = (*BOTH, THREE)
ANN = make_caller(ONE, "clerk", "ann")
IMPLICIT = f"_implicit_org_{ONE}"
POLICY_FAILURE = int(transaction.ENDORSEMENT_POLICY_FAILURE)
LIVES = 2


class Box(Contract):
    @submit
    def put(self, context: Context, key: str, value: str) -> None:
        context.stub.put_state(key, value.encode())

    @submit
    def hide(self, context: Context, collection: str, key: str, value: str) -> None:
        context.stub.put_private_data(collection, key, value.encode())

    @submit
    def mark(self, context: Context, collection: str, key: str) -> None:
        policy = parse_policy(f"OR('{ONE}.peer')").SerializeToString()
        context.stub.set_private_data_validation_parameter(collection, key, policy)

    @submit
    def seen(self, context: Context, collection: str, key: str) -> list[str]:
        value = context.stub.get_private_data(collection, key) or b""
        digest = context.stub.get_private_data_hash(collection, key) or b""
        return [value.decode(), digest.hex()]

    @submit
    def call(self, context: Context, chaincode: str, args: list[str]) -> str:
        answer = context.stub.invoke_chaincode(chaincode, [arg.encode() for arg in args])
        return f"{answer.status} {answer.message}"


BOX = Chaincode([Box()])


def _collection(name: str, *members: str, lives: int = 0) -> CollectionDefinition:
    text = ",".join(f"'{msp}.member'" for msp in members)
    return CollectionDefinition(
        name, parse_policy(f"OR({text})").SerializeToString(), block_to_live=lives, member_only_write=True
    )


def _code(ledger: Ledger, *call: str, at: tuple[str, ...]) -> int:
    return ledger.commit(ledger.endorse(ANN, *call, at=at))[0].code


def test_every_organization_has_its_implicit_collection() -> None:
    ledger = Ledger(BOX, ALL)
    ledger.submit(ANN, "hide", IMPLICIT, "k", "mine", at=(ONE,))
    assert ledger.private(ONE, IMPLICIT) == {"k": b"mine"}
    assert ledger.private(TWO, IMPLICIT) == {}
    assert json.loads(ledger.evaluate(ANN, "seen", IMPLICIT, "k", at=ONE))[0] == "mine"
    with pytest.raises(Refused, match="private data matching public hash version is not available"):
        ledger.evaluate(ANN, "seen", IMPLICIT, "k", at=TWO)
    stranger = make_caller(TWO, "clerk", "bob")
    ledger.submit(stranger, "hide", IMPLICIT, "k", "by another", at=(ONE,))
    assert ledger.private(ONE, IMPLICIT) == {"k": b"by another"}


def test_an_implicit_collection_answers_to_its_organizations_endorsement_policy() -> None:
    ledger = Ledger(BOX, ALL, policy=f"AND('{ONE}.peer','{TWO}.peer')")
    assert _code(ledger, "hide", IMPLICIT, "k", "1", at=(TWO,)) == POLICY_FAILURE
    assert _code(ledger, "hide", IMPLICIT, "k", "1", at=(ONE,)) == 0


def test_nobody_elses_implicit_collection_is_there() -> None:
    with pytest.raises(Refused, match=r"\[_implicit_org_NobodyMSP\] not defined"):
        Ledger(BOX, ALL).endorse(ANN, "hide", "_implicit_org_NobodyMSP", "k", "1", at=(ONE,))


def test_an_implicit_collection_is_not_declared() -> None:
    with pytest.raises(ValueError, match=f"{IMPLICIT} is an implicit collection.*leave it out"):
        Ledger(BOX, ALL, [implicit_collection(ONE)])


@pytest.mark.parametrize(
    ("path", "at", "code"),
    [
        ("/Channel/Application/Endorsement", (ONE,), POLICY_FAILURE),
        ("/Channel/Application/Endorsement", BOTH, 0),
        (f"/Channel/Application/{TWO}/Endorsement", (ONE,), POLICY_FAILURE),
        (f"/Channel/Application/{TWO}/Endorsement", (TWO,), 0),
        ("/Channel/Application/Absent", ALL, POLICY_FAILURE),
    ],
)
def test_a_collection_may_name_a_channel_policy(path: str, at: tuple[str, ...], code: int) -> None:
    policy = parse_policy(f"OR('{ONE}.member','{TWO}.member')").SerializeToString()
    shared = CollectionDefinition("shared", policy, endorsement_policy=ApplicationPolicy(channel_policy=path))
    assert _code(Ledger(BOX, ALL, [shared]), "hide", "shared", "k", "1", at=at) == code


def _idle(ledger: Ledger, blocks: int) -> None:
    for _ in range(blocks):
        ledger.submit(ANN, "put", "idle", "x", at=(ONE,))


@pytest.fixture
def mortal() -> Ledger:
    ledger = Ledger(BOX, ALL, [_collection("mortal", *BOTH, lives=LIVES), _collection("lasting", *BOTH)])
    for collection in ("mortal", "lasting"):
        ledger.submit(ANN, "hide", collection, "k", "1", at=(ONE,))
    return ledger


def test_values_end_with_their_blocks_and_so_do_their_hashes(mortal: Ledger) -> None:
    _idle(mortal, LIVES - 1)
    assert mortal.private(TWO, "mortal") == {"k": b"1"}
    _idle(mortal, 1)
    assert mortal.private(ONE, "mortal") == mortal.private(TWO, "mortal") == {}
    assert json.loads(mortal.evaluate(ANN, "seen", "mortal", "k", at=ONE)) == ["", ""]
    _idle(mortal, LIVES)
    assert mortal.private(TWO, "lasting") == {"k": b"1"}


@pytest.mark.parametrize("call", [("hide", "mortal", "k", "2"), ("mark", "mortal", "k")])
def test_what_is_written_again_in_the_last_block_lives_on(mortal: Ledger, call: tuple[str, ...]) -> None:
    _idle(mortal, LIVES - 1)
    mortal.submit(ANN, *call, at=(ONE,))
    _idle(mortal, LIVES)
    assert list(mortal.private(TWO, "mortal")) == ["k"]
    _idle(mortal, 1)
    assert mortal.private(TWO, "mortal") == {}


def test_a_rollback_brings_back_what_has_ended(mortal: Ledger) -> None:
    mortal.checkpoint()
    _idle(mortal, LIVES)
    mortal.rollback()
    assert mortal.private(ONE, "mortal") == {"k": b"1"}


@pytest.mark.parametrize("called", ["trade", "trade:1.0", "trade/trade"])
def test_a_chaincode_does_not_call_itself(called: str) -> None:
    ledger = Ledger(BOX, ALL)
    with pytest.raises(Refused, match=r"execute failed: error sending: txid: [0-9a-f]{64}\(trade\) exists"):
        ledger.endorse(ANN, "call", called, '["put","k","1"]', at=(ONE,))


def test_nor_by_way_of_another() -> None:
    ledger = Ledger(BOX, ALL, others={"other": BOX})
    back = ledger.evaluate(ANN, "call", "other", '["call","trade","[\\"put\\",\\"k\\",\\"1\\"]"]', at=ONE)
    assert back.startswith(b"500 PEER_ERROR")
    assert b"exists" in back
    again = ledger.evaluate(ANN, "call", "other", '["put","k","1"]', at=ONE)
    assert again == b"200 "


def test_a_called_chaincode_has_collections_of_its_own() -> None:
    other = Deployed(BOX, [_collection("theirs", THREE)])
    ledger = Ledger(BOX, ALL, [_collection("ours", ONE)], others={"other": other})
    carl = make_caller(THREE, "clerk", "carl")
    ledger.submit(carl, "call", "other", '["hide","theirs","k","1"]', at=(ONE,))
    assert ledger.private(THREE, "theirs", chaincode="other") == {"k": b"1"}
    assert ledger.private(ONE, "theirs", chaincode="other") == ledger.private(THREE, "theirs") == {}
    told = ledger.evaluate(ANN, "call", "other", '["hide","theirs","k","1"]', at=ONE)
    assert b"does not have write access" in told
    told = ledger.evaluate(ANN, "call", "other", '["hide","ours","k","1"]', at=ONE)
    assert b"could not be found" in told
    ledger.submit(ANN, "call", "other", f'["hide","{IMPLICIT}","k","1"]', at=(ONE,))
    assert ledger.private(ONE, IMPLICIT, chaincode="other") == {"k": b"1"}


def test_a_called_chaincode_has_a_policy_of_its_own() -> None:
    strict = Deployed(BOX, policy=f"AND('{ONE}.peer','{TWO}.peer')")
    ledger = Ledger(BOX, ALL, others={"strict": strict, "lax": BOX}, policy=f"OR('{ONE}.peer')")
    put = '["put","k","1"]'
    assert _code(ledger, "call", "strict", put, at=(ONE,)) == POLICY_FAILURE
    assert _code(ledger, "call", "strict", put, at=BOTH) == 0
    assert ledger.public("k", chaincode="strict") == b"1"
    assert _code(ledger, "call", "lax", put, at=(TWO,)) == POLICY_FAILURE, "the caller's own counts, too"
    assert _code(ledger, "call", "lax", put, at=(ONE,)) == 0


def test_organizations_without_a_chaincode_are_named() -> None:
    with pytest.raises(ValueError, match="none is given for Org2MSP, only for Org1MSP"):
        Ledger({ONE: BOX}, BOTH)
