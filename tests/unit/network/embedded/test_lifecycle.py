"""Chaincode definitions in the state: Fabric's keys and bytes, approvals by hash, refusals in its words."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from counterfoil_network.embedded.peer.lifecycle.approvals import (
    LifecycleError,
    approve,
    check_readiness,
    commit,
)
from counterfoil_network.embedded.peer.lifecycle.definition import Definition, Parameters, read_definition
from counterfoil_network.embedded.peer.lifecycle.input_checks import check_collections, check_name
from counterfoil_protocol.collection import parse_collections_json
from counterfoil_protocol.ledger import definitions
from counterfoil_protocol.messages import collection


@dataclass
class Memory:
    """A place of `_lifecycle`: sees its own writes at once, as committed."""

    values: dict[str, bytes] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def get_hash(self, key: str) -> bytes | None:
        value = self.values.get(key)
        return hashlib.sha256(value).digest() if value is not None else None

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value
        self.written.append(key)

    def delete(self, key: str) -> None:
        del self.values[key]


def definition(sequence: int = 1, version: str = "1.0") -> Definition:
    return Definition(sequence, Parameters(version, False, "escc", "vscc", b"policy"))


@pytest.fixture
def public() -> Memory:
    return Memory()


@pytest.fixture
def own() -> Memory:
    return Memory()


def test_a_definition_lies_at_fabrics_keys(public: Memory) -> None:
    commit(public, {}, "trade", definition())
    assert list(public.values) == [
        "namespaces/fields/trade/Sequence",
        "namespaces/fields/trade/EndorsementInfo",
        "namespaces/fields/trade/ValidationInfo",
        "namespaces/fields/trade/Collections",
        "namespaces/metadata/trade",
    ]
    assert public.values["namespaces/fields/trade/Sequence"] == b"\x08\x01"
    # An absent package of collections is a present but empty field of the oneof.
    assert public.values["namespaces/fields/trade/Collections"] == b"\x12\x00"
    assert public.values["namespaces/metadata/trade"].startswith(
        b"\x0a\x13ChaincodeDefinition\x12\x08Sequence"
    )


def test_what_is_committed_is_read_back_here_and_by_the_validator(public: Memory) -> None:
    commit(public, {}, "trade", definition())
    assert read_definition(public.get, "trade") == definition()
    found = definitions.read_definition(lambda _, key: public.get(key), "trade")
    assert found is not None
    assert (found.sequence, found.version, found.validation_parameter) == (1, "1.0", b"policy")


def test_an_approval_lies_under_name_and_sequence(public: Memory, own: Memory) -> None:
    approve(public, own, "trade", definition(), "trade_1:abc")
    assert list(own.values) == [
        "namespaces/fields/trade#1/EndorsementInfo",
        "namespaces/fields/trade#1/ValidationInfo",
        "namespaces/fields/trade#1/Collections",
        "namespaces/metadata/trade#1",
        "chaincode-sources/fields/trade#1/PackageID",
        "chaincode-sources/metadata/trade#1",
    ]
    assert own.values["chaincode-sources/fields/trade#1/PackageID"] == b"\x1a\x0btrade_1:abc"


def test_readiness_names_what_differs(public: Memory, own: Memory) -> None:
    other = Memory()
    approve(public, own, "trade", definition(), "")
    approve(public, other, "trade", definition(version="1.1"), "")
    organisations = {"A": own.get_hash, "B": other.get_hash, "C": Memory().get_hash}
    found = check_readiness(public.get, organisations, "trade", definition())
    assert found == {"A": None, "B": ["EndorsementInfo"], "C": ["ChaincodeParameters"]}


def test_an_upgrade_writes_only_what_changes(public: Memory) -> None:
    commit(public, {}, "trade", definition())
    public.written.clear()
    commit(public, {}, "trade", definition(2, "2.0"))
    assert public.written == [
        "namespaces/fields/trade/Sequence",
        "namespaces/fields/trade/EndorsementInfo",
    ]


def approve_twice(public: Memory, own: Memory) -> None:
    for _ in range(2):
        approve(public, own, "trade", definition(), "")


Act = Callable[[Memory, Memory], object]


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (
            lambda public, own: approve(public, own, "trade", definition(0), ""),
            "requested sequence is 0, but first definable sequence number is 1",
        ),
        (
            lambda public, own: approve(public, own, "trade", definition(2), ""),
            "requested sequence 2 is larger than the next available sequence number 1",
        ),
        (
            lambda public, own: commit(public, {}, "trade", definition(2)),
            "requested sequence is 2, but new definition must be sequence 1",
        ),
        (
            approve_twice,
            "attempted to redefine uncommitted sequence (1) for namespace trade with unchanged content",
        ),
    ],
)
def test_what_contradicts_the_sequence_is_refused(act: Act, text: str, public: Memory, own: Memory) -> None:
    with pytest.raises(LifecycleError) as refused:
        act(public, own)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("sequence", "version", "text"),
    [
        (0, "1.0", "currently defined sequence 1 is larger than requested sequence 0"),
        (
            1,
            "2.0",
            "attempted to redefine the current committed sequence (1) for namespace trade with different "
            "parameters: expected Version '1.0' does not match passed Version '2.0'",
        ),
        (1, "1.0", "attempted to redefine the current committed sequence (1) for namespace trade"),
    ],
)
def test_the_committed_sequence_is_not_redefined(
    sequence: int, version: str, text: str, public: Memory, own: Memory
) -> None:
    approve(public, own, "trade", definition(), "package")
    commit(public, {}, "trade", definition())
    with pytest.raises(LifecycleError) as refused:
        approve(public, own, "trade", definition(sequence, version), "package")
    assert str(refused.value) == text


def test_another_package_may_be_approved_for_the_committed_sequence(public: Memory, own: Memory) -> None:
    approve(public, own, "trade", definition(), "old")
    commit(public, {}, "trade", definition())
    approve(public, own, "trade", definition(), "new")
    assert own.values["chaincode-sources/fields/trade#1/PackageID"].endswith(b"new")


@pytest.mark.parametrize(("name", "version"), [("-trade", "1"), ("qscc", "1"), ("trade", ""), ("a b", "1")])
def test_names_and_versions_have_a_form(name: str, version: str) -> None:
    with pytest.raises(LifecycleError):
        check_name(name, version)


def configs(text: str) -> list[collection.StaticCollectionConfig]:
    return [one.to_message() for one in parse_collections_json(text)]


ONE = '[{"name": "marks", "policy": "OR(\'A.member\')", "blockToLive": 3}]'


def test_collections_are_of_members_and_stay() -> None:
    [marks] = configs(ONE)
    check_collections([marks], [], ["A"])
    with pytest.raises(LifecycleError, match="collection member 'A' is not part of the channel"):
        check_collections([marks], [], ["B"])
    with pytest.raises(LifecycleError, match="does not contain previously defined collections"):
        check_collections([], [marks], ["A"])
    [other] = configs(ONE.replace("marks", "other"))
    with pytest.raises(LifecycleError, match=r"existing collection \[marks\] missing in the proposed"):
        check_collections([other], [marks], ["A"])
    [shorter] = configs(ONE.replace("3", "2"))
    with pytest.raises(LifecycleError, match=r"BlockToLive in an existing collection \[marks\] modified"):
        check_collections([shorter], [marks], ["A"])


def test_parameters_say_in_what_they_differ() -> None:
    mine = definition().parameters
    assert mine.difference(mine) is None
    changed = replace(mine, collections=collection.CollectionConfigPackage(config=[{}]))  # type: ignore[list-item]  # protobuf takes a dictionary for a message
    assert mine.difference(changed) == "Collections do not match"
