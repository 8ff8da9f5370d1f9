"""Signed data: who signed what, as policies are evaluated on it (protoutil/signeddata.go)."""

from dataclasses import dataclass, field

from .errors import MalformedMessage
from .messages import common
from .wire import decode


@dataclass(frozen=True, slots=True)
class SignedData:
    """A message, the serialized identity that is said to have signed it, and the signature."""

    data: bytes = field(repr=False)
    identity: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def envelope_signed_data(envelope: common.Envelope) -> tuple[SignedData, ...]:
    """The one signature of an envelope (EnvelopeAsSignedData).

    Raises:
        MalformedMessage: the payload or its signature header cannot be read.
    """
    payload = decode(common.Payload, envelope.payload)
    if not payload.HasField("header"):
        raise MalformedMessage("missing Header")
    header = decode(common.SignatureHeader, payload.header.signature_header)
    return (SignedData(envelope.payload, header.creator, envelope.signature),)
