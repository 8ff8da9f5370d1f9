"""A bounded memo of signatures that were verified: endorser, orderer and peers ask for the same fact.

Only good signatures are remembered; every node still evaluates its own policies. With the memo off the
verdicts are the same, only slower.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from counterfoil_protocol.signing import verify

if TYPE_CHECKING:
    from cryptography import x509

REMEMBERED = 8192


class VerifiedSignatures:
    """Verifies as `signing.verify` does; usable from any thread."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._good: OrderedDict[tuple[x509.Certificate, bytes, bytes], None] = OrderedDict()
        self._lock = Lock()

    def __call__(self, certificate: x509.Certificate, message: bytes, signature: bytes) -> bool:
        """Whether the certificate's holder signed the message."""
        key = (certificate, hashlib.sha256(message).digest(), signature)
        if key in self._good:
            return True
        if not verify(certificate, message, signature):
            return False
        with self._lock:
            self._good[key] = None
            if len(self._good) > self._size:
                self._good.popitem(last=False)
        return True
