"""The contract `freight_payment`, put together from its parts."""

from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract

from . import operations as ops
from .marking import Marking
from .queries import Queries
from .tax_invoices import TaxInvoices
from .verifications import Verifications


class FreightPayment(TaxInvoices, Verifications, Marking, Queries, ConfidentialContract):
    """Freight is paid once, within what the tax authority vouches for, by two people of a bank."""

    name: ClassVar[str] = ops.CONTRACT
