"""The role matrix, from the declarations: every operation, every role, from every MSP."""

import pytest
from counterfoil_chaincode.confidential import RuntimeRefusal
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.confidential import Operation, build_request, organizations
from role_matrix import cells, undeclared_roles


@pytest.fixture(scope="module")
def trade() -> TradeLedger:
    return TradeLedger(ready=False)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.full_name))
def test_only_declared_roles_of_their_own_msp_may_call(
    trade: TradeLedger, operation: Operation[object, object]
) -> None:
    """A certificate authority that signs itself a foreign role gains nothing."""
    for cell in cells([operation]):
        is_allowed = answer(trade, operation, cell.msp_id, cell.role) != RuntimeRefusal.NOT_AUTHORIZED.name
        assert is_allowed == cell.is_declared, str(cell)


def test_the_matrix_tries_every_role_that_is_declared() -> None:
    assert not undeclared_roles()


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
