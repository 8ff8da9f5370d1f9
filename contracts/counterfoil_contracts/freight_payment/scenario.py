"""The contract `freight_payment` as a part of the chaincode."""

from counterfoil_contracts.scenario import Scenario

from . import payments
from .contract import FreightPayment
from .operations import OPERATIONS

SCENARIO = Scenario(FreightPayment, OPERATIONS, subject="payment", steps=payments.STEPS, ended=payments.ENDED)
