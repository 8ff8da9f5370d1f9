"""Who calls a confidential operation: MSP, role and staff id, from the certificate alone."""

import re
from dataclasses import dataclass

from counterfoil_protocol.confidential import Role, bank_of

from ..client_identity import ClientIdentity
from .refusals import RuntimeRefusal

ROLE_ATTRIBUTE = "role"
STAFF_ATTRIBUTE = "staff"
_STAFF = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authorised caller. `staff` is the person's pseudonym, kept when the certificate is renewed."""

    msp_id: str
    role: str
    staff: str

    @property
    def bank(self) -> str | None:
        """The caller's bank as collections name it, None for one that is no bank's."""
        return bank_of(self.msp_id)


def authorize(identity: ClientIdentity, roles: tuple[Role, ...]) -> Caller:
    """The caller, if its certificate carries one of `roles` from the MSP that the role belongs to.

    The staff id must be 32 hex digits and the common name too, so that a block shows one pseudonym.

    Raises:
        Refusal: NOT_AUTHORIZED.
    """
    role = identity.attributes.get(ROLE_ATTRIBUTE, "")
    if not any(admitted.admits(identity.msp_id, role) for admitted in roles):
        raise RuntimeRefusal.NOT_AUTHORIZED.refuse("the caller's role may not call this operation")
    staff = identity.attributes.get(STAFF_ATTRIBUTE, "")
    if not _STAFF.fullmatch(staff) or identity.common_name != staff:
        raise RuntimeRefusal.NOT_AUTHORIZED.refuse(
            "the caller's certificate has no staff id, or another name"
        )
    return Caller(identity.msp_id, role, staff)
