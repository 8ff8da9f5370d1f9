"""Blocks of a real Fabric network: every hash, signature and read-write set comes out as Fabric made it."""

import base64
import itertools

import pytest
from counterfoil_protocol import block as block_module
from counterfoil_protocol.acl import DEFAULTS
from counterfoil_protocol.channel_config import BatchSize, ChannelConfig, Endpoint
from counterfoil_protocol.collection import parse_collection_package
from counterfoil_protocol.endorsement import Endorsement, verify_endorsement
from counterfoil_protocol.envelope import ParsedTransaction, parse_transaction
from counterfoil_protocol.errors import MalformedMessage, PolicyFailure
from counterfoil_protocol.identity import client_id
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.messages import common, lifecycle, lifecycle_db
from counterfoil_protocol.proposal import transaction_proposal_hash
from counterfoil_protocol.rwset import (
    VALIDATION_PARAMETER,
    PrivateCollection,
    Read,
    ReadWriteSet,
    Write,
    key_hash,
    value_hash,
)
from counterfoil_protocol.signature_policy import format_policy
from counterfoil_protocol.transaction_id import transaction_id


def transactions(blocks: list[common.Block]) -> list[ParsedTransaction]:
    return [parse_transaction(envelope) for block in blocks for envelope in block.data.data]


def rwset(block: common.Block) -> ReadWriteSet:
    (transaction,) = transactions([block])
    return ReadWriteSet.parse(transaction.actions[0].payload.results)


def test_headers_form_a_chain(blocks: list[common.Block]) -> None:
    for previous, block in itertools.pairwise(blocks):
        assert block.header.previous_hash == block_module.header_hash(previous.header)


def test_data_hashes(blocks: list[common.Block]) -> None:
    for block in blocks:
        block_module.check_block_data(block)
        assert block_module.channel_id(block) == "trade"


def test_block_data_altered(blocks: list[common.Block]) -> None:
    altered = common.Block.FromString(blocks[4].SerializeToString())
    altered.data.data[0] = altered.data.data[0][:-1] + bytes([altered.data.data[0][-1] ^ 1])
    with pytest.raises(MalformedMessage, match="data hash"):
        block_module.check_block_data(altered)


def test_config_blocks(blocks: list[common.Block]) -> None:
    assert [block.header.number for block in blocks if block_module.is_config_block(block)] == [0, 8]
    assert [block_module.last_config(block) for block in blocks[1:]] == [0, 0, 0, 0, 0, 0, 0, 8, 8]


def test_metadata_of_the_committing_peer(blocks: list[common.Block]) -> None:
    assert [block_module.transactions_filter(block) for block in blocks] == [b"\x00"] * 10
    assert block_module.commit_hash(blocks[0]) == b""
    assert len({block_module.commit_hash(block) for block in blocks[1:]}) == 9


def test_orderer_signed_every_block(blocks: list[common.Block], config: ChannelConfig) -> None:
    for block in blocks[1:]:
        (signed,) = block_module.block_signed_data(block)
        signer = config.msps.deserialize(signed.identity)
        assert signer.msp_id == "OrdererMSP"
        config.verify_block_signature(block)


def test_orderer_signature_of_another_header(blocks: list[common.Block], config: ChannelConfig) -> None:
    altered = common.Block.FromString(blocks[4].SerializeToString())
    altered.header.number = 5
    with pytest.raises(PolicyFailure, match=r"0 sub-policies were satisfied.*1 of the 'Writers'"):
        config.verify_block_signature(altered)


def test_unsigned_block(blocks: list[common.Block], config: ChannelConfig) -> None:
    with pytest.raises(PolicyFailure):
        config.verify_block_signature(blocks[0])


def test_transaction_ids_and_creators(blocks: list[common.Block], config: ChannelConfig) -> None:
    endorsed = [transaction for transaction in transactions(blocks) if transaction.actions]
    assert len(endorsed) == 8
    for transaction in endorsed:
        assert transaction.transaction_id == transaction_id(transaction.nonce, transaction.creator)
        creator = config.msps.deserialize(transaction.creator)
        config.msps.validate(creator)
        assert config.msps.verify(creator, transaction.payload, transaction.signature)
        assert not config.msps.verify(creator, transaction.payload + b"x", transaction.signature)


def test_client_id_of_a_creator(blocks: list[common.Block], config: ChannelConfig) -> None:
    creator = config.msps.deserialize(transactions([blocks[4]])[0].creator)
    issuer = "CN=ca.banka.example.com,O=banka.example.com,L=San Francisco,ST=California,C=US"
    subject = "CN=User1@banka.example.com,OU=client,L=San Francisco,ST=California,C=US"
    assert base64.b64decode(client_id(creator.x509)).decode() == f"x509::{subject}::{issuer}"


def test_endorsements(blocks: list[common.Block], config: ChannelConfig) -> None:
    for transaction in transactions(blocks):
        for action in transaction.actions:
            assert action.payload.proposal_hash == transaction_proposal_hash(
                transaction.channel_header, action.signature_header, action.proposal_payload
            )
            for endorsement in action.endorsements:
                assert verify_endorsement(action.payload_bytes, endorsement)
                wrong = Endorsement(endorsement.endorser, transaction.signature)
                assert not verify_endorsement(action.payload_bytes, wrong)


def test_endorsement_policies(blocks: list[common.Block], config: ChannelConfig) -> None:
    approval, commit = (transactions([blocks[number]])[0].actions[0] for number in (1, 3))
    config.policies.evaluate("/Channel/Application/BankA/Endorsement", approval.signed_data())
    config.policies.evaluate("/Channel/Application/LifecycleEndorsement", commit.signed_data())
    with pytest.raises(
        PolicyFailure, match=r"1 sub-policies were satisfied.*requires 2 of the 'Endorsement'"
    ):
        config.policies.evaluate("/Channel/Application/LifecycleEndorsement", approval.signed_data())
    twice = approval.signed_data() * 2
    with pytest.raises(PolicyFailure):
        config.policies.evaluate("/Channel/Application/LifecycleEndorsement", twice)


def test_read_write_sets_serialize_to_the_same_bytes(blocks: list[common.Block]) -> None:
    results = [t.actions[0].payload.results for t in transactions(blocks) if t.actions]
    assert len(results) == 8
    for data in results:
        assert ReadWriteSet.parse(data).serialize() == data


def test_public_read_write_set(blocks: list[common.Block]) -> None:
    namespace = rwset(blocks[5]).namespaces[1]
    written = Version(4, 0)
    assert namespace.namespace == "trade"
    assert namespace.reads == (Read("a", written), Read("absent", None))
    assert [(query.start_key, query.end_key, query.exhausted) for query in namespace.range_queries] == [
        ("a", "c", True),
        ("x", "z", True),
    ]
    assert namespace.range_queries[0].reads == (Read("a", written), Read("b", written))
    assert namespace.writes == (Write("b", b"", is_delete=True),)
    (metadata,) = namespace.metadata_writes
    assert metadata.key == "a"
    assert metadata.entries[0][0] == VALIDATION_PARAMETER


def test_private_hashes(blocks: list[common.Block]) -> None:
    implicit, shared = rwset(blocks[6]).namespaces[1].collections
    assert (implicit.name, shared.name) == ("_implicit_org_BankAMSP", "shared")
    assert [write.key_hash for write in shared.writes] == [key_hash("p1"), key_hash("p2")]
    assert {write.value_hash for write in shared.writes} == {value_hash(b"secret")}
    # The private part never leaves the peers, but what it must have been is known.
    private = PrivateCollection("shared", (Write("p1", b"secret"), Write("p2", b"secret")))
    assert private.digest() == shared.private_hash
    assert PrivateCollection("", (Write("mine", b"secret"),)).digest() == implicit.private_hash


def test_private_delete_and_purge(blocks: list[common.Block]) -> None:
    (shared,) = rwset(blocks[7]).namespaces[1].collections
    deleted, purged, written = shared.writes
    assert (deleted.deletes, deleted.is_purge) == (True, False)
    assert (purged.deletes, purged.is_purge) == (True, True)
    assert (written.deletes, written.is_purge) == (False, False)
    assert shared.metadata_writes[0].key_hash == key_hash("p3")


def test_event_and_response(blocks: list[common.Block]) -> None:
    payload = transactions([blocks[4]])[0].actions[0].payload
    assert (payload.status, payload.response, payload.chaincode_name) == (200, b"done", "trade")
    assert payload.chaincode_version == "1"
    assert b"event payload" in payload.event
    assert transactions([blocks[5]])[0].actions[0].payload.event == b""


def test_lifecycle_definition(blocks: list[common.Block]) -> None:
    action = transactions([blocks[3]])[0].actions[0]
    name, argument = action.arguments()
    assert name == b"CommitChaincodeDefinition"
    definition = lifecycle.CommitChaincodeDefinitionArgs.FromString(argument)
    shared, short = parse_collection_package(definition.collections.SerializeToString())
    assert (shared.name, shared.members, shared.member_only_read) == (
        "shared",
        ("BankAMSP", "BankBMSP"),
        True,
    )
    assert (shared.required_peer_count, shared.maximum_peer_count) == (1, 1)
    assert (short.name, short.members, short.block_to_live) == ("short", ("BankAMSP",), 3)
    assert short.endorsement_policy is not None
    assert short.endorsement_policy.channel_policy == "/Channel/Application/Endorsement"
    writes = {write.key: write.value for write in rwset(blocks[3]).namespaces[0].writes}
    state = lifecycle_db.StateData.FromString(writes["namespaces/fields/trade/Collections"])
    assert parse_collection_package(state.Bytes) == (shared, short)


def test_arguments(blocks: list[common.Block]) -> None:
    assert transactions([blocks[4]])[0].actions[0].arguments() == (b"public", b"a", b"b", b"x")


def test_configuration(config: ChannelConfig) -> None:
    assert (config.channel_id, config.sequence) == ("trade", 0)
    assert config.application_msp_ids == ("BankAMSP", "BankBMSP")
    assert config.applications["BankA"].anchor_peers == (Endpoint("127.0.0.1", 27051),)
    assert config.orderer_addresses == ("127.0.0.1:27050",)
    assert config.batch_size == BatchSize(10, 10 << 20, 2 << 20)
    assert config.batch_timeout == pytest.approx(0.2)
    assert config.consensus_type == "etcdraft"
    assert config.has_capability("Channel", "V3_0")
    assert config.has_capability("Application", "V2_5")
    assert not config.has_capability("Application", "V3_0")
    assert config.application("BankBMSP") == config.applications["BankB"]
    assert config.application("OrdererMSP") is None


def test_acls(config: ChannelConfig) -> None:
    assert config.acl("event/Block") == "/Channel/Application/BankA/Readers"
    assert config.acl("gateway/CommitStatus") == "/Channel/Application/Writers"
    assert config.acl("peer/Propose") == DEFAULTS["peer/Propose"] == "/Channel/Application/Writers"
    assert config.acl("_lifecycle/InstallChaincode") is None
    assert config.acl("no/such") is None


def test_configuration_update(blocks: list[common.Block]) -> None:
    updated = ChannelConfig.from_block(blocks[8])
    assert updated.sequence == 1
    assert updated.batch_timeout == pytest.approx(0.15)
    updated.verify_block_signature(blocks[9])
    with pytest.raises(MalformedMessage, match="no configuration"):
        ChannelConfig.from_block(blocks[7])


def test_policies(config: ChannelConfig) -> None:
    assert config.policies.find("/Channel/Application/BankA/Admins") is not None
    assert config.policies.find("Application/BankA/Admins") is not None
    assert config.policies.find("/Channel/Application/Nobody") is None
    assert "/Channel/Orderer/BlockValidation" in config.policies.paths()
    endorsement = config.policies.convert("/Channel/Application/Endorsement")
    assert format_policy(endorsement) == "AND(OR('BankAMSP.peer'), OR('BankBMSP.peer'))"
    with pytest.raises(PolicyFailure, match="no such policy: 'Application/Nobody'"):
        config.policies.evaluate("/Channel/Application/Nobody", ())
    with pytest.raises(PolicyFailure, match="no such policy: '/Elsewhere'"):
        config.policies.evaluate("/Elsewhere", ())


def test_stranger_satisfies_nothing(config: ChannelConfig, blocks: list[common.Block]) -> None:
    transaction = transactions([blocks[4]])[0]
    config.policies.evaluate("/Channel/Application/Writers", [transaction.signed_data()])
    with pytest.raises(PolicyFailure):
        config.policies.evaluate("/Channel/Application/Admins", [transaction.signed_data()])
    forged = type(transaction.signed_data())(b"other", transaction.creator, transaction.signature)
    assert not config.policies.is_satisfied("/Channel/Application/Readers", [forged])
