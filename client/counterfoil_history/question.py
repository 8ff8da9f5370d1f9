"""Asking the contracts what they would have answered: the chaincode itself, run on the state of a block."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from counterfoil_chaincode.testing import Clock, Ledger, Operations, make_caller
from counterfoil_contracts.chaincode import CHAINCODE, collections
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_protocol.confidential import Operation, msp_of

from .ledger_at import LedgerAt

AnswerT = TypeVar("AnswerT")

_PER_BANK = "marks_"


def ask(ledger: LedgerAt, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
    """What an evaluate would have answered the regulator when the ledger had these blocks.

    It is asked at the time of the newest transaction in them, by whoever of the regulator may ask it.

    Raises:
        Refused: as the contract refuses.
        ValueError: the regulator may not ask it, or not at its own peer.
    """
    roles = [role for role in operation.roles if role.msp == REGULATOR]
    if not roles or REGULATOR not in operation.evaluate_at:
        raise ValueError(f"{operation.full_name} is no question of the regulator at its own peer")
    banks = [
        msp_of(name.removeprefix(_PER_BANK)) for name in ledger.collections if name.startswith(_PER_BANK)
    ]
    clock = Clock(datetime.fromtimestamp(ledger.time, UTC))
    state = Ledger(
        CHAINCODE,
        [REGULATOR],
        collections(banks),
        clock=clock,
        name=ledger.chaincode,
        channel=ledger.channel,
    )
    state.load(REGULATOR, ledger.public, ledger.private)
    caller = make_caller(REGULATOR, roles[0].role, "audit")
    return Operations(state).evaluate(caller, operation, body, at=REGULATOR)
