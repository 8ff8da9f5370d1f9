"""The role matrix, from the declarations: every operation, every role, from every MSP."""

import pytest
from counterfoil_chaincode.confidential import RuntimeRefusal
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.confidential import Operation, build_request, organizations

ROLES = (
    "regulator.officer", "regulator.oracle", "regulator.relay", "regulator.auditor", "customs.oracle",
    "tax.oracle", "port.oracle", "port.relay", "bank.officer", "bank.approver", "bank.auditor", "",
)  # fmt: skip
MSPS = ("RegulatorMSP", "PortMSP", "BankAMSP", "OrdererMSP")


@pytest.fixture(scope="module")
def trade() -> TradeLedger:
    return TradeLedger(ready=False)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.full_name))
def test_only_declared_roles_of_their_own_msp_may_call(
    trade: TradeLedger, operation: Operation[object, object]
) -> None:
    """A certificate authority that signs itself a foreign role gains nothing."""
    for msp in MSPS:
        for role in ROLES:
            declared = any(each.admits(msp, role) for each in operation.roles)
            assert (answer(trade, operation, msp, role) != RuntimeRefusal.NOT_AUTHORIZED.name) == declared, (
                msp,
                role,
            )


def answer(trade: TradeLedger, operation: Operation[object, object], msp: str, role: str) -> str:
    """The refusal of a call with an empty body."""
    salt = bytes(32) if operation.takes_salt else None
    targets = organizations(operation.endorsers or operation.evaluate_at, msp)
    arguments = ("0" * 32,) if operation.is_submit else ()
    transient = build_request(operation.name, {}, salt)
    try:
        trade.ledger.endorse(
            make_caller(msp, role, "x"), operation.function, *arguments, at=targets[:1], transient=transient
        )
    except Refused as refused:
        return refused.code
    return "OK"
