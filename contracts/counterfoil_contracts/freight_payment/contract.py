"""The contract `freight_payment`, put together from its parts."""

from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract

from . import operations as ops
from .acts import Acts
from .marking import Marking
from .parties import Parties
from .queries import Queries
from .supervision import Supervision
from .tax_invoices import TaxInvoices
from .transports import Transports
from .verifications import Verifications


class FreightPayment(
    TaxInvoices,
    Transports,
    Parties,
    Verifications,
    Marking,
    Acts,
    Queries,
    Supervision,
    ConfidentialContract,
):
    """Freight is paid once, within what the tax authority vouches for, by two people of a bank."""

    name: ClassVar[str] = ops.CONTRACT
