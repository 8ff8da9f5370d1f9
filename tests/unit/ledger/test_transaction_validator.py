"""One row a validation code before MVCC, and the policies at chaincode, collection and key level."""

from pathlib import Path
from typing import Any

import pytest
from channel_world import CHANNEL, R_AND_P, ROOT, Draft, Signing, World, make_channel, make_world, signing
from counterfoil_network.configuration import genesis_block
from counterfoil_network.identities import CryptoFolder, generate, load_identity, revoke
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.envelope import build_payload, sign_envelope
from counterfoil_protocol.ledger.definitions import LIFECYCLE, metadata_key
from counterfoil_protocol.ledger.state import Version, VersionedValue
from counterfoil_protocol.messages import (
    chaincode_event,
    common,
    lifecycle_db,
    transaction,
)
from counterfoil_protocol.rwset import (
    VALIDATION_PARAMETER,
    HashedCollection,
    HashedMetadataWrite,
    HashedWrite,
    MetadataWrite,
    NamespaceReadWriteSet,
    Read,
    ReadWriteSet,
    Write,
    key_hash,
    metadata_bytes,
)
from counterfoil_protocol.signature_policy import parse_policy
from counterfoil_protocol.transaction_id import transaction_id
from counterfoil_protocol.validation.transaction_validator import TransactionValidator


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> tuple[ChannelConfig, CryptoFolder]:
    return make_channel(tmp_path_factory.mktemp("channel"))


@pytest.fixture
def world(channel: tuple[ChannelConfig, CryptoFolder]) -> World:
    return make_world(*channel)


def codes(world: World, **changes: Any) -> list[int]:
    return world.validate(Draft(world, **changes).build())


def writes(namespace: str = "cc", *keys: str) -> NamespaceReadWriteSet:
    return NamespaceReadWriteSet(namespace, writes=tuple(Write(key, b"v") for key in keys or ("k",)))


def private(collection: str, *keys: str) -> NamespaceReadWriteSet:
    hashed = tuple(HashedWrite(key_hash(key), b"h") for key in keys or ("k",))
    return NamespaceReadWriteSet("cc", collections=(HashedCollection(collection, writes=hashed),))


def test_a_good_transaction_is_valid(world: World) -> None:
    assert codes(world) == [transaction.VALID]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xff", transaction.INVALID_OTHER_REASON),
        (common.Envelope(payload=b"\xff").SerializeToString(), transaction.BAD_PAYLOAD),
        (b"", transaction.BAD_COMMON_HEADER),
        (
            common.Envelope(
                payload=common.Payload(header=common.Header(channel_header=b"\xff")).SerializeToString()
            ).SerializeToString(),
            transaction.BAD_COMMON_HEADER,
        ),
    ],
)
def test_an_envelope_that_cannot_be_read(world: World, raw: bytes, code: int) -> None:
    assert world.validate(raw) == [code]


EVENT_OF_OTHER = chaincode_event.ChaincodeEvent(chaincode_id="other").SerializeToString()
EVENT = chaincode_event.ChaincodeEvent(chaincode_id="cc", event_name="e").SerializeToString()
TWICE = ReadWriteSet((writes("cc", "a"), writes("cc", "b")))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"event": EVENT}, transaction.VALID),
        ({"header_type": common.MESSAGE}, transaction.BAD_COMMON_HEADER),
        ({"epoch": 1}, transaction.BAD_COMMON_HEADER),
        ({"nonce": b""}, transaction.BAD_COMMON_HEADER),
        ({"creator": Signing(b"", lambda _: b"")}, transaction.BAD_COMMON_HEADER),
        ({"creator": Signing(b"garbage", lambda _: b"")}, transaction.BAD_CREATOR_SIGNATURE),
        ({"sign": lambda _: b""}, transaction.BAD_CREATOR_SIGNATURE),
        ({"channel_id": "loans"}, transaction.BAD_CREATOR_SIGNATURE),
        ({"header_type": common.CONFIG_UPDATE}, transaction.UNSUPPORTED_TX_PAYLOAD),
        ({"transaction_id": "f" * 64}, transaction.BAD_PROPOSAL_TXID),
        ({"transaction_id": ""}, transaction.BAD_PROPOSAL_TXID),
        ({"actions": 0}, transaction.INVALID_ENDORSER_TRANSACTION),
        ({"actions": 2}, transaction.INVALID_ENDORSER_TRANSACTION),
        ({"action_nonce": b""}, transaction.INVALID_ENDORSER_TRANSACTION),
        ({"proposal_hash": b"another"}, transaction.INVALID_ENDORSER_TRANSACTION),
        ({"extension": b"\xff"}, transaction.BAD_HEADER_EXTENSION),
        ({"response_extension": b""}, transaction.BAD_RESPONSE_PAYLOAD),
        ({"response_extension": b"\xff"}, transaction.BAD_RESPONSE_PAYLOAD),
        ({"results": b"\xff"}, transaction.BAD_RWSET),
        ({"extension": b""}, transaction.INVALID_OTHER_REASON),
        ({"result_name": ""}, transaction.INVALID_OTHER_REASON),
        ({"result_name": "other"}, transaction.INVALID_CHAINCODE),
        ({"version": ""}, transaction.INVALID_CHAINCODE),
        ({"name": "none", "result_name": "none"}, transaction.INVALID_CHAINCODE),
        ({"event": b"\xff"}, transaction.INVALID_OTHER_REASON),
        ({"event": EVENT_OF_OTHER}, transaction.INVALID_OTHER_REASON),
        ({"rwset": TWICE}, transaction.ILLEGAL_WRITESET),
        ({"rwset": ReadWriteSet((writes("qscc"),))}, transaction.INVALID_CHAINCODE),
        ({"endorsers": ("Regulator",)}, transaction.ENDORSEMENT_POLICY_FAILURE),
        ({"endorsers": ()}, transaction.ENDORSEMENT_POLICY_FAILURE),
        ({"endorsers": ("Regulator", "Regulator")}, transaction.ENDORSEMENT_POLICY_FAILURE),
        ({"endorsers": ("Regulator", "BankA")}, transaction.ENDORSEMENT_POLICY_FAILURE),
        ({"endorse": lambda _: b"bad"}, transaction.ENDORSEMENT_POLICY_FAILURE),
        ({"rwset": ReadWriteSet(())}, transaction.VALID),
        ({"rwset": ReadWriteSet(()), "endorsers": ("Port",)}, transaction.ENDORSEMENT_POLICY_FAILURE),
    ],
)
def test_each_code(world: World, changes: dict[str, Any], code: int) -> None:
    assert codes(world, **changes) == [code]


def test_a_creator_of_an_unknown_authority_is_refused(world: World, tmp_path: Path) -> None:
    strange = World(world.channel, generate(ROOT / "crypto-config.yaml", tmp_path / "crypto"))
    assert codes(world, creator=strange.user("BankA")) == [transaction.BAD_CREATOR_SIGNATURE]
    foreign = Signing(world.user("BankA").serialized, strange.user("BankA").sign)
    assert codes(world, creator=foreign) == [transaction.BAD_CREATOR_SIGNATURE]


def test_a_revoked_creator_is_refused(world: World, tmp_path: Path) -> None:
    crypto = generate(ROOT / "crypto-config.yaml", tmp_path / "crypto")
    organisation = crypto.organisation("BankA")
    gone = organisation.users[-1]
    revoke(organisation, load_identity(organisation.user_msp(gone)).certificate)
    block = genesis_block(ROOT / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    revoking = World(ChannelConfig.from_block(block), crypto, world.state)
    assert codes(revoking) == [transaction.BAD_CREATOR_SIGNATURE]
    assert codes(revoking, creator=revoking.user("Port")) == [transaction.VALID]


def test_an_endorsement_of_an_unknown_authority_counts_as_none(world: World, tmp_path: Path) -> None:
    strange = World(world.channel, generate(ROOT / "crypto-config.yaml", tmp_path / "crypto"), world.state)
    creator = world.user("BankA")
    draft = Draft(strange, creator=creator)
    assert world.validate(draft.build()) == [transaction.ENDORSEMENT_POLICY_FAILURE]


def test_a_client_cannot_endorse(world: World) -> None:
    client = world.user("Port")
    draft = Draft(world, endorsers=("Regulator", "Port"))
    draft.world = World(world.channel, world.crypto)
    draft.world.peer = lambda name: client if name == "Port" else world.peer(name)  # type: ignore[method-assign]  # one stand-in
    assert world.validate(draft.build()) == [transaction.ENDORSEMENT_POLICY_FAILURE]


def test_a_used_transaction_id_is_a_duplicate(world: World) -> None:
    world.known.add(transaction_id(b"n" * 24, world.user("BankA").serialized))
    assert codes(world) == [transaction.DUPLICATE_TXID]
    # Found before the endorsements are looked at.
    assert codes(world, endorsers=()) == [transaction.DUPLICATE_TXID]


def test_the_second_of_one_id_in_a_block_is_a_duplicate(world: World) -> None:
    good, refused = Draft(world).build(), Draft(world, endorsers=()).build()
    failure = transaction.ENDORSEMENT_POLICY_FAILURE
    assert world.validate(good, good) == [transaction.VALID, transaction.DUPLICATE_TXID]
    # Only a valid one makes the next a duplicate.
    assert world.validate(refused, good) == [failure, transaction.VALID]
    assert world.validate(good, refused) == [transaction.VALID, failure]


def test_a_configuration_transaction_needs_its_creators_signature_alone(world: World) -> None:
    orderer = signing(world.crypto.organisation("Orderer").nodes[0].msp, "OrdererMSP")
    payload = build_payload(common.CONFIG, CHANNEL, orderer.serialized, b"n", b"config", timestamp=(0, 0))
    good = sign_envelope(payload, orderer.sign).SerializeToString()
    bad = sign_envelope(payload, world.user("BankA").sign).SerializeToString()
    assert world.validate(good) == [transaction.VALID]
    assert world.validate(bad) == [transaction.BAD_CREATOR_SIGNATURE]


COLLECTION_CASES = [
    (
        "a collection without a policy answers to the chaincode's",
        [private("plain")],
        ("Regulator", "Port"),
        True,
    ),
    ("and to that alone", [private("plain")], ("BankA",), False),
    ("a collection with a policy answers to it", [private("bank")], ("BankA",), True),
    ("and not to the chaincode's", [private("bank")], ("Regulator", "Port"), False),
    ("an unknown collection is refused", [private("none")], ("Regulator", "Port", "BankA"), False),
    (
        "an implicit collection answers to its organisation",
        [private("_implicit_org_BankBMSP")],
        ("BankB",),
        True,
    ),
    ("and to no other", [private("_implicit_org_BankBMSP")], ("Regulator", "Port"), False),
    ("an implicit collection of nobody", [private("_implicit_org_NoMSP")], ("Regulator", "Port"), False),
    (
        "another chaincode's namespace answers to its own",
        [writes("cc"), writes("other")],
        ("Regulator", "Port", "BankB"),
        True,
    ),
    ("even if the called one is satisfied", [writes("cc"), writes("other")], ("Regulator", "Port"), False),
    (
        "reading another namespace asks for nothing",
        [writes("cc"), NamespaceReadWriteSet("other", reads=(Read("a", None),))],
        ("Regulator", "Port"),
        True,
    ),
    ("the called namespace answers though it writes nothing", [writes("other")], ("BankB",), False),
    (
        "the lifecycle namespace answers to LifecycleEndorsement",
        [writes("cc"), writes(LIFECYCLE)],
        ("Regulator", "Port", "BankA"),
        True,
    ),
    ("which is a majority", [writes("cc"), writes(LIFECYCLE)], ("Regulator", "Port"), False),
]


@pytest.mark.parametrize(
    ("entries", "endorsers", "valid"), [c[1:] for c in COLLECTION_CASES], ids=[c[0] for c in COLLECTION_CASES]
)
def test_collection_and_namespace_policies(
    world: World, entries: list[NamespaceReadWriteSet], endorsers: tuple[str, ...], valid: bool
) -> None:
    code = transaction.VALID if valid else transaction.ENDORSEMENT_POLICY_FAILURE
    assert codes(world, rwset=ReadWriteSet(tuple(entries)), endorsers=endorsers) == [code]


def test_a_mixed_write_needs_both_policies(world: World) -> None:
    mixed = NamespaceReadWriteSet("cc", writes=(Write("k", b"v"),), collections=private("bank").collections)
    for endorsers, code in (
        (("Regulator", "Port", "BankA"), transaction.VALID),
        (("Regulator", "Port"), transaction.ENDORSEMENT_POLICY_FAILURE),
        (("BankA",), transaction.ENDORSEMENT_POLICY_FAILURE),
    ):
        assert codes(world, rwset=ReadWriteSet((mixed,)), endorsers=endorsers) == [code]


def key_policy(text: str) -> bytes:
    return metadata_bytes(((VALIDATION_PARAMETER, parse_policy(text).SerializeToString()),))


def test_a_key_with_a_policy_answers_to_that_alone(world: World) -> None:
    world.put("cc", "k", b"1", key_policy("OR('BankBMSP.peer')"))
    world.state.hashed["cc", "plain", key_hash("k")] = VersionedValue(
        b"h", Version(1, 0), key_policy("OR('BankBMSP.peer')")
    )
    failure = transaction.ENDORSEMENT_POLICY_FAILURE
    for entry in (
        writes("cc", "k"),
        private("plain", "k"),
        NamespaceReadWriteSet("cc", metadata_writes=(MetadataWrite("k"),)),
        NamespaceReadWriteSet(
            "cc",
            collections=(HashedCollection("plain", metadata_writes=(HashedMetadataWrite(key_hash("k")),)),),
        ),
    ):
        assert codes(world, rwset=ReadWriteSet((entry,)), endorsers=("BankB",)) == [transaction.VALID]
        assert codes(world, rwset=ReadWriteSet((entry,))) == [failure]
    with_another = ReadWriteSet((writes("cc", "k", "free"),))
    assert codes(world, rwset=with_another, endorsers=("BankB",)) == [failure]
    assert codes(world, rwset=with_another, endorsers=("BankB", "Regulator", "Port")) == [transaction.VALID]


def test_a_key_policy_that_cannot_be_read_is_satisfied_by_nobody(world: World) -> None:
    world.put("cc", "k", b"1", metadata_bytes(((VALIDATION_PARAMETER, b"\xff"),)))
    everybody = ("Regulator", "Port", "BankA", "BankB")
    assert codes(world, endorsers=everybody) == [transaction.ENDORSEMENT_POLICY_FAILURE]


def test_other_metadata_is_no_policy(world: World) -> None:
    world.put("cc", "k", b"1", metadata_bytes((("colour", b"red"),)))
    assert codes(world) == [transaction.VALID]


def test_a_key_whose_policy_changes_earlier_in_the_block_is_refused(world: World) -> None:
    change = NamespaceReadWriteSet("cc", metadata_writes=(MetadataWrite("k", (("a", b"b"),)),))
    changing = Draft(world, rwset=ReadWriteSet((change,)), nonce=b"1").build()
    refused = Draft(world, rwset=ReadWriteSet((change,)), nonce=b"2", endorsers=()).build()
    writing = Draft(world, nonce=b"3").build()
    other = Draft(world, rwset=ReadWriteSet((writes("cc", "free"),)), nonce=b"4").build()
    failure = transaction.ENDORSEMENT_POLICY_FAILURE
    assert world.validate(changing, writing, other) == [transaction.VALID, failure, transaction.VALID]
    assert world.validate(writing, changing) == [transaction.VALID, transaction.VALID]
    assert world.validate(refused, writing) == [failure, transaction.VALID]


def test_a_definition_without_policy_or_with_another_plugin_is_refused(world: World) -> None:
    world.define("cc", b"")
    assert codes(world) == [transaction.INVALID_CHAINCODE]
    world.define("cc", R_AND_P, plugin="own")
    assert codes(world) == [transaction.INVALID_CHAINCODE]
    world.put(LIFECYCLE, metadata_key("cc"), lifecycle_db.StateMetadata(datatype="No").SerializeToString())
    assert codes(world) == [transaction.INVALID_CHAINCODE]


def test_a_policy_may_name_one_of_the_channels(world: World) -> None:
    world.define("cc", ApplicationPolicy(channel_policy="/Channel/Application/Endorsement").serialize())
    failure = transaction.ENDORSEMENT_POLICY_FAILURE
    assert codes(world, endorsers=("Regulator", "Port")) == [failure]
    assert codes(world, endorsers=("Regulator", "Port", "BankB")) == [transaction.VALID]
    world.define("cc", ApplicationPolicy(channel_policy="/Channel/Application/None").serialize())
    assert codes(world, endorsers=("Regulator", "Port", "BankA", "BankB")) == [failure]


def test_checks_made_before_give_the_same_codes(world: World) -> None:
    envelopes = [Draft(world, nonce=bytes([n])).build() for n in range(3)] + [b"\xff"]
    validator = TransactionValidator(world.channel)
    early = validator.check(envelopes)
    late = validator.validate(envelopes, world.state, world.known.__contains__, early)
    assert (
        list(late)
        == world.validate(*envelopes)
        == [transaction.VALID] * 3 + [transaction.INVALID_OTHER_REASON]
    )
