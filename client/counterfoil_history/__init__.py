"""The ledger as it was: questions and credit reports as of a block, from a proved audit export.

Fabric keeps no history of private data. The regulator's export holds every block and every private value of
its collections: so any height can be built again, and what the contract answers there is the same for ever.
"""

from .credit_report import compute_report
from .ledger_at import LedgerAt, NotProved, read_ledger
from .question import ask

__all__ = ["LedgerAt", "NotProved", "ask", "compute_report", "read_ledger"]
