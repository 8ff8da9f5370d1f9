"""What the second person of a proposal is shown before confirming it."""

from counterfoil_contracts.core.message import Message, RecordId, StaffId

from .directory_messages import Enterprise, Freeze, Office
from .staff_messages import Limits, StaffRecord
from .table_messages import TableEntries


class ReadProposal(Message, frozen=True):
    """Asks for a proposal by its id."""

    proposal: RecordId


class ProposalAnswer(Message, frozen=True):
    """A proposal of an officer: who proposed what, and who has confirmed it (empty: not yet)."""

    proposed_by: StaffId
    confirmed_by: str
    entries: TableEntries | None
    enterprises: tuple[Enterprise, ...]
    freeze: Freeze | None
    offices: tuple[Office, ...]


class OwnProposalAnswer(Message, frozen=True):
    """A proposal of a bank's approver: who proposed what, and who has confirmed it (empty: not yet)."""

    proposed_by: StaffId
    confirmed_by: str
    records: tuple[StaffRecord, ...] = ()
    limits: tuple[Limits, ...] = ()
