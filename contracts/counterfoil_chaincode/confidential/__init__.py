"""Confidential operations: what a declaration promises, enforced around a contract's methods."""

from .caller import Caller
from .context import ConfidentialContext
from .contract import ConfidentialContract, operation
from .dry_store import DryStore
from .key_ring import KeyRing, read_secrets, write_secret
from .private_store import PrivateStore, Record
from .refusals import RuntimeRefusal

__all__ = [
    "Caller",
    "ConfidentialContext",
    "ConfidentialContract",
    "DryStore",
    "KeyRing",
    "PrivateStore",
    "Record",
    "RuntimeRefusal",
    "operation",
    "read_secrets",
    "write_secret",
]
