"""Transaction IDs (protoutil/proputils.go ComputeTxID)."""

import hashlib
import os

NONCE_BYTES = 24
"""Length of the nonce that Fabric's own clients draw."""


def new_nonce() -> bytes:
    """A fresh nonce of 24 random bytes."""
    return os.urandom(NONCE_BYTES)


def transaction_id(nonce: bytes, creator: bytes) -> str:
    """Lower-case hex of SHA-256(nonce + creator), the creator being a serialized identity."""
    return hashlib.sha256(nonce + creator).hexdigest()
