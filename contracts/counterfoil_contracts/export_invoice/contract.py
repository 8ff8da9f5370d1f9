"""The contract `export_invoice`, put together from its parts."""

from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract

from . import operations as ops
from .acts import Acts
from .admissions import Admissions
from .declarations import Declarations
from .lists import Lists
from .locks import Locks
from .queries import Queries
from .transfers import Transfers
from .views import Views


class ExportInvoice(
    Declarations, Views, Locks, Acts, Admissions, Transfers, Queries, Lists, ConfidentialContract
):
    """Export invoices are financed once, within what customs vouches for, by two people of a bank."""

    name: ClassVar[str] = ops.CONTRACT
