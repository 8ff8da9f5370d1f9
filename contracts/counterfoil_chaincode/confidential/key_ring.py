"""Keys and salts that both authorities compute alike and no bank can: HMACs with secrets of the ledger.

The hash of a private key or value stands in every block, plain SHA-256: what can be guessed can be found.
So a record's key is HMAC(secret, collection ‖ kind ‖ number), and each value carries a salt.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import AUTHORITY

from ..errors import ContractDefect
from ..shim.stub import ChaincodeStub

SECRET_LENGTH = 32
_INDEX_KEY = "secret/live"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The live secrets, newest first. New records use the newest, look-ups try all."""

    secrets: tuple[bytes, ...] = field(repr=False)

    def key(self, collection: str, kind: str, number: str) -> str:
        """The key of a new record: `<kind>/<64 hex digits>`."""
        return _key(self._newest(), collection, kind, number)

    def keys(self, collection: str, kind: str, number: str) -> tuple[str, ...]:
        """Every key that a record of this number may have, newest secret first."""
        return tuple(_key(secret, collection, kind, number) for secret in self.secrets)

    def salt(self, transaction_id: str, key: str) -> bytes:
        """The salt of the value that a transaction writes under `key`."""
        return derive_salt(self._newest(), transaction_id, key)

    def _newest(self) -> bytes:
        if not self.secrets:
            raise ContractDefect("the ledger has no secret yet, so no key or salt can be made with it")
        return self.secrets[0]


def derive_salt(secret: bytes, transaction_id: str, key: str) -> bytes:
    """HMAC(secret, transaction id ‖ key): another salt for each value a transaction writes."""
    return hmac.digest(secret, _joined(transaction_id, key), "sha256")


def read_secrets(stub: ChaincodeStub, collection: str = AUTHORITY) -> tuple[bytes, ...]:
    """The live secrets as `write_secret` left them, newest first; none before the first."""
    numbers = _live_numbers(stub, collection)
    if not numbers:
        return ()
    # One by one: a read of many keys at once does not notice private data that the peer has not got.
    keys = [_secret_key(number) for number in reversed(numbers)]
    return tuple(_secret(stub.get_private_data(collection, key)) for key in keys)


def write_secret(stub: ChaincodeStub, secret: bytes, *, keep: int = 2, collection: str = AUTHORITY) -> int:
    """Make `secret` the newest, with the `keep` - 1 newest others staying live; gives its number, from 1.

    Raises:
        ValueError: the secret is not 32 bytes.
    """
    if len(secret) != SECRET_LENGTH:
        raise ValueError("a secret has 32 bytes")
    numbers = _live_numbers(stub, collection)
    number = numbers[-1] + 1 if numbers else 1
    live = [*numbers, number][-keep:]
    salts = (hashlib.sha256(secret + name.encode()).hexdigest() for name in ("secret", "live"))
    record = canonical_json.encode({"salt": next(salts), "value": secret.hex()})
    index = canonical_json.encode({"salt": next(salts), "value": live})
    stub.put_private_data(collection, _secret_key(number), record)
    stub.put_private_data(collection, _INDEX_KEY, index)
    return number


def _live_numbers(stub: ChaincodeStub, collection: str) -> list[int]:
    stored = stub.get_private_data(collection, _INDEX_KEY)
    if stored is None:
        return []
    index = canonical_json.decode(stored)
    assert isinstance(index, dict)
    numbers = index["value"]
    assert isinstance(numbers, list)
    return [number for number in numbers if isinstance(number, int)]


def _secret(stored: bytes | None) -> bytes:
    if stored is None:
        raise ContractDefect("a live secret is not in the ledger")
    record = canonical_json.decode(stored)
    assert isinstance(record, dict)
    value = record["value"]
    assert isinstance(value, str)
    return bytes.fromhex(value)


def _secret_key(number: int) -> str:
    return f"secret/{number}"


def _key(secret: bytes, collection: str, kind: str, number: str) -> str:
    return f"{kind}/{hmac.digest(secret, _joined(collection, kind, number), 'sha256').hex()}"


def _joined(*parts: str) -> bytes:
    if any("\x00" in part for part in parts):
        raise ValueError("no part of a key may hold U+0000")
    return "\x00".join(parts).encode()
