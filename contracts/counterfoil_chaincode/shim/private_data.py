"""The private data part of the stub: collections.

On a peer that is no member of the collection, an absent key and a key one may not see look alike: None.
Private ranges are not checked for phantoms, and the peer refuses them in a transaction that writes.
"""

from collections.abc import Sequence

from counterfoil_protocol.composite_key import composite_key_range

from .iterators import KeyValue, QueryIterator
from .keys import range_bounds, required
from .ledger_access import LedgerAccess


class PrivateData:
    """Private data methods. Each raises PeerError, and PrivateDataNotAvailable if the peer lacks the data."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: LedgerAccess) -> None:
        self._ledger = ledger

    def get_private_data(self, collection: str, key: str) -> bytes | None:
        """The committed private value, None if there is none here."""
        return self._ledger.get(required("collection", collection), key)

    def get_multiple_private_data(self, collection: str, keys: Sequence[str]) -> list[bytes | None]:
        """Private values of many keys, in their order.

        A peer that has not got one of them gives None for it and no error (Fabric's query_executor.go
        GetPrivateDataMultipleKeys): read one by one what must not be overlooked.
        """
        return self._ledger.get_multiple(required("collection", collection), keys)

    def get_private_data_hash(self, collection: str, key: str) -> bytes | None:
        """SHA-256 of the private value, on any peer; it gives the same read set as reading the value."""
        return self._ledger.get_hash(required("collection", collection), key)

    def put_private_data(self, collection: str, key: str, value: bytes) -> None:
        """Write a private value."""
        self._ledger.put(required("collection", collection), required("key", key), value)

    def delete_private_data(self, collection: str, key: str) -> None:
        """Delete a private key."""
        self._ledger.delete(required("collection", collection), key)

    def purge_private_data(self, collection: str, key: str) -> None:
        """Purge a private key: its earlier values disappear from the members' storage too."""
        self._ledger.purge(required("collection", collection), key)

    def get_private_data_by_range(self, collection: str, start: str, end: str) -> QueryIterator[KeyValue]:
        """Private keys from `start` up to but not including `end`; empty bounds are open."""
        first, last = range_bounds(start, end)
        return self._ledger.range(required("collection", collection), first, last)

    def get_private_data_by_partial_composite_key(
        self, collection: str, object_type: str, attributes: Sequence[str]
    ) -> QueryIterator[KeyValue]:
        """Private composite keys that begin with these parts."""
        first, last = composite_key_range(object_type, attributes)
        return self._ledger.range(required("collection", collection), first, last)

    def get_private_data_query_result(self, collection: str, query: str) -> QueryIterator[KeyValue]:
        """A rich query on a collection, where the state database has them."""
        return self._ledger.rich_query(required("collection", collection), query)

    def get_private_data_validation_parameter(self, collection: str, key: str) -> bytes | None:
        """The private key's own endorsement policy, None if it has none."""
        return self._ledger.get_validation_parameter(required("collection", collection), key)

    def set_private_data_validation_parameter(self, collection: str, key: str, policy: bytes) -> None:
        """Give the private key an endorsement policy of its own."""
        self._ledger.set_validation_parameter(required("collection", collection), key, policy)
