"""What the contract `export_invoice` can do: who may call it, who endorses, what is read and written.

The typed client, the command line, the collection definitions and the role matrix follow from these
declarations. Reasons for a refusal are `RefusalCode`, in order of precedence; types of requests and
answers are in `messages` and `answers`, and given again here.
"""

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.documents import Invoice, Line, invoice_fingerprint, near_invoice_fingerprint
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.roles import (
    AUTHORITIES,
    BANK_APPROVER,
    BANK_OFFICER,
    BANK_STAFF,
    CUSTOMS_ORACLE,
    PORT_RELAY,
    REGULATOR,
    REGULATOR_OFFICER,
    REGULATOR_RELAY,
    SUPERVISORS,
)

from . import answers, messages
from .answers import (
    ActRecord,
    Changes,
    Financing,
    Flags,
    PoolAnswer,
    ReadChanges,
    ReadFinancing,
    ReadFlags,
    Supervise,
    SuperviseBank,
    Supervised,
    SupervisedBank,
    SupervisedFinancing,
)
from .handover_messages import (
    AcceptTransfer,
    Admit,
    Admitted,
    ExecuteTransfer,
    OfferedMark,
    ProposeTransfer,
    ReadTransfer,
    TransferAccepted,
    TransferAnswer,
    TransferProposed,
)
from .list_answers import (
    Declarations,
    OwnConsents,
    PendingActs,
    Pools,
    ReadEnterpriseDocuments,
    ReadKeys,
    ReadOwn,
    ReadPage,
    SeenViews,
)
from .messages import (
    Act,
    AmendDeclaration,
    Approve,
    Cancel,
    CancelDeclaration,
    ConfirmAct,
    Confirmed,
    Correct,
    CreditNote,
    Declaration,
    DeclarationAmended,
    DeclarationsPut,
    DeclarationVersions,
    Disburse,
    Expire,
    Extend,
    Lock,
    Locked,
    MarkMoved,
    Overdue,
    Pledge,
    Prepare,
    Prepared,
    PutDeclarations,
    PutSlip,
    PutTerms,
    ReadAct,
    ReadDeclaration,
    ReadTerms,
    ReadViews,
    Receipt,
    Recover,
    Register,
    Repay,
    ReplaceInvoice,
    Reverse,
    SlipPut,
    StatedLine,
    TermsAnswer,
    TermsPut,
    View,
    ViewAnswer,
    ViewAnswers,
    Viewed,
    Withdraw,
    Withdrawn,
    WriteOff,
)
from .preview_messages import Preview

__all__ = [
    "OPERATIONS", "AcceptTransfer", "Act", "ActRecord", "Admit", "Admitted", "AmendDeclaration",
    "Approve", "Cancel", "CancelDeclaration", "Changes", "ConfirmAct", "Confirmed", "Correct",
    "CreditNote", "Declaration", "DeclarationAmended", "DeclarationVersions", "Declarations",
    "DeclarationsPut", "Disburse", "ExecuteTransfer", "Expire", "Extend", "Financing", "Flags",
    "Invoice", "Line", "Lock", "Locked", "MarkMoved", "OfferedMark", "Overdue", "OwnConsents",
    "PendingActs", "Pledge", "PoolAnswer", "Pools", "Prepare", "Prepared", "Preview", "ProposeTransfer",
    "PutDeclarations", "PutSlip", "PutTerms", "ReadAct", "ReadChanges", "ReadDeclaration",
    "ReadEnterpriseDocuments", "ReadFinancing", "ReadFlags", "ReadKeys", "ReadOwn", "ReadPage",
    "ReadTerms", "ReadTransfer", "ReadViews", "Receipt", "Recover", "RefusalCode", "Register", "Repay",
    "ReplaceInvoice", "Reverse", "SeenViews", "SlipPut", "StatedLine", "Supervise", "SuperviseBank",
    "Supervised", "SupervisedBank", "SupervisedFinancing", "TermsAnswer", "TermsPut", "TransferAccepted",
    "TransferAnswer", "TransferProposed", "View", "ViewAnswer", "ViewAnswers", "Viewed", "Withdraw",
    "Withdrawn", "WriteOff", "answers", "declaration_fingerprint", "invoice_fingerprint", "messages",
    "near_invoice_fingerprint",
]  # fmt: skip

CONTRACT = "export_invoice"
MARKS = "marks_{bank}"
TERMS = "terms_{bank}"
BOOKS = (AUTHORITY, MARKS)

DECLARATION_PUT = Operation(
    CONTRACT, "declaration.put", PutDeclarations, DeclarationsPut, roles=(CUSTOMS_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record export declarations with the lines that join them to invoices.",
)  # fmt: skip
DECLARATION_AMEND = Operation(
    CONTRACT, "declaration.amend", AmendDeclaration, DeclarationAmended, roles=(CUSTOMS_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record another total or status; below what is used, the declaration is flagged.",
)  # fmt: skip
DECLARATION_CANCEL = Operation(
    CONTRACT, "declaration.cancel", CancelDeclaration, DeclarationAmended, roles=(CUSTOMS_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record that a declaration counts no more.",
)  # fmt: skip
DECLARATION_READ = Operation(
    CONTRACT, "declaration.read", ReadDeclaration, DeclarationVersions, roles=(CUSTOMS_ORACLE, *SUPERVISORS),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Read what customs has stated about a declaration, never what uses it.",
)  # fmt: skip
VIEW = Operation(
    CONTRACT, "view", View, Viewed, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Put on record that the bank looks at the documents of a consent.",
)  # fmt: skip
VIEW_READ = Operation(
    CONTRACT, "view.read", ReadViews, ViewAnswers, roles=BANK_STAFF,
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Learn whether viewed documents are genuine, free, and for how much.",
)  # fmt: skip
TERMS_PUT = Operation(
    CONTRACT, "terms.put", PutTerms, TermsPut, roles=(BANK_OFFICER,),
    endorsers=(REGULATOR, BANK), outcome=TERMS, writes=(TERMS,),
    summary="Record a loan's terms between the bank and the regulator; inert until a lock names them.",
)  # fmt: skip
TERMS_READ = Operation(
    CONTRACT, "terms.read", ReadTerms, TermsAnswer, roles=BANK_STAFF,
    evaluate_at=(REGULATOR, BANK), reads=(TERMS,),
    summary="Read one's own terms.",
)  # fmt: skip
SLIP_PUT = Operation(
    CONTRACT, "slip.put", PutSlip, SlipPut, roles=(BANK_OFFICER, BANK_APPROVER),
    endorsers=(REGULATOR, BANK), outcome=TERMS, writes=(TERMS,),
    summary="Record references and reasons of an act between the bank and the regulator.",
)  # fmt: skip
LOCK = Operation(
    CONTRACT, "lock", Lock, Locked, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(*BOOKS, TERMS), writes=BOOKS,
    summary="Hold documents for a loan, all pledges or none, before the credit decision.",
)  # fmt: skip
APPROVE = Operation(
    CONTRACT, "approve", Approve, MarkMoved, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(*BOOKS, TERMS), writes=BOOKS,
    summary="A second person approves at most what is locked; the rest is freed.",
)  # fmt: skip
PREPARE = Operation(
    CONTRACT, "prepare", Prepare, Prepared, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(MARKS, TERMS), writes=(MARKS,),
    summary="First person of an act (disburse, repay, reverse, … below). Nothing moves yet.",
)  # fmt: skip
CONFIRM = Operation(
    CONTRACT, "confirm", ConfirmAct, Confirmed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=BOOKS, writes=BOOKS,
    summary="Second person of an act: it takes effect on the mark and its documents.",
)  # fmt: skip
APPROVE_PREVIEW = Operation(
    CONTRACT, "approve.preview", Approve, Preview, roles=(BANK_APPROVER,),
    evaluate_at=(REGULATOR,), reads=(*BOOKS, TERMS),
    summary="See what an approval would move; nothing is written.",
)  # fmt: skip
CONFIRM_PREVIEW = Operation(
    CONTRACT, "confirm.preview", ConfirmAct, Preview, roles=(BANK_APPROVER,),
    evaluate_at=AUTHORITIES, reads=BOOKS,
    summary="See what an act would move if it were confirmed; nothing is written.",
)  # fmt: skip
ADMIT_PREVIEW = Operation(
    CONTRACT, "admit.preview", Admit, Preview, roles=(REGULATOR_OFFICER,),
    evaluate_at=AUTHORITIES, reads=BOOKS,
    summary="See the financing that an admission would make; nothing is written.",
)  # fmt: skip
ADMIT = Operation(
    CONTRACT, "admit", Admit, Admitted, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=BOOKS, writes=BOOKS,
    summary="Admit a loan that two people of a bank registered late or imported.",
)  # fmt: skip
TRANSFER_PROPOSE = Operation(
    CONTRACT, "transfer.propose", ProposeTransfer, TransferProposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=BOOKS, writes=(AUTHORITY,),
    summary="Offer a leaving bank's financings to a successor.",
)  # fmt: skip
TRANSFER_READ = Operation(
    CONTRACT, "transfer.read", ReadTransfer, TransferAnswer,
    roles=(*SUPERVISORS, BANK_OFFICER, BANK_APPROVER), evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Read what a transfer offers, before accepting or executing it.",
)  # fmt: skip
TRANSFER_ACCEPT = Operation(
    CONTRACT, "transfer.accept", AcceptTransfer, TransferAccepted, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY, TERMS), writes=(AUTHORITY,),
    summary="The successor accepts, with terms of its own for each financing.",
)  # fmt: skip
TRANSFER_EXECUTE = Operation(
    CONTRACT, "transfer.execute", ExecuteTransfer, TransferAccepted, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=BOOKS, writes=BOOKS,
    summary="A second officer moves the financings; nothing is free in between.",
)  # fmt: skip
ACT_READ = Operation(
    CONTRACT, "act.read", ReadAct, ActRecord, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read an act, so that the second person sees what it will do.",
)  # fmt: skip
EXPIRE = Operation(
    CONTRACT, "expire", Expire, MarkMoved, roles=(BANK_OFFICER, BANK_APPROVER, REGULATOR_OFFICER),
    endorsers=AUTHORITIES, outcome=MARKS, reads=BOOKS, writes=BOOKS,
    summary="Free a mark that was locked and not approved in time; the regulator may too.",
)  # fmt: skip
CONSENT_WITHDRAW = Operation(
    CONTRACT, "consent.withdraw", Withdraw, Withdrawn, roles=(BANK_OFFICER, REGULATOR_RELAY, PORT_RELAY),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Carry an enterprise's withdrawal: no new lock under that consent.",
)  # fmt: skip
FINANCING_READ = Operation(
    CONTRACT, "financing.read", ReadFinancing, Financing, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read one's own financing.",
)  # fmt: skip
CHANGES = Operation(
    CONTRACT, "changes", ReadChanges, Changes, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read one's own financings changed since a time, and acts that wait for a second person.",
)  # fmt: skip
ACTS_PENDING = Operation(
    CONTRACT, "acts.pending", ReadPage, PendingActs, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="List one's own acts that wait for a second person.",
)  # fmt: skip
BRANCH_READ = Operation(
    CONTRACT, "branch.read", ReadPage, Changes, roles=BANK_STAFF,
    evaluate_at=(BANK, REGULATOR), reads=(MARKS, TERMS),
    summary="List the financings of one's own branch.",
)  # fmt: skip
DECLARATION_LIST = Operation(
    CONTRACT, "declaration.list", ReadKeys, Declarations, roles=(CUSTOMS_ORACLE, *SUPERVISORS),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="List what customs has stated, never what uses it.",
)  # fmt: skip
SUPERVISE_FLAGGED = Operation(
    CONTRACT, "supervise.flagged", ReadKeys, Pools, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="List documents with open flags.",
)  # fmt: skip
SUPERVISE_ENTERPRISE = Operation(
    CONTRACT, "supervise.enterprise", ReadEnterpriseDocuments, Pools, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="List all documents of one enterprise, whoever lends on them.",
)  # fmt: skip
SUPERVISE_DOCUMENTS = Operation(
    CONTRACT, "supervise.documents", ReadKeys, Pools, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="List all documents that anybody has stated.",
)  # fmt: skip
SUPERVISE_VIEWS = Operation(
    CONTRACT, "supervise.views", ReadKeys, SeenViews, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=BOOKS,
    summary="List who looked at what, and what of it was in another bank's live financing then.",
)  # fmt: skip
CONSENT_LIST = Operation(
    CONTRACT, "consent.list", ReadOwn, OwnConsents, roles=(REGULATOR_RELAY, PORT_RELAY),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Carry an enterprise's signed request: which consents it has given.",
)  # fmt: skip
CONSENT_VIEWS = Operation(
    CONTRACT, "consent.views", ReadOwn, SeenViews, roles=(REGULATOR_RELAY, PORT_RELAY),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Carry an enterprise's signed request: who looked at its documents.",
)  # fmt: skip
FLAGS_MINE = Operation(
    CONTRACT, "flags.mine", ReadFlags, Flags, roles=BANK_STAFF,
    evaluate_at=AUTHORITIES, reads=BOOKS,
    summary="Read the flags on documents of one's own live financings.",
)  # fmt: skip
SUPERVISE = Operation(
    CONTRACT, "supervise", Supervise, Supervised, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(*BOOKS, TERMS),
    summary="See everything about one document: pool, marks of all banks, terms.",
)  # fmt: skip
SUPERVISE_BANK = Operation(
    CONTRACT, "supervise.bank", SuperviseBank, SupervisedBank, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(MARKS, TERMS),
    summary="See all financings of one bank with their terms.",
)  # fmt: skip

OPERATIONS = (
    DECLARATION_PUT, DECLARATION_AMEND, DECLARATION_CANCEL, DECLARATION_READ, DECLARATION_LIST, VIEW,
    VIEW_READ, TERMS_PUT, TERMS_READ, SLIP_PUT, LOCK, APPROVE, PREPARE, CONFIRM, ADMIT, TRANSFER_PROPOSE,
    TRANSFER_READ, TRANSFER_ACCEPT, TRANSFER_EXECUTE, ACT_READ, EXPIRE, CONSENT_WITHDRAW, FINANCING_READ,
    CHANGES, ACTS_PENDING, BRANCH_READ, FLAGS_MINE, SUPERVISE, SUPERVISE_BANK, SUPERVISE_FLAGGED,
    SUPERVISE_ENTERPRISE, SUPERVISE_DOCUMENTS, SUPERVISE_VIEWS, CONSENT_LIST, CONSENT_VIEWS,
    APPROVE_PREVIEW, CONFIRM_PREVIEW, ADMIT_PREVIEW,
)  # fmt: skip
