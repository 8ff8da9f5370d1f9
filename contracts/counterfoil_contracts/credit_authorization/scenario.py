"""The contract `credit_authorization` as a part of the chaincode."""

from typing import get_args

from counterfoil_contracts.scenario import Scenario

from .contract import CreditAuthorization
from .messages import Act
from .operations import OPERATIONS
from .standing import ENDED, STEPS

SCENARIO = Scenario(
    CreditAuthorization, OPERATIONS, subject="grant", acts=get_args(Act), steps=STEPS, ended=ENDED
)
