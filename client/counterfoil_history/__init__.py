"""The ledger as it was: questions, credit reports and whole pictures as of a block, from a proved export.

Fabric keeps no history of private data. The regulator's export holds every block and every private value of
its collections: so any height can be built again, and what the contract answers there is the same for ever.
"""

from .chronicle import Chronicle, NotWhole, read_chronicle
from .credit_report import compute_report
from .ledger_at import LedgerAt, NotProved, read_ledger
from .picture import NothingKnown, Picture, picture_of
from .question import ask

__all__ = [
    "Chronicle",
    "LedgerAt",
    "NotProved",
    "NotWhole",
    "NothingKnown",
    "Picture",
    "ask",
    "compute_report",
    "picture_of",
    "read_chronicle",
    "read_ledger",
]
