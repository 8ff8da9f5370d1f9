"""A person's desk on the testing kit: requests of commands meet the contracts, without a network."""

from dataclasses import dataclass
from typing import Any

from counterfoil.trade import Outcome
from counterfoil_chaincode.testing import Caller
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.confidential import Operation


@dataclass(frozen=True, slots=True)
class KitDesk:
    """What `counterfoil_cli.trade.command.Desk` asks for, by one caller on a ledger in memory."""

    trade: TradeLedger
    caller: Caller
    step: str = ""
    is_dry: bool = False

    @property
    def msp_id(self) -> str:
        """The MSP ID of the caller."""
        return self.caller.msp_id

    def ask(self, operation: Operation[Any, Any], body: Any) -> Any:
        """The answer of an evaluate."""
        return self.trade.ask(self.caller, operation, body)

    def submit(self, operation: Operation[Any, Any], body: Any, step: str = "") -> Outcome[Any]:
        """The outcome of a submit; steps are the journal's business."""
        assert not self.is_dry
        return Outcome(
            self.trade.submit(self.caller, operation, body), "0" * 32, "", None, (step,) if step else ()
        )
