"""The chaincode `trade`: its contracts, their operations, and the collections that follow from them.

`counterfoil_contracts.chaincode:CHAINCODE` is the entry point of the package. It needs no list of banks:
a bank is an MSP whose ID says so, and collections are named after it.
"""

from counterfoil_chaincode.chaincode import Chaincode

from .collections import ENDORSEMENT_POLICY, RULES, collections
from .export_invoice.contract import ExportInvoice
from .export_invoice.operations import OPERATIONS as EXPORT_INVOICE_OPERATIONS
from .registry.contract import Registry
from .registry.operations import OPERATIONS as REGISTRY_OPERATIONS

__all__ = ["CHAINCODE", "ENDORSEMENT_POLICY", "NAME", "OPERATIONS", "RULES", "collections"]

NAME = "trade"
OPERATIONS = (*REGISTRY_OPERATIONS, *EXPORT_INVOICE_OPERATIONS)
CHAINCODE = Chaincode([Registry(), ExportInvoice()], title="Counterfoil trade", version="0.1.0")
