"""What the contract `registry` can do: the ledger's secret, the public tables, the enterprises' classes.

Every supervisory act takes two officers of the regulator: one proposes, another confirms. Tables are
public state, each one whole effective-dated table under one fixed key, and every operation of every
contract reads all of them: so which of them a transaction looked at tells nothing.
"""

from typing import Annotated

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation
from msgspec import Meta

from counterfoil_contracts.core.message import (
    Message,
    RecordId,
)
from counterfoil_contracts.core.roles import (
    AUTHORITIES,
    BANK_APPROVER,
    BANK_OFFICER,
    BANK_STAFF,
    CUSTOMS_ORACLE,
    PORT,
    REGULATOR,
    REGULATOR_OFFICER,
    SUPERVISORS,
)

from .directory_messages import (
    Enterprise,
    EnterpriseClass,
    EnterpriseHistory,
    Freeze,
    HungOffice,
    Office,
    OfficeTree,
    ProposeEnterprises,
    ProposeOffices,
    ReadEnterprise,
    ReadOffices,
)
from .proposal_messages import OwnProposalAnswer, ProposalAnswer, ReadProposal
from .staff_messages import (
    ConfirmOwn,
    LimitAmount,
    Limits,
    PutLimits,
    PutStaff,
    ReadLimits,
    ReadStaff,
    StaffRecord,
)
from .table_messages import (
    CalendarDay,
    Code,
    Parameter,
    ProposeTables,
    Rate,
    ReadTables,
    Root,
    TableEntries,
    Tables,
    standard_parameters,
)
from .worklist_messages import (
    AnswerInquiry,
    AssignMatter,
    CloseMatter,
    InquireMatter,
    Inquiries,
    Inquiry,
    InquiryAnswered,
    Matter,
    MatterMoved,
    ReadInquiries,
    ReadWorklist,
    Work,
    Worklist,
)

__all__ = [
    "OPERATIONS", "AnswerInquiry", "AssignMatter", "CalendarDay", "CloseMatter", "Code",
    "CompleteSecret", "Confirm", "ConfirmOwn", "Confirmed", "ContributeSecret", "Enterprise",
    "EnterpriseClass", "EnterpriseHistory", "Freeze", "HungOffice", "InquireMatter", "Inquiries",
    "Inquiry", "InquiryAnswered", "LimitAmount", "Limits", "Matter", "MatterMoved", "Office",
    "OfficeTree", "OwnProposalAnswer", "Parameter", "ProposalAnswer",
    "ProposeEnterprises", "ProposeOffices", "ProposeTables", "Proposed",
    "PutLimits", "PutStaff", "Rate", "ReadEnterprise", "ReadInquiries", "ReadLimits", "ReadOffices",
    "ReadProposal",
    "ReadStaff", "ReadTables", "ReadWorklist", "Root", "SecretNumber", "StaffRecord", "TableEntries",
    "Tables", "Work", "Worklist", "standard_parameters",
]  # fmt: skip

CONTRACT = "registry"
MARKS = "marks_{bank}"
TERMS = "terms_{bank}"
NOTICES = "notices_{bank}"
SUPERVISION = "supervision"

TABLES = ("calendar", "codes", "parameters", "rates", "trust")
"""Keys of the public tables."""

Half = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""32 random bytes in hex."""


class ContributeSecret(Message, frozen=True):
    """First officer: a half of the next secret."""

    half: Half


class CompleteSecret(Message, frozen=True):
    """Second officer: the other half. The secret is the HMAC of both, so neither officer knows it."""

    half: Half


class SecretNumber(Message, frozen=True):
    """Which secret this is, counted from 1."""

    number: int


class Proposed(Message, frozen=True):
    """What to give the second officer."""

    proposal: RecordId


class Confirm(Message, frozen=True):
    """Second officer: the proposal that takes effect."""

    proposal: RecordId


class Confirmed(Message, frozen=True):
    """How many entries took effect."""

    entries: int


SECRET_CONTRIBUTE = Operation(
    CONTRACT, "secret.contribute", ContributeSecret, SecretNumber, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,), client_salt=True,
    summary="Give the first half of the ledger's next secret.",
)  # fmt: skip
SECRET_COMPLETE = Operation(
    CONTRACT, "secret.complete", CompleteSecret, SecretNumber, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,), client_salt=True,
    summary="Give the second half; from the next transaction on, keys and salts come from the new secret.",
)  # fmt: skip
TABLE_PROPOSE = Operation(
    CONTRACT, "table.propose", ProposeTables, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose entries for the public tables.",
)  # fmt: skip
TABLE_CONFIRM = Operation(
    CONTRACT, "table.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's entries; the public tables take them up.",
)  # fmt: skip
TABLES_READ = Operation(
    CONTRACT, "tables.read", ReadTables, Tables, roles=(*SUPERVISORS, CUSTOMS_ORACLE, *BANK_STAFF),
    evaluate_at=(REGULATOR, PORT, BANK),
    summary="Read the public tables.",
)  # fmt: skip
ENTERPRISE_PROPOSE = Operation(
    CONTRACT, "enterprise.propose", ProposeEnterprises, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose records of the directory of enterprises.",
)  # fmt: skip
ENTERPRISE_CONFIRM = Operation(
    CONTRACT, "enterprise.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's records; they count for every lock from now on.",
)  # fmt: skip
ENTERPRISE_READ = Operation(
    CONTRACT, "enterprise.read", ReadEnterprise, EnterpriseHistory, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="Read what the directory says about an enterprise.",
)  # fmt: skip
OFFICE_PROPOSE = Operation(
    CONTRACT, "office.propose", ProposeOffices, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Propose offices of the regulator, or other places for them in the tree.",
)  # fmt: skip
OFFICE_CONFIRM = Operation(
    CONTRACT, "office.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's offices; how they hung before stays on record.",
)  # fmt: skip
OFFICE_READ = Operation(
    CONTRACT, "office.read", ReadOffices, OfficeTree, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="Read the tree of offices, now or as it hung at a time.",
)  # fmt: skip
FREEZE_PROPOSE = Operation(
    CONTRACT, "freeze.propose", Freeze, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose to freeze a document, an enterprise or a bank, or to lift that.",
)  # fmt: skip
FREEZE_CONFIRM = Operation(
    CONTRACT, "freeze.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's freeze: no new lock from now on; releases go on.",
)  # fmt: skip
PROPOSAL_READ = Operation(
    CONTRACT, "proposal.read", ReadProposal, ProposalAnswer, roles=SUPERVISORS,
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Read what an officer has proposed, before confirming it.",
)  # fmt: skip
STAFF_PUT = Operation(
    CONTRACT, "staff.put", PutStaff, Proposed, roles=(BANK_APPROVER,),
    endorsers=(REGULATOR, BANK), outcome=TERMS, writes=(TERMS,),
    summary="Propose entries of the bank's own register: which person sees which branch.",
)  # fmt: skip
STAFF_CONFIRM = Operation(
    CONTRACT, "staff.confirm", ConfirmOwn, Confirmed, roles=(BANK_APPROVER,),
    endorsers=(REGULATOR, BANK), outcome=TERMS, reads=(TERMS,), writes=(TERMS,),
    summary="Confirm another approver's entries of the register.",
)  # fmt: skip
STAFF_PROPOSAL_READ = Operation(
    CONTRACT, "staff.proposal.read", ReadProposal, OwnProposalAnswer, roles=BANK_STAFF,
    evaluate_at=(REGULATOR, BANK), reads=(TERMS,),
    summary="Read entries of the register that a colleague has proposed, before confirming them.",
)  # fmt: skip
STAFF_READ = Operation(
    CONTRACT, "staff.read", ReadStaff, StaffRecord, roles=BANK_STAFF,
    evaluate_at=(REGULATOR, BANK), reads=(TERMS,),
    summary="Read an entry of the bank's own register.",
)  # fmt: skip
LIMIT_PUT = Operation(
    CONTRACT, "limit.put", PutLimits, Proposed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, writes=(MARKS,),
    summary="Propose what approvers of the bank may approve at once.",
)  # fmt: skip
LIMIT_CONFIRM = Operation(
    CONTRACT, "limit.confirm", ConfirmOwn, Confirmed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(MARKS,), writes=(MARKS,),
    summary="Confirm another approver's limits; they count from now on.",
)  # fmt: skip
LIMIT_PROPOSAL_READ = Operation(
    CONTRACT, "limit.proposal.read", ReadProposal, OwnProposalAnswer, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read limits that a colleague has proposed, before confirming them.",
)  # fmt: skip
LIMIT_READ = Operation(
    CONTRACT, "limit.read", ReadLimits, Limits, roles=BANK_STAFF,
    evaluate_at=AUTHORITIES, reads=(MARKS,),
    summary="Read an approver's limits.",
)  # fmt: skip

WORKLIST_READ = Operation(
    CONTRACT, "worklist.read", ReadWorklist, Worklist, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY, SUPERVISION, NOTICES),
    summary="List flags with who must act on each.",
)  # fmt: skip
WORKLIST_ASSIGN = Operation(
    CONTRACT, "worklist.assign", AssignMatter, MatterMoved, roles=(REGULATOR_OFFICER,),
    endorsers=(REGULATOR,), outcome=SUPERVISION, reads=(AUTHORITY,), writes=(SUPERVISION,),
    summary="Give a matter of the worklist to an officer of an office.",
)  # fmt: skip
WORKLIST_INQUIRE = Operation(
    CONTRACT, "worklist.inquire", InquireMatter, MatterMoved, roles=(REGULATOR_OFFICER,),
    endorsers=(REGULATOR,), outcome=SUPERVISION, reads=(AUTHORITY,), writes=(SUPERVISION, NOTICES),
    summary="Ask a bank about a document, to be answered by a day.",
)  # fmt: skip
WORKLIST_CLOSE = Operation(
    CONTRACT, "worklist.close", CloseMatter, MatterMoved, roles=(REGULATOR_OFFICER,),
    endorsers=(REGULATOR,), outcome=SUPERVISION, reads=(AUTHORITY,), writes=(SUPERVISION,),
    summary="End a matter with a reason, or escalate it to the head office.",
)  # fmt: skip
INQUIRY_READ = Operation(
    CONTRACT, "inquiry.read", ReadInquiries, Inquiries, roles=BANK_STAFF,
    evaluate_at=(BANK, REGULATOR), reads=(NOTICES,),
    summary="Read what the regulator wants to know of one's own bank.",
)  # fmt: skip
INQUIRY_ANSWER = Operation(
    CONTRACT, "inquiry.answer", AnswerInquiry, InquiryAnswered, roles=(BANK_OFFICER, BANK_APPROVER),
    endorsers=(REGULATOR,), outcome=NOTICES, reads=(AUTHORITY,), writes=(NOTICES,),
    summary="Answer an inquiry of the regulator.",
)  # fmt: skip

OPERATIONS = (
    SECRET_CONTRIBUTE, SECRET_COMPLETE, TABLE_PROPOSE, TABLE_CONFIRM, TABLES_READ,
    ENTERPRISE_PROPOSE, ENTERPRISE_CONFIRM, ENTERPRISE_READ,
    OFFICE_PROPOSE, OFFICE_CONFIRM, OFFICE_READ, FREEZE_PROPOSE, FREEZE_CONFIRM, PROPOSAL_READ,
    STAFF_PUT, STAFF_CONFIRM, STAFF_PROPOSAL_READ, STAFF_READ,
    LIMIT_PUT, LIMIT_CONFIRM, LIMIT_PROPOSAL_READ, LIMIT_READ,
    WORKLIST_READ, WORKLIST_ASSIGN, WORKLIST_INQUIRE, WORKLIST_CLOSE, INQUIRY_READ, INQUIRY_ANSWER,
)  # fmt: skip
