"""Private records of a confidential operation: typed, salted, under keys that nobody can guess."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from counterfoil_protocol import canonical_json

from ..contract_api.serializer import convert, plain
from ..errors import ContractDefect
from ..shim.stub import ChaincodeStub
from .key_ring import KeyRing

ValueT = TypeVar("ValueT")

SALT = "salt"
VALUE = "value"


@dataclass(frozen=True, slots=True)
class Record(Generic[ValueT]):
    """A record found by its number, and the key it keeps whatever secret is the newest."""

    key: str
    value: ValueT = field(repr=False)


class CollectionCheck(Protocol):
    """Whether an operation may touch a collection."""

    def __call__(self, collection: str, *, writes: bool) -> None:
        """Look at the declaration.

        Raises:
            ContractDefect: it does not name the collection.
        """
        ...


class PrivateStore:
    """Reads and writes `{"salt", "value"}` records in the collections that the operation declares.

    Raises, besides the stub's PeerError:
        ContractDefect: an undeclared collection, or a key that the transaction has written itself: Fabric
            would give the value from before it.
    """

    __slots__ = ("_check", "_key_ring", "_salt", "_stub", "_written")

    def __init__(
        self,
        stub: ChaincodeStub,
        key_ring: Callable[[], KeyRing],
        salt: Callable[[str], bytes],
        check: CollectionCheck,
    ) -> None:
        self._stub = stub
        self._key_ring = key_ring
        self._salt = salt
        self._check = check
        self._written: set[tuple[str, str]] = set()

    def key(self, collection: str, kind: str, number: str) -> str:
        """The key of a new record, `<kind>/<HMAC of collection, kind and number>`."""
        return self._key_ring().key(collection, kind, number)

    def find(self, collection: str, kind: str, number: str, of: type[ValueT]) -> Record[ValueT] | None:
        """The record of a number, under whichever live secret it was made."""
        # One by one: a read of many keys at once does not notice private data that the peer has not got.
        found: Record[ValueT] | None = None
        for key in self._key_ring().keys(collection, kind, number):
            value = self.read(collection, key, of)
            if value is not None and found is None:
                found = Record(key, value)
        return found

    def read(self, collection: str, key: str, of: type[ValueT]) -> ValueT | None:
        """The value under a key, None if there is none."""
        self._check_readable(collection, key)
        stored = self._stub.get_private_data(collection, key)
        return None if stored is None else _value(stored, of)

    def digest(self, collection: str, key: str) -> str | None:
        """SHA-256, in hex, of the stored record: on any peer, member or not. The same read set as `read`."""
        self._check_readable(collection, key)
        found = self._stub.get_private_data_hash(collection, key)
        return None if found is None else found.hex()

    def write(self, collection: str, key: str, value: object) -> None:
        """Write a value under a key, with a fresh salt."""
        self._check(collection, writes=True)
        self._written.add((collection, key))
        record = {SALT: self._salt(key).hex(), VALUE: plain(value)}
        self._stub.put_private_data(collection, key, canonical_json.encode(record))

    def save(
        self, collection: str, kind: str, number: str, value: object, record: Record[ValueT] | None = None
    ) -> str:
        """Write the record of a number, under the key of `record` if it exists already; gives the key."""
        key = record.key if record is not None else self.key(collection, kind, number)
        self.write(collection, key, value)
        return key

    def delete(self, collection: str, key: str) -> None:
        """Delete a record."""
        self._check(collection, writes=True)
        self._written.add((collection, key))
        self._stub.delete_private_data(collection, key)

    def purge(self, collection: str, key: str) -> None:
        """Delete a record, and its earlier values from the members' disks; its hashes stay in the blocks."""
        self._check(collection, writes=True)
        self._written.add((collection, key))
        self._stub.purge_private_data(collection, key)

    def _check_readable(self, collection: str, key: str) -> None:
        self._check(collection, writes=False)
        if (collection, key) in self._written:
            raise ContractDefect(f"the transaction reads a key of {collection} that it has written itself")


class _Stored(msgspec.Struct, Generic[ValueT], forbid_unknown_fields=True):
    """A record as it lies in a collection."""

    salt: str
    value: ValueT


@lru_cache(maxsize=256)
def _decoder(of: Any) -> Any:
    return msgspec.json.Decoder(_Stored[of])


def _value(stored: bytes, of: type[ValueT]) -> ValueT:
    """The value of a record, read in one go: a type may leave parts of a large one unread (`msgspec.Raw`)."""
    try:
        found: _Stored[ValueT] = _decoder(of).decode(stored)  # type: ignore[arg-type]  # types are hashable
    except msgspec.DecodeError:
        # No such record: read again step by step, which says what is wrong with it.
        return _explained(stored, of)
    return found.value


def _explained(stored: bytes, of: type[ValueT]) -> ValueT:
    record = canonical_json.decode(stored)
    if not isinstance(record, dict) or set(record) != {SALT, VALUE}:
        raise ContractDefect("a private record is not salt and value")
    return convert(record[VALUE], of)
