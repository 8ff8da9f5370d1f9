"""The tests of the chaincode `asset`. They run unchanged on the testing kit, the embedded engine and Fabric.

A folder's test_asset_contract.py takes them over and says what `client` is.
"""

import hashlib
import json
import uuid

import pytest
from contract_client import ContractClient, SaidNo

TWO = ("Regulator", "BankA")


@pytest.fixture
def key() -> str:
    """A key that no other test has used."""
    return f"asset-{uuid.uuid4().hex}"


def test_what_is_created_is_read_on_another_peer(client: ContractClient, key: str) -> None:
    created = client.submit("BankA", "create", key, "ann", "4711", at=TWO)
    assert json.loads(created) == {"id": key, "owner": "ann", "value": 4711}
    assert client.evaluate("BankB", "read", key, at="BankA") == created


def test_an_asset_is_created_once(client: ContractClient, key: str) -> None:
    client.submit("BankA", "create", key, "ann", "1", at=TWO)
    with pytest.raises(SaidNo, match="ALREADY_EXISTS"):
        client.submit("BankA", "create", key, "bob", "2", at=TWO)


def test_what_is_not_there(client: ContractClient, key: str) -> None:
    with pytest.raises(SaidNo, match="NOT_FOUND"):
        client.evaluate("BankA", "read", key, at="BankA")


def test_arguments_are_typed(client: ContractClient, key: str) -> None:
    for value in ("much", "1.5", "1e3"):
        with pytest.raises(SaidNo, match="BAD_ARGUMENT"):
            client.submit("BankA", "create", key, "ann", value, at=TWO)


def test_paying_moves_value_between_two_keys(client: ContractClient, key: str) -> None:
    for each, value in (("a", "10"), ("b", "0")):
        client.submit("BankA", "create", key + each, "ann", value, at=TWO)
    client.submit("BankB", "pay", key + "a", key + "b", "4", at=TWO)
    values = [
        json.loads(client.evaluate("BankA", "read", key + each, at="Regulator"))["value"] for each in "ab"
    ]
    assert values == [6, 4]


def test_a_range_gives_what_is_committed_in_order(client: ContractClient, key: str) -> None:
    for each in "cab":
        client.submit("BankA", "create", key + each, "ann", "1", at=TWO)
    client.submit("BankA", "delete", key + "b", at=TWO)
    listed = json.loads(client.evaluate("BankA", "list", key, key + "z", at="BankA"))
    assert listed == [key + "a", key + "c"]


def test_private_data_is_for_members_and_its_hash_for_all(client: ContractClient, key: str) -> None:
    given = {"appraisal": b"the appraisal"}
    client.submit("BankA", "appraise", "open", key, at=TWO, transient=given)
    assert client.evaluate("BankA", "appraisal", "open", key, at="Regulator") == b"the appraisal"
    digest = hashlib.sha256(b"the appraisal").hexdigest().encode()
    assert client.evaluate("BankA", "appraisal_hash", "open", key, at="BankB") == digest


def test_a_contract_knows_its_caller_and_its_peer(client: ContractClient) -> None:
    told = json.loads(client.evaluate("BankB", "who", at="Regulator"))
    assert (told["mspId"], told["peer"]) == ("BankBMSP", "RegulatorMSP")


def test_an_exception_tells_its_type_and_not_its_text(client: ContractClient) -> None:
    with pytest.raises(SaidNo, match="INTERNAL_ERROR") as refused:
        client.submit("BankA", "crash", "a secret", at=TWO)
    assert "a secret" not in str(refused.value.__cause__)


def test_composite_keys_page_by_page(client: ContractClient, key: str) -> None:
    client.submit("BankA", "stub:file", key, json.dumps(["a", "b", "c"]), at=TWO)
    client.submit("BankA", "stub:file", key + "-other", json.dumps(["d"]), at=TWO)

    def told(function: str, *args: str) -> object:
        return json.loads(client.evaluate("BankA", f"stub:{function}", key, *args, at="BankA"))

    assert told("pages", "2") == [["a", "b"], ["c"]]
    assert told("all_papers") == told("private_papers") == ["a", "b", "c"]


def test_a_private_key_has_guards_of_its_own(client: ContractClient, key: str) -> None:
    assert json.loads(client.evaluate("BankA", "stub:guards", key, at="BankA")) == []
    guards = ["BankAMSP", "RegulatorMSP"]
    client.submit("BankA", "stub:guard", key, json.dumps(guards), at=TWO)
    assert json.loads(client.evaluate("BankA", "stub:guards", key, at="BankA")) == guards


def test_a_contract_knows_its_transaction(client: ContractClient) -> None:
    told = json.loads(client.evaluate("BankA", "stub:transaction", at="BankA"))
    assert told == {
        "id": True,
        "channel": True,
        "creator": True,
        "binding": True,
        "args": True,
        "timestamp": True,
        "undecorated": True,
    }
