"""Endorser transactions without signatures: a ledger takes them, because validation comes before it."""

from counterfoil_protocol.endorsement import build_response_payload
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.messages import common, proposal_response, transaction

CHANNEL = "trade"


def envelope_of(transaction_id: str, results: bytes, event: bytes = b"") -> bytes:
    """A serialized envelope that carries a read-write set and perhaps a serialized ChaincodeEvent."""
    response = proposal_response.Response(status=200)
    payload = build_response_payload(
        b"", results=results, response=response, chaincode_name="cc", event=event
    )
    action = transaction.ChaincodeActionPayload()
    action.action.proposal_response_payload = payload
    message = transaction.Transaction()
    message.actions.add(payload=action.SerializeToString())
    content = build_payload(
        common.ENDORSER_TRANSACTION,
        CHANNEL,
        b"creator",
        b"nonce",
        message.SerializeToString(),
        timestamp=(0, 0),
        transaction_id=transaction_id,
    )
    return common.Envelope(payload=content, signature=b"signature").SerializeToString()
