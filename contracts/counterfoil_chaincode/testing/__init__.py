"""Testing kit for contracts: an in-memory ledger with Fabric's semantics, callers, and a clock."""

from .callers import Caller, make_caller
from .clock import Clock
from .deployed import Deployed
from .ledger import Ledger
from .operations import Operations
from .outcome import Committed, Endorsed
from .refused import EndorsementMismatch, NotCommitted, Refused
from .twin import NotDeterministic, Twin, TwinNotLoaded

__all__ = [
    "Caller",
    "Clock",
    "Committed",
    "Deployed",
    "Endorsed",
    "EndorsementMismatch",
    "Ledger",
    "NotCommitted",
    "NotDeterministic",
    "Operations",
    "Refused",
    "Twin",
    "TwinNotLoaded",
    "make_caller",
]
