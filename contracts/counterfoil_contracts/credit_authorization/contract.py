"""The contract `credit_authorization`, put together from its parts."""

from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract

from . import operations as ops
from .deliveries import Deliveries
from .enquiries import Enquiries
from .grants import Grants
from .readings import Readings
from .supervision import Supervision


class CreditAuthorization(Grants, Enquiries, Deliveries, Supervision, Readings, ConfidentialContract):
    """A bank reads an enterprise's credit record with its leave, as far as it goes, and never unseen."""

    name: ClassVar[str] = ops.CONTRACT
