"""The chaincode `trade`: its contracts, their operations, and the collections that follow from them.

`counterfoil_contracts.chaincode:CHAINCODE` is the entry point of the package. It needs no list of banks:
a bank is an MSP whose ID says so, and collections are named after it.
"""

from counterfoil_chaincode.chaincode import Chaincode

from .collections import ENDORSEMENT_POLICY, RULES, collections
from .credit_authorization.scenario import SCENARIO as CREDIT_AUTHORIZATION
from .export_invoice.scenario import SCENARIO as EXPORT_INVOICE
from .freight_payment.scenario import SCENARIO as FREIGHT_PAYMENT
from .registry.scenario import SCENARIO as REGISTRY

__all__ = ["CHAINCODE", "ENDORSEMENT_POLICY", "NAME", "OPERATIONS", "RULES", "SCENARIOS", "collections"]

NAME = "trade"
SCENARIOS = (REGISTRY, EXPORT_INVOICE, FREIGHT_PAYMENT, CREDIT_AUTHORIZATION)
"""One a folder."""
OPERATIONS = tuple(operation for scenario in SCENARIOS for operation in scenario.operations)
CHAINCODE = Chaincode(
    [scenario.contract() for scenario in SCENARIOS], title="Counterfoil trade", version="0.1.0"
)
