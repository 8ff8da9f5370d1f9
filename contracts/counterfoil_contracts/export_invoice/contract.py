"""The contract `export_invoice`, put together from its parts."""

from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract

from . import operations as ops
from .declarations import Declarations
from .lists import Lists
from .previews import Previews
from .queries import Queries
from .transfers import Transfers
from .views import Views


class ExportInvoice(Previews, Declarations, Views, Transfers, Queries, Lists, ConfidentialContract):
    """Export invoices are financed once, within what customs vouches for, by two people of a bank."""

    name: ClassVar[str] = ops.CONTRACT
