"""The role matrix, from the declarations: every operation, every role, from every MSP, allowed or not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_protocol.confidential import Operation

MSPS = ("RegulatorMSP", "PortMSP", "BankAMSP", "OrdererMSP")
ROLES = (
    "regulator.officer", "regulator.oracle", "regulator.relay", "regulator.auditor", "customs.oracle",
    "tax.oracle", "port.oracle", "port.relay", "bank.officer", "bank.approver", "bank.auditor", "",
)  # fmt: skip
"""All that a certificate may say; nothing at all last."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One operation asked for by a certificate of an MSP that says a role."""

    operation: Operation[Any, Any]
    msp_id: str
    role: str

    def __str__(self) -> str:
        return f"{self.operation.full_name} as {self.role or 'nobody'} of {self.msp_id}"

    @property
    def is_declared(self) -> bool:
        """Whether the operation's declaration lets him."""
        return any(each.admits(self.msp_id, self.role) for each in self.operation.roles)


def cells(operations: Iterable[Operation[Any, Any]] = OPERATIONS) -> Iterator[Cell]:
    """The whole matrix, a certificate authority that signs itself foreign roles among it."""
    for operation in operations:
        for msp_id in MSPS:
            for role in ROLES:
                yield Cell(operation, msp_id, role)


def undeclared_roles() -> set[str]:
    """Roles that an operation names and the matrix does not try."""
    return {role.role for operation in OPERATIONS for role in operation.roles} - set(ROLES)
