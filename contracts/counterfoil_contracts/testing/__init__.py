"""A trade ledger for tests: parties, tables and enterprises ready, on the testing kit of the runtime.

trade = TradeLedger()
trade.put_declaration("224820260000000001", 10_000_000)
invoice = trade.invoice("I-1", 7_000_000)
view = trade.view("BankA", [invoice], ["224820260000000001"], lines=[(0, 0, 6_000_000, 6_000_000)])
mark = trade.lock("BankA", view, [(0, "224820260000000001", 6_000_000)])
"""

from .enterprises import SELLER, Signatory, issue, root_pem, signatory, social_credit_code
from .ledger import START, TradeLedger
from .people import APPROVER, OFFICER, PURPOSE, TradePeople

__all__ = [
    "APPROVER", "OFFICER", "PURPOSE", "SELLER", "START", "Signatory", "TradeLedger", "TradePeople", "issue",
    "root_pem", "signatory", "social_credit_code",
]  # fmt: skip
