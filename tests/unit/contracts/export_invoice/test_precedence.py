"""The order of reasons, on one lock that breaks every rule: each is told once the earlier are mended."""

from typing import TYPE_CHECKING, Any

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER, TradeLedger
from msgspec.structs import replace

if TYPE_CHECKING:
    from counterfoil_contracts.core.documents import Invoice

OTHER = "91440300MA5G00000R"


class Broken:
    """A lock of BankA with one pledge for each reason; each pledge has its own invoice and declaration."""

    def __init__(self, trade: TradeLedger) -> None:
        self.trade = trade
        self.pledges: dict[str, messages.Pledge] = {}
        self.invoices: list[Invoice] = []
        self.numbers: list[str] = []
        self.lines: list[tuple[int, int, int, int]] = []

    def add(self, code: str, amount: int = 1, line: int = 1000, rate: str = "", **facts: Any) -> None:
        at = len(self.numbers)
        currency = "EUR" if rate else "USD"
        self.numbers.append(f"22482026{at:010d}")
        self.trade.put_declaration(self.numbers[at], 1000, currency, **facts)
        self.invoices.append(self.trade.invoice(f"I{at}", 1000, currency))
        if line:
            self.lines.append((at, at, line, line))
        self.pledges[code] = messages.Pledge(at, self.numbers[at], amount, amount, amount, rate, rate)

    def locked_by_another(self, code: str, amount: int, line: int) -> None:
        """Let BankB lock the pledge's line, with an invoice of that amount."""
        at = self.pledges[code].invoice
        invoice = self.trade.invoice(f"I{at}", amount)
        view = self.trade.view("BankB", [invoice], [self.numbers[at]], [(0, 0, line, line)])
        self.trade.lock("BankB", view, [(0, self.numbers[at], 1)])

    def answer(self, view: str) -> str:
        try:
            self.trade.lock_pledges("BankA", view, tuple(self.pledges.values()))
        except Refused as refused:
            return refused.code
        return "OK"

    def admit(self, value: int) -> None:
        """Open the business to BankA, or close it."""
        entry = registry.Parameter("admission", "EXPORT_INVOICE/ALL/BankAMSP", "2026-03-02", value)
        self.trade.put_tables(registry.TableEntries(parameters=(entry,)))

    def mend(self, code: str) -> None:
        if code == "SCENARIO_NOT_OPEN":
            self.admit(1)
        elif code == "CLASS_RESTRICTED":
            self.trade.put_enterprise(SELLER, "A", frozen=True)
        elif code == "FROZEN":
            self.trade.freeze(registry.Freeze(frozen=False, enterprise=SELLER))
        else:
            del self.pledges[code]


def broken_lock() -> Broken:
    trade = TradeLedger(enterprises=(SELLER, OTHER))
    trade.put_tables(registry.TableEntries(rates=(registry.Rate("old", "EUR", "USD", 11, 1, "2026-01-05"),)))
    found = Broken(trade)
    found.add("OVER_FINANCING", 901)
    found.add("NEAR_DUPLICATE", line=50)
    found.add("DUPLICATE")
    found.add("ALREADY_COLLECTED")
    found.add("LOAN_ABOVE_PLEDGE")
    found.add("STALE_RATE", rate="old")
    found.add("NO_RATE", rate="none")
    found.add("CURRENCY_MISMATCH", line=0)
    found.add("STATEMENT_CONFLICT")
    found.add("NOT_FINANCEABLE", trade_mode="9999")
    found.add("PARTY_MISMATCH", consignor=OTHER)
    found.pledges["LOAN_ABOVE_PLEDGE"] = replace(found.pledges["LOAN_ABOVE_PLEDGE"], loan_amount=2)
    found.locked_by_another("NEAR_DUPLICATE", 999, 900)
    found.locked_by_another("DUPLICATE", 1000, 1000)
    found.locked_by_another("STATEMENT_CONFLICT", 1000, 999)
    trade.act("BankB", messages.Receipt(found.invoices[3], 1000, trade.today))
    return found


def test_the_first_reason_is_told() -> None:
    found = broken_lock()
    view = found.trade.view("BankA", found.invoices, found.numbers, found.lines)
    found.trade.put_enterprise(SELLER, "C", frozen=True)
    found.admit(0)
    told = []
    while found.pledges and (code := found.answer(view)) != "OK":
        assert code not in told, "it was mended"
        told.append(code)
        found.mend(code)
    expected = [code.value for code in RefusalCode]
    first, last = expected.index("PARTY_MISMATCH"), expected.index("OVER_FINANCING")
    assert told == expected[first : last + 1]
