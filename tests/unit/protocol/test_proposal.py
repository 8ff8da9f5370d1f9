from collections.abc import Callable

import pytest
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import chaincode, common, proposal
from counterfoil_protocol.proposal import (
    BuiltProposal,
    build_proposal,
    parse_signed_proposal,
    proposal_hash,
    sign_proposal,
)
from counterfoil_protocol.signing import Signer, verify
from counterfoil_protocol.transaction_id import transaction_id

NONCE = b"n" * 24


@pytest.fixture
def built(signing_identity: tuple[Identity, Signer]) -> BuiltProposal:
    creator = signing_identity[0].serialize()
    return build_proposal(
        "trade", "asset", [b"create", b"1"], creator, {"b": b"2", "a": b"1"}, nonce=NONCE, timestamp=(7, 8)
    )


def test_what_was_built_is_read(built: BuiltProposal, signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    signed = sign_proposal(built, sign)
    parsed = parse_signed_proposal(signed)
    assert (parsed.channel_id, parsed.chaincode_name, parsed.args) == ("trade", "asset", (b"create", b"1"))
    assert parsed.transaction_id == built.transaction_id == transaction_id(NONCE, identity.serialize())
    assert parsed.transient == {"a": b"1", "b": b"2"}
    assert (parsed.timestamp, parsed.nonce, parsed.is_init) == ((7, 8), NONCE, False)
    assert Identity.parse(parsed.creator) == identity
    assert verify(identity.x509, signed.proposal_bytes, signed.signature)
    assert (parsed.proposal_bytes, parsed.signature) == (signed.proposal_bytes, signed.signature)


def test_same_input_same_bytes(signing_identity: tuple[Identity, Signer]) -> None:
    creator = signing_identity[0].serialize()
    transients = [{"a": b"1", "b": b"2", "c": b"3"}, {"c": b"3", "b": b"2", "a": b"1"}]
    built = {
        build_proposal("c", "n", [], creator, t, nonce=NONCE, timestamp=(0, 0)).proposal_bytes
        for t in transients
    }
    assert len(built) == 1


def test_nonce_and_time_are_drawn(signing_identity: tuple[Identity, Signer]) -> None:
    creator = signing_identity[0].serialize()
    first, second = (build_proposal("c", "n", [b"f"], creator) for _ in range(2))
    assert first.transaction_id != second.transaction_id


def test_hash_leaves_transient_out(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    creator = identity.serialize()
    hashes = set()
    for transient in ({}, {"secret": b"1"}, {"secret": b"2"}):
        built = build_proposal("c", "n", [b"f"], creator, transient, nonce=NONCE, timestamp=(1, 0))
        parsed = parse_signed_proposal(sign_proposal(built, sign))
        assert parsed.proposal_hash == proposal_hash(parsed.header, parsed.payload)
        hashes.add(parsed.proposal_hash)
    assert len(hashes) == 1
    other = build_proposal("c", "n", [b"g"], creator, nonce=NONCE, timestamp=(1, 0))
    assert parse_signed_proposal(sign_proposal(other, sign)).proposal_hash not in hashes


def test_init_flag(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    built = build_proposal("c", "n", [b"f"], identity.serialize(), is_init=True)
    assert parse_signed_proposal(sign_proposal(built, sign)).is_init


def test_no_argument_or_transient_in_a_repr(
    built: BuiltProposal, signing_identity: tuple[Identity, Signer]
) -> None:
    parsed = parse_signed_proposal(sign_proposal(built, signing_identity[1]))
    for text in (repr(parsed), repr(built)):
        assert "create" not in text
        assert "transient" not in text
        assert "b'2'" not in text


Change = Callable[[proposal.Proposal, common.Header, common.ChannelHeader, common.SignatureHeader], None]


def altered(built: BuiltProposal, sign: Signer, change: Change) -> proposal.SignedProposal:
    message = proposal.Proposal.FromString(built.proposal_bytes)
    header = common.Header.FromString(message.header)
    channel = common.ChannelHeader.FromString(header.channel_header)
    signature = common.SignatureHeader.FromString(header.signature_header)
    change(message, header, channel, signature)
    header.channel_header, header.signature_header = (
        channel.SerializeToString(),
        signature.SerializeToString(),
    )
    if message.header:
        message.header = header.SerializeToString()
    return sign_proposal(message.SerializeToString(), sign)


def set_payload(content: bytes) -> Change:
    payload = proposal.ChaincodeProposalPayload(input=content).SerializeToString()

    def change(message: proposal.Proposal, *_: object) -> None:
        message.payload = payload

    return change


def no_spec() -> bytes:
    return chaincode.ChaincodeInvocationSpec().SerializeToString()


def no_input() -> bytes:
    return chaincode.ChaincodeInvocationSpec(chaincode_spec=chaincode.ChaincodeSpec()).SerializeToString()


def test_refusals_in_fabrics_words(built: BuiltProposal, signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    wrong_id = transaction_id(NONCE, identity.serialize())
    extension = proposal.ChaincodeHeaderExtension
    cases: list[tuple[Change, str]] = [
        (lambda m, h, c, s: setattr(c, "type", common.MESSAGE), "invalid header type MESSAGE"),
        (lambda m, h, c, s: setattr(c, "type", 99), "invalid header type 99"),
        (lambda m, h, c, s: setattr(c, "epoch", 1), "epoch is non-zero"),
        (lambda m, h, c, s: setattr(s, "nonce", b""), "nonce is empty"),
        (lambda m, h, c, s: setattr(s, "creator", b""), "creator is empty"),
        (
            lambda m, h, c, s: setattr(c, "tx_id", "x"),
            f"incorrectly computed txid 'x' -- expected '{wrong_id}'",
        ),
        (lambda m, h, c, s: setattr(c, "extension", b""), "ChaincodeHeaderExtension.ChaincodeId is nil"),
        (
            lambda m, h, c, s: setattr(
                c, "extension", extension(chaincode_id=chaincode.ChaincodeID()).SerializeToString()
            ),
            "ChaincodeHeaderExtension.ChaincodeId.Name is empty",
        ),
        (set_payload(no_spec()), "chaincode invocation spec did not contain chaincode spec"),
        (set_payload(no_input()), "chaincode input did not contain any input"),
        (set_payload(b"\xff"), "not a protos.ChaincodeInvocationSpec"),
    ]
    for change, message in cases:
        with pytest.raises(MalformedMessage) as refusal:
            parse_signed_proposal(altered(built, sign, change))
        assert str(refusal.value) == message


def test_missing_signature(built: BuiltProposal) -> None:
    with pytest.raises(MalformedMessage, match="empty signature bytes"):
        parse_signed_proposal(sign_proposal(built, lambda _: b""))
