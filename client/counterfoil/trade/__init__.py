"""The typed client of the trade contracts.

    from counterfoil import Gateway
    from counterfoil.trade import Journal, TradeClient
    from counterfoil_contracts.export_invoice.operations import LOCK, LockRequest

    with Gateway.from_profile("BankA.json", "officer") as gateway, Journal("loans.journal") as journal:
        client = TradeClient(gateway.network("trade"), journal)
        outcome = client.submit(LOCK, LockRequest(...), step="loan-4711/lock")

Needs the extra ``trade``. Of the contracts only ``counterfoil_contracts.*.operations`` is imported.
"""

from ._client import Outcome, Resumed, TradeClient
from ._journal import Entry, Journal, State
from ._patience import Patience

__all__ = ["Entry", "Journal", "Outcome", "Patience", "Resumed", "State", "TradeClient"]
