"""The contract `registry` as a part of the chaincode."""

from counterfoil_contracts.scenario import Scenario

from .contract import Registry
from .operations import OPERATIONS

SCENARIO = Scenario(Registry, OPERATIONS)
