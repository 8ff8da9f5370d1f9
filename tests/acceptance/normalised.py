"""What two runs of one case may differ in, replaced by names: transaction ids, addresses, creators.

The SHA-256 of a key or value is named by what it is the hash of, so a record says `sha256(key)` and a wrong
hash is seen as one.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_RULES = (
    # A serialized identity in hexadecimal, as Fabric prints creators.
    (re.compile(r"\b[0-9a-f]{400,}\b"), "<creator>"),
    # What certificates are drawn with: `staff` is the common name too.
    (re.compile(r"CN=[0-9a-f]{32}\b"), "CN=<staff>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<staff>"),
    (re.compile(r"(?<=probe_1:)[0-9a-f]{64}"), "<package>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?(?:Z| UTC)?"), "<time>"),
)

_VERSION = re.compile(r"\{BlockNum: (\d+), TxNum: (\d+)\}")
"""A version as Fabric prints it."""


@dataclass(slots=True)
class Names:
    """The names of one case: given out in the order in which things are first met."""

    addresses: Mapping[str, str]
    """`host:port` -> the node's name."""
    transactions: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[int, int], str] = field(default_factory=dict)
    """(block, number in it) -> the transaction's name."""
    _hashes: dict[str, str] = field(default_factory=dict)
    _plain: dict[bytes, str] = field(default_factory=dict)

    def transaction(self, transaction_id: str) -> str:
        """The name of a transaction of this case."""
        return self.transactions.setdefault(transaction_id, f"<tx{len(self.transactions) + 1}>")

    def place(self, block: int, number: int) -> str:
        """The transaction that a version names; those of other cases are only `earlier`."""
        return self.places.get((block, number), "<earlier>")

    def learn(self, texts: Iterable[str]) -> None:
        """Remember the hashes of keys and values."""
        for text in texts:
            digest = hashlib.sha256(text.encode()).digest()
            self._hashes[digest.hex()] = f"sha256({text})"
            self._plain[digest] = text

    def hash(self, digest: bytes) -> str:
        """A hash, by what it is the hash of if that is known."""
        return self._hashes.get(digest.hex(), digest.hex())

    def plain(self, digest: bytes) -> str:
        """What a hash is the hash of, empty if that is not known."""
        return self._plain.get(digest, "")

    def replace(self, value: Any) -> Any:
        """A JSON value with every text in it named."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list | tuple):
            return [self.replace(each) for each in value]
        if isinstance(value, dict):
            return {self._text(key): self.replace(each) for key, each in value.items()}
        return value

    def _text(self, text: str) -> str:
        for transaction_id, name in self.transactions.items():
            text = text.replace(transaction_id, name)
        for address, name in self.addresses.items():
            text = text.replace(address, name)
        for digest, name in self._hashes.items():
            text = text.replace(digest, name)
        for pattern, name in _RULES:
            text = pattern.sub(name, text)
        return _VERSION.sub(lambda found: self.place(int(found[1]), int(found[2])), text)
