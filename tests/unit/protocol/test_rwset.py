"""Read-write sets survive the way to bytes and back; the exact bytes are tested on recorded blocks."""

import hashlib

from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.rwset import (
    HashedCollection,
    HashedMetadataWrite,
    HashedRead,
    HashedWrite,
    MerkleSummary,
    MetadataWrite,
    NamespaceReadWriteSet,
    PrivateCollection,
    PrivateNamespace,
    PrivateReadWriteSet,
    RangeQuery,
    Read,
    ReadWriteSet,
    Write,
    key_hash,
    metadata_bytes,
    parse_metadata,
    value_hash,
)
from hypothesis import given
from hypothesis import strategies as st

KEY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBER = st.integers(0, 2**64 - 1)
VERSION = st.none() | st.builds(Version, NUMBER, NUMBER)
ENTRIES = st.lists(st.tuples(KEY, st.binary(max_size=4)), max_size=2).map(tuple)
READS = st.lists(st.builds(Read, KEY, VERSION), max_size=3).map(tuple)
MERKLE = st.builds(
    MerkleSummary,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.lists(st.binary(max_size=4), max_size=3).map(tuple),
)
RANGE = st.one_of(
    st.builds(RangeQuery, KEY, KEY, st.booleans(), READS),
    st.builds(RangeQuery, KEY, KEY, st.booleans(), st.none(), MERKLE),
    st.builds(RangeQuery, KEY, KEY, st.booleans()),
)
WRITES = st.lists(st.builds(Write, KEY, st.binary(max_size=8), st.booleans()), max_size=3).map(tuple)
METADATA = st.lists(st.builds(MetadataWrite, KEY, ENTRIES), max_size=2).map(tuple)
HASHED = st.builds(
    HashedCollection,
    KEY,
    st.lists(st.builds(HashedRead, st.binary(max_size=4), VERSION), max_size=2).map(tuple),
    st.lists(
        st.builds(HashedWrite, st.binary(max_size=4), st.binary(max_size=4), st.booleans(), st.booleans()),
        max_size=2,
    ).map(tuple),
    st.lists(st.builds(HashedMetadataWrite, st.binary(max_size=4), ENTRIES), max_size=2).map(tuple),
    st.binary(max_size=4),
)
NAMESPACE = st.builds(
    NamespaceReadWriteSet,
    KEY,
    READS,
    st.lists(RANGE, max_size=2).map(tuple),
    WRITES,
    METADATA,
    st.lists(HASHED, max_size=2).map(tuple),
)
PRIVATE = st.builds(
    PrivateNamespace,
    KEY,
    st.lists(st.builds(PrivateCollection, KEY, WRITES, METADATA), max_size=2).map(tuple),
)


@given(st.builds(ReadWriteSet, st.lists(NAMESPACE, max_size=2).map(tuple)))
def test_public_round_trip(rwset: ReadWriteSet) -> None:
    assert ReadWriteSet.parse(rwset.serialize()) == rwset


@given(st.builds(PrivateReadWriteSet, st.lists(PRIVATE, max_size=2).map(tuple)))
def test_private_round_trip(rwset: PrivateReadWriteSet) -> None:
    assert PrivateReadWriteSet.parse(rwset.serialize()) == rwset
    assert PrivateReadWriteSet.from_message(rwset.to_message()) == rwset


def test_a_key_written_first_of_all_is_not_an_absent_one() -> None:
    present, absent = (
        ReadWriteSet((NamespaceReadWriteSet("n", (Read("k", version),)),))
        for version in (Version(0, 0), None)
    )
    assert present.serialize() != absent.serialize()


def test_empty_values_delete() -> None:
    assert Write("k", b"", is_delete=True).deletes
    assert Write("k", b"").deletes
    assert not Write("k", b"v").deletes
    assert HashedWrite(b"k", b"", is_delete=True).deletes
    assert HashedWrite(b"k", value_hash(b"")).deletes
    assert not HashedWrite(b"k", value_hash(b"v")).deletes


def test_hashes() -> None:
    assert key_hash("ключ") == hashlib.sha256("ключ".encode()).digest()
    assert value_hash(b"v") == hashlib.sha256(b"v").digest()
    collection = PrivateCollection("c", (Write("k", b"v"),))
    assert collection.digest() == hashlib.sha256(collection.serialize()).digest()


@given(ENTRIES.map(dict))
def test_metadata(entries: dict[str, bytes]) -> None:
    data = metadata_bytes(tuple(sorted(entries.items())))
    assert parse_metadata(data) == entries
    assert bool(data) == bool(entries)


def test_no_value_in_a_repr() -> None:
    rwset = PrivateReadWriteSet((PrivateNamespace("n", (PrivateCollection("c", (Write("k", b"secret"),)),)),))
    assert "secret" not in repr(rwset)
