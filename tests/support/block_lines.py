"""What a transaction in a block shows to everybody, line by line, and where each hash appears."""

import hashlib
from collections.abc import Iterator
from typing import Any

from counterfoil_protocol.envelope import ParsedAction, parse_transaction
from counterfoil_protocol.identity import Identity, attributes, distinguished_name
from counterfoil_protocol.messages import common
from counterfoil_protocol.rwset import NamespaceReadWriteSet, ReadWriteSet
from member_files import MemberFiles
from transcript import Transcript


def note_files(files: MemberFiles, transcript: Transcript) -> None:
    """Note every block of a part of the history, every private value, every line of a log."""
    begun = transcript.begun
    for block in files.blocks():
        codes = bytes(block.metadata.metadata[common.TRANSACTIONS_FILTER])
        for code, envelope in zip(codes, block.data.data, strict=True):
            for line in _transaction(envelope, code, begun):
                transcript.note("block", line)
            _collect_names(envelope, transcript)
            _collect_hashes(envelope, f"block {block.header.number - begun}", transcript)
    for line in files.private():
        transcript.note("private", line)
    for line in files.logs():
        transcript.note("log", line)


def _transaction(envelope: bytes, code: int, begun: int) -> Iterator[str]:
    parsed = parse_transaction(envelope)
    creator = Identity.parse(parsed.creator)
    names = sorted(attributes(creator.x509).items())
    yield f"transaction {parsed.transaction_id} of {creator.msp_id} code {code}"
    yield f"certificate {distinguished_name(creator.x509.subject)} {names}"
    for action in parsed.actions:
        yield from _action(action, begun)


def _action(action: ParsedAction, begun: int) -> Iterator[str]:
    payload = action.payload
    yield f"arguments {[argument.decode(errors='replace') for argument in action.arguments()]}"
    yield f"endorsers {sorted(each.identity.msp_id for each in action.endorsements)}"
    answer = payload.response.decode(errors="replace")
    yield f"response {payload.status} {payload.message!r} {answer!r} event {payload.event!r}"
    for entry in ReadWriteSet.parse(payload.results).namespaces:
        yield from _namespace(entry, begun)


def _namespace(entry: NamespaceReadWriteSet, begun: int) -> Iterator[str]:
    name = entry.namespace
    for read in entry.reads:
        yield f"public read {name} {read.key!r} {_version(read.version, begun)}"
    for write in entry.writes:
        yield f"public write {name} {write.key!r} {hashlib.sha256(write.value).hexdigest()}"
    for query in entry.range_queries:
        yield f"public range {name} {query.start_key!r} {query.end_key!r}"
    for collection in sorted(entry.collections, key=lambda each: each.name):
        yield f"collection {collection.name} {len(collection.reads)} reads {len(collection.writes)} writes"


def _collect_names(envelope: bytes, transcript: Transcript) -> None:
    """Add request id and pseudonym, of which keys could be made."""
    parsed = parse_transaction(envelope)
    transcript.people.add(attributes(Identity.parse(parsed.creator).x509)["staff"])
    for action in parsed.actions:
        transcript.requests |= {argument.decode() for argument in action.arguments()[1:]}


def _collect_hashes(envelope: bytes, where: str, transcript: Transcript) -> None:
    """Add what one transaction did with each hash, of keys and of values."""
    begun, hashes = transcript.begun, transcript.hashes
    for action in parse_transaction(envelope).actions:
        for entry in ReadWriteSet.parse(action.payload.results).namespaces:
            for collection in entry.collections:
                for read in collection.reads:
                    version = _version(read.version, begun)
                    hashes[read.key_hash.hex()].append(f"{where} read {collection.name} {version}")
                for written in collection.writes:
                    act = "delete" if written.deletes else "write"
                    hashes[written.key_hash.hex()].append(f"{where} {act} {collection.name}")
                    hashes[written.value_hash.hex()].append(f"{where} value in {collection.name}")


def _version(version: Any, begun: int) -> str:
    if version is None:
        return "absent"
    block, place = version
    return f"version {block - begun}/{place}" if block >= begun else "version of before"
