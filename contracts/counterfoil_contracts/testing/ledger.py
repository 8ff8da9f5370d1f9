"""The chaincode on the testing kit's ledger, with parties, tables and enterprises."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from counterfoil_chaincode.testing import Caller, Clock, Ledger, Operations, Twin, make_caller
from counterfoil_protocol.confidential import Operation

from counterfoil_contracts.chaincode import CHAINCODE, collections
from counterfoil_contracts.consent.operations import Claims
from counterfoil_contracts.core.roles import PORT, REGULATOR
from counterfoil_contracts.registry import operations as registry

from .enterprises import SELLER, root_pem, signatory
from .people import OFFICER, TradePeople

AnswerT = TypeVar("AnswerT")

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in UTC+8."""


class TradeLedger(TradePeople[Caller]):
    """The chaincode on an in-memory ledger of Regulator, Port and the banks, ready for an export invoice."""

    def __init__(
        self,
        banks: Sequence[str] = ("BankAMSP", "BankBMSP"),
        enterprises: Sequence[str] = (SELLER,),
        *,
        ready: bool = True,
        twin: Twin | None = None,
    ) -> None:
        self.ledger = Ledger(
            CHAINCODE, [REGULATOR, PORT, *banks], collections(banks), clock=Clock(START), twin=twin
        )
        self.operations = Operations(self.ledger)
        super().__init__(
            customs=make_caller(PORT, "customs.oracle", "customs"),
            regulators=(
                make_caller(REGULATOR, "regulator.officer", "first"),
                make_caller(REGULATOR, "regulator.officer", "second"),
            ),
            begun=START.date(),
        )
        if ready:
            self._set_up(enterprises)

    def person(self, bank: str, role: str = OFFICER, name: str = "") -> Caller:
        """A bank's person with a role, `officer` or `approver`; `bank` as collections name it."""
        return make_caller(f"{bank}MSP", f"bank.{role}", name or role)

    def submit(
        self, caller: Caller, operation: Operation[Any, AnswerT], body: object, request_id: str = ""
    ) -> AnswerT:
        """Run an operation that writes."""
        return self.operations.submit(caller, operation, body, request_id=request_id)

    def ask(self, caller: Caller, operation: Operation[Any, AnswerT], body: object, at: str = "") -> AnswerT:
        """Run an operation that only answers."""
        return self.operations.evaluate(caller, operation, body, at=at)

    def now(self) -> int:
        """The clock's time."""
        return int(self.ledger.clock.seconds())

    def sign(self, claims: Claims) -> str:
        """Sign as the enterprise that the claims name."""
        return signatory(claims.enterprise).sign(claims)

    def _set_up(self, enterprises: Sequence[str]) -> None:
        first, second = self.regulators
        self.submit(first, registry.SECRET_CONTRIBUTE, registry.ContributeSecret("11" * 32))
        self.submit(second, registry.SECRET_COMPLETE, registry.CompleteSecret("22" * 32))
        root = registry.Root(root_pem(), "2026-01-01")
        self.put_tables(
            registry.TableEntries(parameters=registry.standard_parameters("2026-01-01"), trust=(root,))
        )
        for uscc in enterprises:
            self.put_enterprise(uscc)
