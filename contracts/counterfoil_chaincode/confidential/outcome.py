"""The outcome of a confidential write: what makes the same request, sent again, do nothing again."""

from dataclasses import dataclass, field
from typing import Any

from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import outcome_key

from ..contract_api.serializer import plain
from ..errors import ContractDefect
from ..shim.stub import ChaincodeStub
from .context import ConfidentialContext


@dataclass(frozen=True, slots=True)
class Outcome:
    """SHA-256 (hex) of the canonical request without salt, and the answer."""

    digest: str
    # Any JSON: each operation's own answer. The recursive JsonValue has no schema for the metadata.
    result: Any = field(repr=False)


def read_outcome(stub: ChaincodeStub, collection: str, caller_msp: str, request_id: str) -> Outcome | None:
    """The outcome of an MSP's request, None if it has none here."""
    stored = stub.get_private_data(collection, outcome_key(collection, caller_msp, request_id))
    if stored is None:
        return None
    record = canonical_json.decode(stored)
    if not isinstance(record, dict) or not isinstance(digest := record.get("digest"), str):
        raise ContractDefect("an outcome is not salt, digest and result")
    return Outcome(digest, record.get("result"))


def write_outcome(context: ConfidentialContext, collection: str, digest: str, answer: object) -> None:
    """Write the outcome beside what the operation wrote."""
    key = outcome_key(collection, context.caller.msp_id, context.request_id)
    record = {"salt": context.salt(key).hex(), "digest": digest, "result": plain(answer)}
    context.stub.put_private_data(collection, key, canonical_json.encode(record))
