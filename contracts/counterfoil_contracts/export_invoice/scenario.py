"""The contract `export_invoice` as a part of the chaincode."""

from typing import get_args

from counterfoil_contracts.core import mark_states
from counterfoil_contracts.scenario import Scenario

from .act_steps import REVERSIBLE
from .contract import ExportInvoice
from .messages import Act
from .operations import OPERATIONS

SCENARIO = Scenario(
    ExportInvoice,
    OPERATIONS,
    subject="financing",
    acts=get_args(Act),
    reversible=REVERSIBLE,
    steps=mark_states.STEPS,
    ended=mark_states.ENDED,
)
