"""Simulation of one transaction on committed state: what a chaincode reads and would write.

Semantics of Fabric core/ledger/kvledger/txmgmt/txmgr (query_executor.go, tx_simulator.go), error texts
included: every read answers from committed state, a simulation never sees its own writes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ..collection import implicit_collection_owner
from ..messages import rwset
from ..rwset import PrivateReadWriteSet, RangeQuery, Read, ReadWriteSet, key_hash, parse_metadata
from .merkle import RangeQueryResults
from .rwset_builder import ReadWriteSetBuilder
from .state import HistoryReader, Modification, StateReader, Version, VersionedValue

LIFECYCLE_NAMESPACE = "_lifecycle"


class SimulationError(ValueError):
    """An operation that a peer refuses; the text is Fabric's and goes back to the chaincode."""


@dataclass(frozen=True, slots=True)
class CollectionAccess:
    """What the proposal's creator may do with a collection (memberOnlyRead, memberOnlyWrite, membership)."""

    read: bool = True
    write: bool = True


GetState = Callable[[str, str], bytes | None]
"""Public state of (namespace, key); what is read through it enters the read set."""

CollectionLookup = Callable[[GetState, str], Mapping[str, CollectionAccess] | None]
"""A namespace's collections with the creator's access, None where no chaincode of that name is defined.

Fabric reads the definition through the simulator, so that an upgrade between endorsement and commit
conflicts: look up `_lifecycle` through the first argument.
"""


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One result of a range query."""

    namespace: str
    key: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a simulation read and would write.

    `private_reads` names (namespace, collection) pairs whose values were read; `key_policies` holds the
    committed metadata of written (namespace, collection, key), "" being public state: who else must endorse.
    """

    public: ReadWriteSet
    private: PrivateReadWriteSet | None = field(repr=False)
    private_reads: frozenset[tuple[str, str]]
    key_policies: Mapping[tuple[str, str, str], Mapping[str, bytes]] = field(repr=False)

    @property
    def public_bytes(self) -> bytes:
        """Serialized TxReadWriteSet: what endorsers sign and compare."""
        return self.public.serialize()

    @property
    def private_message(self) -> rwset.TxPvtReadWriteSet | None:
        """The private part, as it goes to the collections' members."""
        return self.private.to_message() if self.private is not None else None


class RangeIterator:
    """Results of a range query one by one; what was read so far is what the phantom check will look at.

    With `page_size` it ends after so many results, and `bookmark()` then gives the next key.
    """

    def __init__(
        self,
        namespace: str,
        bounds: tuple[str, str],
        rows: Iterator[tuple[str, VersionedValue]],
        page_size: int = 0,
    ) -> None:
        self._namespace = namespace
        self._start, self._end = bounds
        self._rows = rows
        self._page = islice(rows, page_size) if page_size > 0 else rows
        self._results = RangeQueryResults()
        self._seen_end = ""
        self._exhausted = False

    def next(self) -> KeyValue | None:
        """The next result, None at the end; only then does the query reach up to its end key."""
        for key, versioned in self._page:
            self._results.add(Read(key, versioned.version))
            self._seen_end = key
            return KeyValue(self._namespace, key, versioned.value)
        self._exhausted = True
        self._seen_end = self._end
        return None

    def __iter__(self) -> Iterator[KeyValue]:
        """All results to the end."""
        while (result := self.next()) is not None:
            yield result

    def bookmark(self) -> str:
        """The first key that was not given, empty at the end of the range (GetBookmarkAndClose)."""
        for key, _ in self._rows:
            return key
        return ""

    def query_info(self) -> RangeQuery:
        """What goes into the read-write set."""
        reads, merkle = self._results.done()
        return RangeQuery(self._start, self._seen_end, self._exhausted, reads, merkle)


class Simulator:
    """One transaction's simulation on one view of the state.

    Args:
        reader: the view; it must stay valid until `result()`.
        transaction_id: for error texts.
        channel_id: for error texts.
        collections: the collections of a namespace and what the creator may do with them.
    """

    def __init__(
        self, reader: StateReader, *, transaction_id: str, channel_id: str, collections: CollectionLookup
    ) -> None:
        self._reader = reader
        self._transaction_id = transaction_id
        self._channel_id = channel_id
        self._lookup = collections
        self._collections: dict[str, Mapping[str, CollectionAccess] | None] = {}
        self._builder = ReadWriteSetBuilder()
        self._ranges: list[tuple[str, RangeIterator]] = []
        self._private_reads: set[tuple[str, str]] = set()
        self._key_policies: dict[tuple[str, str, str], Mapping[str, bytes]] = {}
        self._written = False
        self._private_queried = False
        self._paged = False
        self._done = False

    # Public state

    def get_state(self, namespace: str, key: str) -> bytes | None:
        """A public value as committed."""
        versioned = self._get(namespace, key)
        return versioned.value if versioned is not None else None

    def get_states(self, namespace: str, keys: Sequence[str]) -> list[bytes | None]:
        """Several public values in one call (GetMultipleStates of Fabric 3.1)."""
        return [self.get_state(namespace, key) for key in keys]

    def get_state_metadata(self, namespace: str, key: str) -> dict[str, bytes]:
        """A public key's metadata; reading it is a read of the key."""
        return _metadata(self._get(namespace, key))

    def get_state_range(self, namespace: str, start: str, end: str, *, page_size: int = 0) -> RangeIterator:
        """Public keys from `start` up to, not including, `end`.

        Raises:
            SimulationError: a page was asked for after a write.
        """
        if page_size:
            self._refuse_if(self._written, "Paginated queries are supported only in a read-only transaction")
            self._paged = True
        rows = self._reader.get_state_range(namespace, start, end)
        iterator = RangeIterator(namespace, (start, end), rows, page_size)
        self._ranges.append((namespace, iterator))
        return iterator

    def get_history(self, namespace: str, key: str) -> Iterator[Modification]:
        """Every modification of a public key, newest first; no part of the read set, so unchecked at commit.

        Raises:
            SimulationError: this ledger keeps no history.
        """
        if not isinstance(self._reader, HistoryReader):
            raise SimulationError("history database is not enabled")
        return self._reader.get_history(namespace, key)

    def put_state(self, namespace: str, key: str, value: bytes) -> None:
        """Write a public value; an empty value deletes.

        Raises:
            SimulationError: after a paginated query or a query on private data.
        """
        self._before_write()
        self._builder.write(namespace, key, value)
        self._note_policy(namespace, "", key)

    def del_state(self, namespace: str, key: str) -> None:
        """Delete a public key, whether it exists or not."""
        self.put_state(namespace, key, b"")

    def set_state_metadata(self, namespace: str, key: str, metadata: Mapping[str, bytes]) -> None:
        """Replace a public key's metadata; empty deletes it."""
        self._before_write()
        self._builder.metadata_write(namespace, key, metadata)
        self._note_policy(namespace, "", key)

    # Private data

    def get_private(self, namespace: str, collection: str, key: str) -> bytes | None:
        """A private value.

        Raises:
            SimulationError: the creator may not read, or the value behind the public hash is not here.
        """
        self._check_read(namespace, collection)
        versioned = self._reader.get_private(namespace, collection, key)
        hashed = self._reader.get_private_hash(namespace, collection, key_hash(key))
        version = versioned.version if versioned is not None else None
        hash_version = hashed.version if hashed is not None else None
        if version != hash_version:
            raise SimulationError(
                "private data matching public hash version is not available. Public hash version = "
                f"{_height(hash_version)}, Private data version = {_height(version)}"
            )
        return self._private_value(namespace, collection, key, versioned)

    def get_privates(self, namespace: str, collection: str, keys: Sequence[str]) -> list[bytes | None]:
        """Several private values; as Fabric 3.1, without comparing versions with the public hashes.

        Raises:
            SimulationError: the creator may not read.
        """
        self._check_read(namespace, collection)
        return [
            self._private_value(
                namespace, collection, key, self._reader.get_private(namespace, collection, key)
            )
            for key in keys
        ]

    def get_private_hash(self, namespace: str, collection: str, key: str) -> bytes | None:
        """SHA-256 of a private value: any creator on any peer may ask; the same hashed read as of the value.

        Raises:
            SimulationError: no such collection.
        """
        hashed = self._get_hash(namespace, collection, key)
        return hashed.value if hashed is not None else None

    def get_private_metadata(self, namespace: str, collection: str, key: str) -> dict[str, bytes]:
        """A private key's metadata.

        Raises:
            SimulationError: the creator may not read.
        """
        self._check_read(namespace, collection)
        return _metadata(self._get_hash(namespace, collection, key))

    def get_private_range(self, namespace: str, collection: str, start: str, end: str) -> Iterator[KeyValue]:
        """Private keys from `start` up to, not including, `end`; unchecked at commit, so no write may follow.

        Raises:
            SimulationError: the creator may not read, or something was written before.
        """
        self._check_read(namespace, collection)
        self._refuse_if(self._written, "Queries on pvt data is supported only in a read-only transaction")
        self._private_queried = True
        self._check_defined(namespace, collection)
        rows = self._reader.get_private_range(namespace, collection, start, end)
        return (KeyValue(namespace, key, versioned.value) for key, versioned in rows)

    def put_private(self, namespace: str, collection: str, key: str, value: bytes) -> None:
        """Write a private value; an empty value deletes.

        Raises:
            SimulationError: the creator may not write, or after a query that forbids writes.
        """
        self._check_write(namespace, collection)
        self._before_write()
        self._builder.private_write(namespace, collection, key, value)
        self._note_policy(namespace, collection, key)

    def del_private(self, namespace: str, collection: str, key: str) -> None:
        """Delete a private key."""
        self.put_private(namespace, collection, key, b"")

    def purge_private(self, namespace: str, collection: str, key: str) -> None:
        """Delete a private key and every earlier value of it."""
        self._check_write(namespace, collection)
        self._before_write()
        self._builder.purge(namespace, collection, key)
        self._note_policy(namespace, collection, key)

    def set_private_metadata(
        self, namespace: str, collection: str, key: str, metadata: Mapping[str, bytes]
    ) -> None:
        """Replace a private key's metadata; empty deletes it."""
        self._check_write(namespace, collection)
        self._before_write()
        self._builder.private_metadata_write(namespace, collection, key, metadata)
        self._note_policy(namespace, collection, key)

    # Result

    def result(self) -> SimulationResult:
        """The read-write sets, once.

        Raises:
            SimulationError: asked a second time.
        """
        if self._done:
            raise SimulationError(
                "this function should only be called once on a transaction simulator instance"
            )
        self._done = True
        for namespace, iterator in self._ranges:
            self._builder.range_query(namespace, iterator.query_info())
        public, private = self._builder.build()
        return SimulationResult(public, private, frozenset(self._private_reads), dict(self._key_policies))

    def _get(self, namespace: str, key: str) -> VersionedValue | None:
        versioned = self._reader.get_state(namespace, key)
        self._builder.read(namespace, key, versioned.version if versioned is not None else None)
        return versioned

    def _private_value(
        self, namespace: str, collection: str, key: str, versioned: VersionedValue | None
    ) -> bytes | None:
        version = versioned.version if versioned is not None else None
        self._builder.private_read(namespace, collection, key, version)
        self._private_reads.add((namespace, collection))
        return versioned.value if versioned is not None else None

    def _get_hash(self, namespace: str, collection: str, key: str) -> VersionedValue | None:
        self._check_defined(namespace, collection)
        hashed = self._reader.get_private_hash(namespace, collection, key_hash(key))
        version = hashed.version if hashed is not None else None
        self._builder.private_read(namespace, collection, key, version)
        return hashed

    def _note_policy(self, namespace: str, collection: str, key: str) -> None:
        """Remember a written key's committed metadata (checkStateMetadata); not recorded as a read."""
        if collection:
            found = self._reader.get_private_hash(namespace, collection, key_hash(key))
        else:
            found = self._reader.get_state(namespace, key)
        if found is not None and found.metadata:
            self._key_policies[(namespace, collection, key)] = _metadata(found)

    def _access(self, namespace: str) -> Mapping[str, CollectionAccess] | None:
        if namespace not in self._collections:
            self._collections[namespace] = self._lookup(self.get_state, namespace)
        return self._collections[namespace]

    def _check_defined(self, namespace: str, collection: str) -> None:
        """collection_val.go validateCollName."""
        defined = self._access(namespace)
        if defined is None:
            raise SimulationError(
                f"collection config not defined for chaincode [{namespace}], pass the collection "
                "configuration upon chaincode definition/instantiation"
            )
        if collection not in defined:
            raise SimulationError(
                f"collection [{collection}] not defined in the collection config for chaincode [{namespace}]"
            )

    def _permission(self, namespace: str, collection: str) -> CollectionAccess:
        """core/chaincode/handler.go getReadWritePermission."""
        access = (self._access(namespace) or {}).get(collection)
        if access is None and implicit_collection_owner(collection) is not None:
            # Fabric lets everybody use the implicit collection of any name, and finds out later.
            self._check_defined(namespace, collection)
        if access is None:
            raise SimulationError(
                f"collection {self._channel_id}/{namespace}/{collection} could not be found"
            )
        return access

    def _check_read(self, namespace: str, collection: str) -> None:
        if not self._permission(namespace, collection).read:
            raise SimulationError(_no_access("read", namespace, collection))

    def _check_write(self, namespace: str, collection: str) -> None:
        if not self._permission(namespace, collection).write:
            raise SimulationError(_no_access("write", namespace, collection))

    def _before_write(self) -> None:
        self._refuse_if(
            self._private_queried,
            "Transaction has already performed queries on pvt data. Writes are not allowed",
        )
        self._refuse_if(
            self._paged, "Transaction has already performed a paginated query. Writes are not allowed"
        )
        self._written = True

    def _refuse_if(self, condition: bool, why: str) -> None:  # noqa: FBT001 - the condition is the first word
        if condition:
            raise SimulationError(f"txid [{self._transaction_id}]: unsuppored transaction. {why}")


def _no_access(what: str, namespace: str, collection: str) -> str:
    return (
        f"tx creator does not have {what} access permission on privatedata in "
        f"chaincodeName:{namespace} collectionName: {collection}"
    )


def _metadata(versioned: VersionedValue | None) -> dict[str, bytes]:
    return parse_metadata(versioned.metadata) if versioned is not None and versioned.metadata else {}


def _height(version: Version | None) -> str:
    """Go's %s of *version.Height."""
    return "<nil>" if version is None else f"{{BlockNum: {version.block}, TxNum: {version.transaction}}}"
