"""Transactions made byte by byte and sent straight to the orderer: what every peer's validation says of them.

A transaction that a client may send reaches every peer's committer. So whatever is in it, the block must be
committed with a code, and the network must go on.
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from attacker import CHANNEL, Attacker, Endorsed, Person
from counterfoil_network.identities.certificate_authority import new_key
from counterfoil_protocol.envelope import build_payload, sign_envelope
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import (
    common,
    kvrwset,
    proposal,
    proposal_response,
    rwset,
    transaction,
)
from counterfoil_protocol.signing import private_key_signer
from counterfoil_protocol.transaction_id import new_nonce
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from running_network import ORGANISATIONS, RunningNetwork

Alter = Callable[[transaction.ChaincodeActionPayload, Endorsed], None]
HELD_UP_SECONDS = 10.0
"""Without the setting, Fabric's peers stand still for a minute (tests/fabric/test_attacks.py)."""
END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def attacker(network: RunningNetwork) -> Attacker:
    return Attacker(network)


@pytest.fixture(autouse=True)
def still_serves(network: RunningNetwork) -> Iterator[None]:
    """After each attack a transaction commits, and every organisation's peer shows it."""
    yield
    asset = uuid.uuid4().hex
    with network.contract("BankA") as contract:
        contract.submit("asset:create", asset, "tom", "5")
        for organisation in ORGANISATIONS:
            deadline = time.monotonic() + 60
            while True:
                try:
                    contract.evaluate("asset:read", asset, target_organizations=[f"{organisation}MSP"])
                    break
                except Exception:
                    assert time.monotonic() < deadline, f"{organisation}'s peer has stopped"
                    time.sleep(0.05)


def create(attacker: Attacker, endorsers: tuple[str, ...], person: Person | None = None) -> Endorsed:
    args = [b"asset:create", uuid.uuid4().hex.encode(), b"tom", b"5"]
    return attacker.endorse(person or attacker.user("BankB"), args, endorsers)


def altered(endorsed: Endorsed, alter: Alter) -> common.Envelope:
    """The transaction with its one action altered, signed by its creator."""

    def change(payload: common.Payload) -> None:
        message = transaction.Transaction.FromString(payload.data)
        action = transaction.ChaincodeActionPayload.FromString(message.actions[0].payload)
        alter(action, endorsed)
        message.actions[0].payload = action.SerializeToString()
        payload.data = message.SerializeToString()

    return endorsed.envelope(change)


def verdict(attacker: Attacker, endorsed: Endorsed, envelope: common.Envelope) -> str:
    """The name of the code that all four peers give, read from their ledgers."""
    answer = attacker.broadcast(envelope)
    assert answer.status == common.SUCCESS, answer.info
    codes = {attacker.code(endorsed.transaction_id, each) for each in ORGANISATIONS}
    [code] = codes
    return transaction.TxValidationCode.Name(transaction.TxValidationCode.ValueType(code))


def with_results(action: transaction.ChaincodeActionPayload, results: bytes) -> None:
    """Put another read-write set into what was endorsed."""
    payload = proposal_response.ProposalResponsePayload.FromString(action.action.proposal_response_payload)
    inner = proposal.ChaincodeAction.FromString(payload.extension)
    inner.results = results
    payload.extension = inner.SerializeToString()
    action.action.proposal_response_payload = payload.SerializeToString()


def endorse_again(action: transaction.ChaincodeActionPayload, *endorsers: Person) -> None:
    """Sign what is there now, as these endorsers."""
    del action.action.endorsements[:]
    content = action.action.proposal_response_payload
    for each in endorsers:
        action.action.endorsements.add(endorser=each.creator, signature=each.sign(content + each.creator))


def test_a_good_one_is_valid(attacker: Attacker) -> None:
    endorsed = create(attacker, ("Regulator", "Port"))
    assert verdict(attacker, endorsed, endorsed.envelope()) == "VALID"


@pytest.mark.parametrize("endorser", ["BankB", "Regulator"])
def test_one_organisation_is_not_enough(attacker: Attacker, endorser: str) -> None:
    endorsed = create(attacker, (endorser,))
    assert verdict(attacker, endorsed, endorsed.envelope()) == "ENDORSEMENT_POLICY_FAILURE"


def test_one_organisation_twice_is_not_enough(attacker: Attacker) -> None:
    """Its own authority may make it any number of peers, but a policy counts organisations."""
    second = attacker.invented("BankB", {}, name="peer1.bankb.counterfoil.example", unit="peer")
    endorsed = create(attacker, ("BankB",))
    envelope = altered(
        endorsed, lambda action, _: endorse_again(action, attacker.peer("BankB"), second, second)
    )
    assert verdict(attacker, endorsed, envelope) == "ENDORSEMENT_POLICY_FAILURE"


def test_a_client_cannot_endorse(attacker: Attacker) -> None:
    endorsed = create(attacker, ("BankB",))
    envelope = altered(
        endorsed, lambda action, _: endorse_again(action, attacker.peer("BankB"), attacker.user("BankA"))
    )
    assert verdict(attacker, endorsed, envelope) == "ENDORSEMENT_POLICY_FAILURE"


def test_a_peer_of_ones_own_authority_in_anothers_name_counts_for_nothing(attacker: Attacker) -> None:
    forger = attacker.invented("BankB", {}, name="peer0", unit="peer", msp_id="RegulatorMSP")
    endorsed = create(attacker, ("BankB",))
    envelope = altered(endorsed, lambda action, _: endorse_again(action, attacker.peer("BankB"), forger))
    assert verdict(attacker, endorsed, envelope) == "ENDORSEMENT_POLICY_FAILURE"


def test_endorsements_of_another_transaction_do_not_hold(attacker: Attacker) -> None:
    other = create(attacker, ("Regulator", "Port"))
    endorsed = create(attacker, ("BankB",))

    def borrow(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        del action.action.endorsements[:]
        action.action.endorsements.extend(response.endorsement for response in other.responses)

    assert verdict(attacker, endorsed, altered(endorsed, borrow)) == "ENDORSEMENT_POLICY_FAILURE"


def test_anothers_endorsed_result_does_not_fit_ones_own_proposal(attacker: Attacker) -> None:
    other = create(attacker, ("Regulator", "Port"))
    endorsed = create(attacker, ("BankB",))

    def take(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        action.action.proposal_response_payload = other.responses[0].payload
        del action.action.endorsements[:]
        action.action.endorsements.extend(response.endorsement for response in other.responses)

    assert verdict(attacker, endorsed, altered(endorsed, take)) == "INVALID_ENDORSER_TRANSACTION"


def test_an_altered_write_breaks_every_endorsement(attacker: Attacker) -> None:
    endorsed = create(attacker, ("Regulator", "Port"))

    def enrich(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        payload = proposal_response.ProposalResponsePayload.FromString(
            action.action.proposal_response_payload
        )
        inner = proposal.ChaincodeAction.FromString(payload.extension)
        with_results(action, inner.results.replace(b'"value":5', b'"value":9'))

    assert verdict(attacker, endorsed, altered(endorsed, enrich)) == "ENDORSEMENT_POLICY_FAILURE"


def test_a_false_signature_of_the_creator_never_reaches_a_block(attacker: Attacker) -> None:
    endorsed = create(attacker, ("Regulator", "Port"))
    envelope = sign_envelope(endorsed.envelope().payload, attacker.user("BankA").sign)
    assert attacker.broadcast(envelope).status == common.FORBIDDEN


def test_a_stranger_does_not_get_past_the_orderer(attacker: Attacker) -> None:
    stranger = attacker.invented("BankB", {}, name="nobody", msp_id="RegulatorMSP")
    endorsed = create(attacker, ("Regulator", "Port"))
    envelope = endorsed.envelope()
    payload = common.Payload.FromString(envelope.payload)
    header = common.SignatureHeader.FromString(payload.header.signature_header)
    header.creator = stranger.creator
    payload.header.signature_header = header.SerializeToString()
    refused = attacker.broadcast(sign_envelope(payload.SerializeToString(), stranger.sign))
    assert refused.status == common.FORBIDDEN


def test_an_envelope_out_of_a_block_counts_once_and_holds_nobody_up(attacker: Attacker) -> None:
    """Anybody can resend what stands in a block, with the private data's hashes in it."""
    owner = attacker.user("BankA")
    endorsed = attacker.endorse(
        owner,
        [b"asset:appraise", b"open", uuid.uuid4().hex.encode()],
        ("BankA",),
        transient={"appraisal": b"9"},
    )
    envelope = endorsed.envelope()
    assert verdict(attacker, endorsed, envelope) == "VALID"
    before = len(attacker.blocks(attacker.user("Regulator"), "Regulator", "Deliver"))
    started = time.monotonic()
    for _ in range(3):
        assert attacker.broadcast(envelope).status == common.SUCCESS
    marker = create(attacker, ("Regulator", "Port"))
    assert verdict(attacker, marker, marker.envelope()) == "VALID"
    assert time.monotonic() - started < HELD_UP_SECONDS, (
        "a copy of an old transaction holds the members' peers up"
    )
    blocks = attacker.blocks(attacker.user("Regulator"), "Regulator", "Deliver")[before - 1 : -1]
    codes = [
        code
        for block in blocks
        for code, content in zip(
            block.block.metadata.metadata[common.TRANSACTIONS_FILTER], block.block.data.data, strict=True
        )
        if endorsed.transaction_id.encode() in content
    ]
    assert codes == [transaction.DUPLICATE_TXID] * 3


def own_certificate(starts: datetime, ends: datetime) -> bytes:
    """A self-made certificate with any validity."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer0")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(starts).not_valid_after(ends)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_an_endorser_from_the_end_of_time_stops_no_peer(attacker: Attacker) -> None:
    """One second after the last one that a date can name: this once ended every committer, for good."""
    pem = own_certificate(END_OF_TIME, END_OF_TIME)
    endorsed = create(attacker, ("BankB",))

    def add(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        for msp_id in ("BankBMSP", "RegulatorMSP"):
            endorser = Identity(msp_id, pem).serialize()
            action.action.endorsements.add(endorser=endorser, signature=b"\x30\x06\x02\x01\x01\x02\x01\x01")

    assert verdict(attacker, endorsed, altered(endorsed, add)) == "ENDORSEMENT_POLICY_FAILURE"


@pytest.mark.parametrize(
    "endorser",
    [
        b"",
        b"\xff" * 40,
        Identity(
            "RegulatorMSP", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        ).serialize(),
        Identity("\x00MSP", b"no certificate").serialize(),
    ],
    ids=["empty", "random", "no certificate inside", "strange MSP"],
)
def test_an_unreadable_endorser_stops_no_peer(attacker: Attacker, endorser: bytes) -> None:
    endorsed = create(attacker, ("BankB",))
    envelope = altered(
        endorsed, lambda action, _: action.action.endorsements.add(endorser=endorser, signature=b"x") and None
    )
    assert verdict(attacker, endorsed, envelope) == "ENDORSEMENT_POLICY_FAILURE"


def namespaces(*names: str, collections: int = 0, content: bytes = b"", collection: str = "open") -> bytes:
    """A read-write set whose parts may repeat."""
    message = rwset.TxReadWriteSet()
    for name in names:
        entry = message.ns_rwset.add(namespace=name, rwset=content)
        for _ in range(collections):
            hashed = kvrwset.HashedRWSet()
            hashed.hashed_writes.add(key_hash=b"k" * 32, value_hash=b"v" * 32)
            entry.collection_hashed_rwset.add(
                collection_name=collection,
                hashed_rwset=hashed.SerializeToString(),
                pvt_rwset_hash=hashlib.sha256(b"").digest(),
            )
    return message.SerializeToString()


def huge_versions() -> bytes:
    content = kvrwset.KVRWSet()
    read = content.reads.add(key="k")
    read.version.block_num, read.version.tx_num = 2**64 - 1, 2**64 - 1
    ranged = content.range_queries_info.add(start_key="\U0010ffff", end_key="", itr_exhausted=False)
    ranged.reads_merkle_hashes.max_degree = ranged.reads_merkle_hashes.max_level = 2**32 - 1
    return namespaces("asset", content=content.SerializeToString())


RESULTS = {
    "garbage": b"\xff\xff\xff",
    "nothing": b"",
    "the same namespace twice": namespaces("asset", "asset", collections=1),
    "the same collection three times": namespaces("asset", collections=3),
    "a namespace's content is garbage": namespaces("asset", content=b"\xff"),
    "versions beyond every block": huge_versions(),
}
UNDEFINED = {
    "a collection nobody defined": namespaces("asset", collections=1, collection="nobody"),
    "a namespace nobody defined": namespaces("asset", "nobody", collections=1),
    "the lifecycle's namespace": namespaces("asset", "_lifecycle", collections=1),
}
"""Writes to collections of which no definition is in force. Fabric 3.1.5's own peers are stopped by them, so
this is tried there on a network that nothing else needs (tests/fabric/test_attacks_stopping.py)."""


@pytest.mark.parametrize("results", RESULTS.values(), ids=RESULTS)
@pytest.mark.parametrize("endorsers", [("BankB",), ("BankB", "Port")], ids=["alone", "with an accomplice"])
def test_no_read_write_set_stops_a_peer(
    attacker: Attacker, results: bytes, endorsers: tuple[str, ...]
) -> None:
    forged = forge_writes(attacker, results, *(attacker.peer(each) for each in endorsers))
    code = verdict(attacker, forged, forged.envelope())
    assert code in {"ENDORSEMENT_POLICY_FAILURE", "BAD_RWSET", "ILLEGAL_WRITESET", "INVALID_CHAINCODE"} or (
        # Two organisations are this chaincode's whole policy: what they agree on counts.
        len(endorsers) == 2 and code in {"VALID", "MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT"}
    )


def forge_writes(attacker: Attacker, results: bytes, *endorsers: Person) -> Endorsed:
    """A transaction of a bank's officer with these results, signed by whom one has."""
    args = [b"asset:create", uuid.uuid4().hex.encode(), b"tom", b"5"]
    return attacker.forge(attacker.user("BankB", "officer1"), args, results, endorsers)


@pytest.mark.parametrize("results", UNDEFINED.values(), ids=UNDEFINED)
@pytest.mark.parametrize("endorsers", [("BankB",), ("BankB", "Port")], ids=["alone", "with an accomplice"])
def test_a_collection_that_nobody_defined_stops_no_peer(
    attacker: Attacker, results: bytes, endorsers: tuple[str, ...]
) -> None:
    forged = forge_writes(attacker, results, *(attacker.peer(each) for each in endorsers))
    code = verdict(attacker, forged, forged.envelope())
    assert code in {"ENDORSEMENT_POLICY_FAILURE", "INVALID_CHAINCODE", "ILLEGAL_WRITESET"}


def empty_transaction(person: Person) -> common.Envelope:
    """Signed well, and nothing inside: no action, no transaction id."""
    now = divmod(time.time_ns(), 1_000_000_000)
    kind, nonce = common.ENDORSER_TRANSACTION, new_nonce()
    return sign_envelope(build_payload(kind, CHANNEL, person.creator, nonce, b"", timestamp=now), person.sign)


def test_an_empty_transaction_before_anothers_stops_no_peer(attacker: Attacker) -> None:
    """Fabric's peers read it while they validate the other (tests/fabric/test_attacks_stopping.py)."""
    officer = attacker.user("BankB", "officer1")
    with attacker.endpoint("Orderer") as node:
        for _ in range(5):
            other = create(attacker, ("Regulator", "Port"))
            both = iter([empty_transaction(officer), other.envelope()])
            assert [answer.status for answer in node.orderer.Broadcast(both, timeout=60)] == [
                common.SUCCESS
            ] * 2
            assert attacker.code(other.transaction_id) == transaction.VALID


def test_private_data_stated_twice_stops_no_peer(attacker: Attacker) -> None:
    """The members' peers hold the values in their transient stores when a forged twin of the block comes."""
    owner = attacker.user("BankA")
    endorsed = attacker.endorse(
        owner,
        [b"asset:appraise", b"open", uuid.uuid4().hex.encode()],
        ("BankA",),
        transient={"appraisal": b"9"},
    )

    def double(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        payload = proposal_response.ProposalResponsePayload.FromString(
            action.action.proposal_response_payload
        )
        stated = rwset.TxReadWriteSet.FromString(
            proposal.ChaincodeAction.FromString(payload.extension).results
        )
        for entry in list(stated.ns_rwset):
            entry.collection_hashed_rwset.extend(list(entry.collection_hashed_rwset))
            stated.ns_rwset.add().CopyFrom(entry)
        with_results(action, stated.SerializeToString())
        endorse_again(action, attacker.peer("BankA"), attacker.peer("Regulator"))

    assert verdict(attacker, endorsed, altered(endorsed, double)) == "ILLEGAL_WRITESET"


def test_envelopes_of_every_other_type_are_refused_or_marked(attacker: Attacker) -> None:
    person = attacker.user("BankB")
    for kind in range(12):
        channel = common.ChannelHeader(type=kind, channel_id="trade", tx_id=uuid.uuid4().hex)
        header = common.Header(
            channel_header=channel.SerializeToString(),
            signature_header=common.SignatureHeader(
                creator=person.creator, nonce=new_nonce()
            ).SerializeToString(),
        )
        payload = common.Payload(header=header, data=b"\xff\x00garbage").SerializeToString()
        answer = attacker.broadcast(sign_envelope(payload, person.sign))
        if answer.status == common.SUCCESS:
            assert attacker.code(channel.tx_id) != transaction.VALID


def test_a_signature_by_another_curve_counts_for_nothing(attacker: Attacker) -> None:
    """A P-521 endorser and Ed25519 garbage: Fabric's rules know neither here."""
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP521R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer0")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=now.year + 1))
        .sign(key, hashes.SHA512())
    )
    endorser = Identity("RegulatorMSP", certificate.public_bytes(Encoding.PEM)).serialize()
    endorsed = create(attacker, ("BankB",))

    def add(action: transaction.ChaincodeActionPayload, _: Endorsed) -> None:
        content = action.action.proposal_response_payload + endorser
        action.action.endorsements.add(
            endorser=endorser, signature=key.sign(content, ec.ECDSA(hashes.SHA256()))
        )
        action.action.endorsements.add(endorser=endorser, signature=private_key_signer(new_key())(content))

    assert verdict(attacker, endorsed, altered(endorsed, add)) == "ENDORSEMENT_POLICY_FAILURE"
