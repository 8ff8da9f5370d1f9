"""The testing kit's ledger, ready for freight payments."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from counterfoil_chaincode.testing import Caller, make_caller
from counterfoil_contracts.core.roles import PORT, REGULATOR
from counterfoil_contracts.testing import TradeLedger
from freight_people import FreightPeople, digital

__all__ = ["AGENT", "PAYEE", "PAYER", "RATE", "FreightLedger", "digital", "fresh"]

PAYER = "91310000MA1FL0007C"
PAYEE = "91440300MA5G00000R"
AGENT = "91370200MA3N00008X"
RATE = "USDCNY"


@lru_cache
def ready() -> "FreightLedger":
    """A ledger that is made once; `fresh` gives it as it was when it was made."""
    found = FreightLedger()
    found.ledger.checkpoint()
    return found


def fresh() -> "FreightLedger":
    """The ledger of two banks without any invoice."""
    found = ready()
    found.ledger.rollback()
    return found


class FreightLedger(FreightPeople[Caller], TradeLedger):
    """The ledger with payer and payee in the directory, and a rate."""

    payer, payee = PAYER, PAYEE
    tax = make_caller(PORT, "tax.oracle", "tax")
    port = make_caller(PORT, "port.oracle", "port")
    relay = make_caller(REGULATOR, "regulator.relay", "relay")

    def __init__(self, banks: Sequence[str] = ("BankAMSP", "BankBMSP"), **settings: Any) -> None:
        super().__init__(banks, (PAYER, PAYEE), **settings)
        self.put_rate(RATE)
