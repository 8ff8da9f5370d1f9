import pytest
from counterfoil_protocol.endorsement import (
    Endorsement,
    build_response_payload,
    parse_response_payload,
    response_endorsement,
    sign_response,
    verify_endorsement,
)
from counterfoil_protocol.envelope import (
    assemble_transaction,
    build_payload,
    parse_envelope,
    parse_transaction,
    sign_envelope,
)
from counterfoil_protocol.errors import EndorsementMismatch, MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, proposal, proposal_response, transaction
from counterfoil_protocol.proposal import BuiltProposal, build_proposal, parse_signed_proposal, sign_proposal
from counterfoil_protocol.signed_data import envelope_signed_data
from counterfoil_protocol.signing import Signer, verify

OK = proposal_response.Response(status=200, message="fine", payload=b"answer")


@pytest.fixture
def built(signing_identity: tuple[Identity, Signer]) -> BuiltProposal:
    return build_proposal(
        "trade", "asset", [b"f", b"1"], signing_identity[0].serialize(), {"t": b"transient"}
    )


def endorse(
    built: BuiltProposal,
    by: tuple[Identity, Signer],
    response: proposal_response.Response = OK,
    results: bytes = b"results",
) -> proposal_response.ProposalResponse:
    identity, sign = by
    parsed = parse_signed_proposal(sign_proposal(built, sign))
    payload = build_response_payload(
        parsed.proposal_hash,
        results=results,
        response=response,
        chaincode_name="asset",
        chaincode_version="1",
        event=b"event",
    )
    return sign_response(payload, response, identity.serialize(), sign)


def test_endorsement_is_signed_with_its_endorser(
    built: BuiltProposal, signing_identity: tuple[Identity, Signer]
) -> None:
    response = endorse(built, signing_identity)
    endorsement = response_endorsement(response)
    assert endorsement.identity == signing_identity[0]
    assert verify_endorsement(response.payload, endorsement)
    assert not verify_endorsement(response.payload + b".", endorsement)
    renamed = Identity("OtherMSP", signing_identity[0].certificate).serialize()
    assert not verify_endorsement(response.payload, Endorsement(renamed, endorsement.signature))
    assert not verify_endorsement(response.payload, Endorsement(b"garbage", endorsement.signature))


def test_response_without_endorsement() -> None:
    with pytest.raises(MalformedMessage, match="endorsement is missing"):
        response_endorsement(proposal_response.ProposalResponse())


def test_transaction_round_trip(built: BuiltProposal, signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    response = endorse(built, signing_identity)
    payload = assemble_transaction(built.proposal_bytes, [response])
    envelope = sign_envelope(payload, sign)
    parsed = parse_transaction(envelope.SerializeToString())
    assert (parsed.channel_id, parsed.transaction_id) == ("trade", built.transaction_id)
    assert parsed.creator == identity.serialize()
    assert verify(identity.x509, parsed.payload, parsed.signature)
    assert parsed.signed_data() == envelope_signed_data(envelope)[0]
    (action,) = parsed.actions
    assert action.payload == parse_response_payload(response.payload)
    assert (action.payload.results, action.payload.event) == (b"results", b"event")
    assert (action.payload.status, action.payload.message, action.payload.response) == (
        200,
        "fine",
        b"answer",
    )
    assert action.endorsements == (response_endorsement(response),)
    assert action.arguments() == (b"f", b"1")
    assert b"transient" not in payload


def test_endorser_is_taken_once(built: BuiltProposal, signing_identity: tuple[Identity, Signer]) -> None:
    payload = assemble_transaction(built.proposal_bytes, [endorse(built, signing_identity) for _ in range(3)])
    parsed = parse_transaction(sign_envelope(payload, signing_identity[1]).SerializeToString())
    assert len(parsed.actions[0].endorsements) == 1


def test_responses_that_make_no_transaction(
    built: BuiltProposal, signing_identity: tuple[Identity, Signer]
) -> None:
    good = endorse(built, signing_identity)
    refused = endorse(built, signing_identity, proposal_response.Response(status=500, message="no"))
    other = endorse(built, signing_identity, results=b"different")
    unsigned = proposal_response.ProposalResponse(payload=good.payload, response=OK)
    cases: list[tuple[list[proposal_response.ProposalResponse], str]] = [
        ([], "at least one proposal response is required"),
        ([refused], "proposal response was not successful, error code 500"),
        ([good, other], "ProposalResponsePayloads do not match"),
        ([unsigned], "no endorsements"),
    ]
    for responses, message in cases:
        with pytest.raises(EndorsementMismatch) as refusal:
            assemble_transaction(built.proposal_bytes, responses)
        assert str(refusal.value) == message


def test_other_envelopes(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    payload = build_payload(
        common.DELIVER_SEEK_INFO,
        "trade",
        identity.serialize(),
        b"nonce",
        b"data",
        timestamp=(3, 4),
        version=1,
    )
    parsed = parse_transaction(sign_envelope(payload, sign).SerializeToString())
    assert (parsed.header_type, parsed.version, parsed.actions) == (common.DELIVER_SEEK_INFO, 1, ())
    assert (parsed.data, parsed.timestamp, parsed.transaction_id) == (b"data", (3, 4), "")


def nested(data: bytes) -> bytes:
    header = common.Header(
        channel_header=common.ChannelHeader(type=common.ENDORSER_TRANSACTION).SerializeToString()
    )
    return common.Envelope(
        payload=common.Payload(header=header, data=data).SerializeToString()
    ).SerializeToString()


def action(payload: bytes) -> bytes:
    message = transaction.Transaction()
    message.actions.add(payload=payload)
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        (b"", "nil header"),
        (b"\xff", "not a common.Envelope"),
        (nested(b"\xff"), "not a protos.Transaction"),
        (nested(action(b"")), "no payload in ChaincodeActionPayload"),
        (nested(action(b"\xff")), "not a protos.ChaincodeActionPayload"),
        (
            nested(
                action(
                    transaction.ChaincodeActionPayload(
                        action=transaction.ChaincodeEndorsedAction(
                            proposal_response_payload=proposal_response.ProposalResponsePayload(
                                proposal_hash=b"x"
                            ).SerializeToString()
                        )
                    ).SerializeToString()
                )
            ),
            "response payload is missing extension",
        ),
    ],
)
def test_malformed_transactions(envelope: bytes, message: str) -> None:
    with pytest.raises(MalformedMessage, match=message):
        parse_transaction(envelope)


def test_headers_are_read_without_the_data() -> None:
    assert parse_envelope(nested(b"\xff")).data == b"\xff"


def test_absent_chaincode_id_reads_as_empty() -> None:
    payload = proposal_response.ProposalResponsePayload(
        extension=proposal.ChaincodeAction(results=b"r").SerializeToString()
    )
    parsed = parse_response_payload(payload.SerializeToString())
    assert (parsed.chaincode_name, parsed.status, parsed.results) == ("", 0, b"r")
