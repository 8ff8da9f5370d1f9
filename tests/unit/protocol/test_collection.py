import json

import pytest
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import (
    CollectionDefinition,
    collection_package,
    format_collections_json,
    implicit_collection,
    implicit_collection_name,
    implicit_collection_owner,
    parse_collection_package,
    parse_collections_json,
)
from counterfoil_protocol.errors import InvalidPolicy, MalformedMessage
from counterfoil_protocol.messages import application_policy, collection
from counterfoil_protocol.signature_policy import parse_policy

FULL = {
    "name": "terms_BankA",
    "policy": "OR('BankAMSP.member', 'RegulatorMSP.member')",
    "requiredPeerCount": 1,
    "maxPeerCount": 2,
    "blockToLive": 9,
    "memberOnlyRead": True,
    "memberOnlyWrite": True,
    "endorsementPolicy": {"signaturePolicy": "AND('BankAMSP.peer', 'RegulatorMSP.peer')"},
}


def test_json() -> None:
    (full, plain) = parse_collections_json(json.dumps([FULL, {"name": "c", "policy": "OR('A.member')"}]))
    assert full.members == ("BankAMSP", "RegulatorMSP")
    assert (full.required_peer_count, full.maximum_peer_count, full.block_to_live) == (1, 2, 9)
    assert full.member_only_read
    assert full.member_only_write
    endorsement = parse_policy("AND('BankAMSP.peer', 'RegulatorMSP.peer')").SerializeToString()
    assert full.endorsement_policy == ApplicationPolicy(signature_policy=endorsement)
    # The defaults of Fabric's command.
    assert (plain.required_peer_count, plain.maximum_peer_count, plain.block_to_live) == (0, 1, 0)
    assert (plain.member_only_read, plain.member_only_write, plain.endorsement_policy) == (False, False, None)


def test_json_round_trip() -> None:
    named = {"channelConfigPolicy": "/Channel/Application/Endorsement"}
    text = json.dumps(
        [FULL, {**FULL, "name": "b", "endorsementPolicy": named}, {"name": "c", "policy": "OR('A.peer')"}]
    )
    collections = parse_collections_json(text)
    assert parse_collections_json(format_collections_json(collections)) == collections
    assert json.loads(format_collections_json(collections))[0] == FULL


def test_message_round_trip() -> None:
    collections = (*parse_collections_json(json.dumps([FULL])), implicit_collection("BankAMSP"))
    assert parse_collection_package(collection_package(collections).SerializeToString()) == collections
    assert parse_collection_package(b"") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '[{"name": "c"}]',
        '[{"policy": "OR(\'A.member\')"}]',
        '[{"name": "", "policy": "OR(\'A.member\')"}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "blocksToLive": 1}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "maxPeerCount": -1}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "maxPeerCount": true}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "maxPeerCount": 1.5}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "memberOnlyRead": "yes"}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "endorsementPolicy": "OR(\'A.member\')"}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "endorsementPolicy": {"policy": "x"}}]',
        '[{"name": "c", "policy": "OR(\'A.member\')", "endorsementPolicy":'
        ' {"signaturePolicy": "OR(\'A.peer\')", "channelConfigPolicy": "x"}}]',
    ],
)
def test_json_that_is_refused(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_collections_json(text)


def test_invalid_policy() -> None:
    with pytest.raises(InvalidPolicy):
        parse_collections_json('[{"name": "c", "policy": "A.member"}]')


@pytest.mark.parametrize(
    "config",
    [
        collection.CollectionConfig(),
        collection.CollectionConfig(static_collection_config=collection.StaticCollectionConfig()),
        collection.CollectionConfig(static_collection_config=collection.StaticCollectionConfig(name="c")),
    ],
)
def test_messages_that_are_refused(config: collection.CollectionConfig) -> None:
    package = collection.CollectionConfigPackage(config=[config])
    with pytest.raises(MalformedMessage):
        parse_collection_package(package.SerializeToString())


def test_implicit_collections() -> None:
    assert implicit_collection_name("BankAMSP") == "_implicit_org_BankAMSP"
    assert implicit_collection_owner("_implicit_org_BankAMSP") == "BankAMSP"
    assert implicit_collection_owner("terms_BankA") is None
    implicit = implicit_collection("BankAMSP")
    assert implicit.members == ("BankAMSP",)
    assert (implicit.required_peer_count, implicit.maximum_peer_count) == (0, 0)
    assert implicit == CollectionDefinition(
        "_implicit_org_BankAMSP", parse_policy("OR('BankAMSP.member')").SerializeToString(), 0, 0
    )


def test_application_policy() -> None:
    named = ApplicationPolicy(channel_policy="/Channel/Application/Admins")
    signed = ApplicationPolicy(signature_policy=parse_policy("OR('A.peer')").SerializeToString())
    for policy in (named, signed):
        assert ApplicationPolicy.parse(policy.serialize()) == policy
    with pytest.raises(MalformedMessage):
        ApplicationPolicy.from_message(application_policy.ApplicationPolicy())
    with pytest.raises(ValueError, match="either"):
        ApplicationPolicy()
    with pytest.raises(ValueError, match="either"):
        ApplicationPolicy(b"", "x")
