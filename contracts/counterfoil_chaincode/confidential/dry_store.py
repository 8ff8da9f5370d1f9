"""A store that writes nothing: for an evaluate that tells what a submit would come to."""

from .private_store import PrivateStore


class DryStore(PrivateStore):
    """Reads as `PrivateStore` does; what would be written is kept in `would_write`, in order.

    A dry run must not be an endorsement that is thrown away: the peer hands the private data of every
    simulation that writes to the collections' members (core/endorser/endorser.go, SimulateProposal).
    """

    __slots__ = ("would_write",)

    would_write: list[object]

    @classmethod
    def instead_of(cls, store: PrivateStore) -> "DryStore":
        """The same store, dry."""
        dry = cls.__new__(cls)
        for name in PrivateStore.__slots__:
            setattr(dry, name, getattr(store, name))
        dry._written = set()
        dry.would_write = []
        return dry

    def write(self, collection: str, key: str, value: object) -> None:
        """Keep a value that would be written."""
        self._written.add((collection, key))
        self.would_write.append(value)

    def delete(self, collection: str, key: str) -> None:
        """Note that a record would be deleted."""
        self._written.add((collection, key))
