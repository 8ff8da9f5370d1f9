"""Key-level endorsement policies: written as Fabric's own helper does, and validated on the test ledger."""

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.key_endorsement import KeyEndorsementPolicy, Role
from counterfoil_chaincode.testing import Ledger, make_caller
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.signature_policy import parse_policy

ONE, TWO = "Org1MSP", "Org2MSP"
ANN = make_caller(ONE, "clerk", "ann")


class Box(Contract):
    @submit
    def put(self, context: Context, key: str) -> None:
        context.stub.put_state(key, b"1")

    @submit
    def ask_for(self, context: Context, key: str, msp_id: str) -> list[str]:
        policy = KeyEndorsementPolicy.parse(context.stub.get_state_validation_parameter(key)).add(msp_id)
        context.stub.set_state_validation_parameter(key, policy.serialize())
        return list(policy.organizations)


def test_it_is_the_policy_that_asks_for_all() -> None:
    policy = KeyEndorsementPolicy().add(TWO, ONE)
    wanted = parse_policy(f"AND('{ONE}.peer','{TWO}.peer')")
    assert policy.serialize() == wanted.SerializeToString()
    member = policy.add(TWO, role=Role.MEMBER)
    assert member.serialize() == parse_policy(f"AND('{ONE}.peer','{TWO}.member')").SerializeToString()


def test_reading_gives_back_what_was_written() -> None:
    policy = KeyEndorsementPolicy().add(ONE).add(TWO, role=Role.MEMBER)
    assert KeyEndorsementPolicy.parse(policy.serialize()) == policy
    assert policy.organizations == (ONE, TWO)
    assert policy.remove(ONE, "absent").organizations == (TWO,)
    assert policy.organizations == (ONE, TWO), "a policy does not change"
    assert KeyEndorsementPolicy.parse(None) == KeyEndorsementPolicy.parse(b"") == KeyEndorsementPolicy()


def test_a_policy_of_nobody_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyEndorsementPolicy().add(ONE).remove(ONE).serialize()


@pytest.mark.parametrize(
    "text",
    [
        f"OR('{ONE}.peer','{TWO}.peer')",
        f"AND('{ONE}.admin','{TWO}.peer')",
        f"OR('{ONE}.peer',AND('{TWO}.peer'))",
    ],
)
def test_a_policy_that_says_something_else_is_not_misread(text: str) -> None:
    with pytest.raises(MalformedMessage):
        KeyEndorsementPolicy.parse(parse_policy(text).SerializeToString())


def test_bytes_that_are_no_policy() -> None:
    with pytest.raises(MalformedMessage):
        KeyEndorsementPolicy.parse(b"\xff\xff")


def test_validation_asks_for_every_organisation_added() -> None:
    ledger = Ledger(Chaincode([Box()]), [ONE, TWO])
    # Fabric keeps no policy of a key that has no value.
    ledger.submit(ANN, "put", "k", at=[ONE])
    assert ledger.submit(ANN, "ask_for", "k", ONE, at=[ONE]).payload == b'["Org1MSP"]'
    assert ledger.submit(ANN, "ask_for", "k", TWO, at=[ONE]).payload == b'["Org1MSP","Org2MSP"]'
    (alone,) = ledger.commit(ledger.endorse(ANN, "put", "k", at=[ONE]))
    assert alone.code == transaction.ENDORSEMENT_POLICY_FAILURE
    assert ledger.submit(ANN, "put", "k", at=[ONE, TWO]).is_valid
