"""What was seen of a call, a transaction, a read-write set, as JSON that two engines can be compared by."""

from typing import Any

from counterfoil import CommitError, GatewayError
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.envelope import ParsedTransaction
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.messages import chaincode_event, policies
from counterfoil_protocol.rwset import (
    HashedCollection,
    MetadataWrite,
    NamespaceReadWriteSet,
    PrivateCollection,
    RangeQuery,
    ReadWriteSet,
    Write,
)
from counterfoil_protocol.signature_policy import format_policy

from tests.acceptance.normalised import Names

Json = Any
_MISMATCH = "ProposalResponsePayloads do not match"


def failure(error: GatewayError | CommitError) -> Json:
    """An error of the SDK: gRPC code, message and details, or the ledger's verdict."""
    if isinstance(error, CommitError):
        return {"committed": error.name}
    seen: dict[str, Json] = {"code": error.code.name, "message": error.message}
    if error.details:
        details = [
            # Whose results are blamed depends on who answered first.
            [each.msp_id, each.address, each.message] if each.message != _MISMATCH else ["", "", _MISMATCH]
            for each in error.details
        ]
        seen["details"] = sorted(details)
    return {"error": seen}


def rpc_failure(error: Any) -> Json:
    """A grpc.RpcError, without the SDK between."""
    return {"error": {"code": error.code().name, "message": error.details()}}


def transaction(parsed: ParsedTransaction, names: Names) -> Json:
    """What a transaction says it does: endorsers, answer, event, read-write set."""
    [action] = parsed.actions
    payload = action.payload
    seen: dict[str, Json] = {
        "endorsers": sorted(endorsement.identity.msp_id for endorsement in action.endorsements),
        "chaincode": [payload.chaincode_name, payload.chaincode_version],
        "answer": [payload.status, payload.message, payload.response.decode(errors="backslashreplace")],
        "rwset": read_write_set(payload.results, names),
    }
    if payload.event:
        event = chaincode_event.ChaincodeEvent.FromString(payload.event)
        seen["event"] = [event.chaincode_id, event.tx_id, event.event_name, event.payload.decode()]
    return seen


def read_write_set(results: bytes, names: Names) -> Json:
    """The read-write set, namespace by namespace, in the order in which the peer wrote it."""
    parsed = ReadWriteSet.parse(results)
    assert parsed.serialize() == results, "our bytes of the same read-write set"
    return [_namespace(each, names) for each in parsed.namespaces]


def _namespace(namespace: NamespaceReadWriteSet, names: Names) -> Json:
    seen: dict[str, Json] = {"namespace": namespace.namespace}
    if namespace.reads:
        seen["reads"] = [[read.key, _version(read.version, names)] for read in namespace.reads]
    if namespace.range_queries:
        seen["ranges"] = [_range(query, names) for query in namespace.range_queries]
    if namespace.writes:
        seen["writes"] = [
            [write.key, None if write.deletes else write.value.decode(errors="backslashreplace")]
            for write in namespace.writes
        ]
    if namespace.metadata_writes:
        seen["metadata"] = [
            [write.key, [[name, _policy(value)] for name, value in write.entries]]
            for write in namespace.metadata_writes
        ]
    if namespace.collections:
        seen["collections"] = [_collection(each, names) for each in namespace.collections]
    return seen


def _range(query: RangeQuery, names: Names) -> Json:
    seen: dict[str, Json] = {"from": query.start_key, "to": query.end_key, "exhausted": query.exhausted}
    if query.reads is not None:
        seen["reads"] = [[read.key, _version(read.version, names)] for read in query.reads]
    if query.merkle is not None:
        # The hashes go over versions, which differ from run to run.
        merkle = query.merkle
        seen["merkle"] = [merkle.max_degree, merkle.max_level, len(merkle.max_level_hashes)]
    return seen


def _collection(collection: HashedCollection, names: Names) -> Json:
    seen: dict[str, Json] = {"collection": collection.name}
    if collection.reads:
        seen["reads"] = [
            [names.hash(each.key_hash), _version(each.version, names)] for each in collection.reads
        ]
    if collection.writes:
        seen["writes"] = [
            [
                names.hash(each.key_hash),
                "purge" if each.is_purge else None if each.deletes else names.hash(each.value_hash),
            ]
            for each in collection.writes
        ]
    if collection.metadata_writes:
        seen["metadata"] = [
            [names.hash(each.key_hash), [[name, _policy(value)] for name, value in each.entries]]
            for each in collection.metadata_writes
        ]
    if collection.private_hash:
        known = _private_digest(collection, names) == collection.private_hash
        seen["private_hash"] = "of these writes" if known else collection.private_hash.hex()
    return seen


def _private_digest(collection: HashedCollection, names: Names) -> bytes:
    """What the private hash must be, from the plain keys and values that the case has put in."""
    writes = [
        Write(
            names.plain(each.key_hash),
            names.plain(each.value_hash).encode(),
            is_delete=each.deletes,
        )
        for each in collection.writes
    ]
    metadata = [MetadataWrite(names.plain(each.key_hash)) for each in collection.metadata_writes]
    by_key = sorted(writes, key=lambda write: write.key.encode())
    return PrivateCollection(collection.name, tuple(by_key), tuple(metadata)).digest()


def _version(version: Version | None, names: Names) -> str | None:
    return None if version is None else names.place(version.block, version.transaction)


def _policy(value: bytes) -> str:
    """A key's endorsement policy as text, or its bytes in hexadecimal where it is none."""
    try:
        return format_policy(policies.SignaturePolicyEnvelope.FromString(value))
    except (MalformedMessage, ValueError):
        return ApplicationPolicy.parse(value).channel_policy or value.hex()
