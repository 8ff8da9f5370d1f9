"""What the contract `freight_payment` can do: who may call it, who endorses, what is read and written.

The truth about invoices and transport comes from the oracles of the tax authority and the port, never from a
bank. Reasons for a refusal are `RefusalCode`, in order of precedence; types of requests and answers are given
again here.
"""

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation

from counterfoil_contracts.consent.operations import new_nonce, sign
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.fingerprint import older_tax_invoice, tax_invoice
from counterfoil_contracts.core.money import exponent as currency_exponent
from counterfoil_contracts.core.roles import (
    AUTHORITIES,
    BANK_APPROVER,
    BANK_OFFICER,
    BANK_STAFF,
    PORT_ORACLE,
    PORT_RELAY,
    REGULATOR,
    REGULATOR_OFFICER,
    REGULATOR_RELAY,
    SUPERVISORS,
    TAX_ORACLE,
)

from .answers import (
    ActRecord,
    Flags,
    PaymentAnswer,
    PaymentDays,
    Payments,
    PendingActs,
    ReadAct,
    ReadChanges,
    ReadFlags,
    ReadPage,
    ReadPayment,
    Supervise,
    SuperviseBank,
    Supervised,
    SuperviseDays,
    SupervisedBank,
    SupervisedInvoices,
    SupervisedPayment,
    SuperviseEnterprise,
)
from .mandate_messages import (
    Mandate,
    MandatePut,
    Mandates,
    MandateWithdrawal,
    MandateWithdrawn,
    PutMandate,
    ReadMandates,
    WithdrawMandate,
)
from .payment_messages import (
    Act,
    Admit,
    Asked,
    Cancel,
    ConfirmAct,
    Confirmed,
    LegacyUse,
    Mark,
    Paid,
    PaymentMoved,
    Prepare,
    Prepared,
    PutSlip,
    ReadSlip,
    ReadVerification,
    Refund,
    Reverse,
    SlipAnswer,
    SlipPut,
    StatedUse,
    Verified,
    Verify,
)
from .tax_messages import (
    InvoiceRestated,
    InvoicesPut,
    InvoiceTuple,
    ProbePage,
    PutInvoices,
    ReadInvoice,
    ReadKeys,
    ReverseInvoice,
    StatedInvoice,
    StatedInvoices,
    TaxInvoice,
    VerifiedInvoice,
    VoidInvoice,
)
from .transport_messages import (
    AskedTransport,
    PortCheck,
    PutTransports,
    ReadTransport,
    TransportDocument,
    TransportsPut,
    TransportVersions,
)

__all__ = [
    "OPERATIONS", "Act", "ActRecord", "Admit", "Asked", "AskedTransport", "Cancel", "ConfirmAct",
    "Confirmed", "Flags", "InvoiceRestated", "InvoiceTuple", "InvoicesPut", "LegacyUse", "Mandate",
    "MandatePut", "MandateWithdrawal", "MandateWithdrawn", "Mandates", "Mark", "Paid", "PaymentAnswer",
    "PaymentDays", "PaymentMoved", "Payments", "PendingActs", "PortCheck", "Prepare", "Prepared",
    "ProbePage", "PutInvoices", "PutMandate", "PutSlip", "PutTransports", "ReadAct", "ReadChanges",
    "ReadFlags", "ReadInvoice", "ReadKeys", "ReadMandates", "ReadPage", "ReadPayment", "ReadSlip",
    "ReadTransport", "ReadVerification", "Refund", "RefusalCode", "Reverse", "ReverseInvoice", "SlipAnswer",
    "SlipPut", "StatedInvoice", "StatedInvoices", "StatedUse", "Supervise", "SuperviseBank",
    "SuperviseDays", "SuperviseEnterprise", "Supervised", "SupervisedBank", "SupervisedInvoices",
    "SupervisedPayment", "TaxInvoice", "TransportDocument", "TransportVersions", "TransportsPut",
    "Verified", "VerifiedInvoice", "Verify", "VoidInvoice", "WithdrawMandate", "currency_exponent",
    "new_nonce", "older_tax_invoice", "sign", "tax_invoice",
]  # fmt: skip

CONTRACT = "freight_payment"
MARKS = "marks_{bank}"
TERMS = "terms_{bank}"
BOOKS = (AUTHORITY, MARKS)

INVOICE_PUT = Operation(
    CONTRACT, "invoice.put", PutInvoices, InvoicesPut, roles=(TAX_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record tax invoices, up to 500 at once.",
)  # fmt: skip
INVOICE_REVERSE = Operation(
    CONTRACT, "invoice.reverse", ReverseInvoice, InvoiceRestated, roles=(TAX_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record a red invoice over the whole or a part; below what is used, the invoice is flagged.",
)  # fmt: skip
INVOICE_VOID = Operation(
    CONTRACT, "invoice.void", VoidInvoice, InvoiceRestated, roles=(TAX_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record that an invoice was never to be issued.",
)  # fmt: skip
INVOICE_READ = Operation(
    CONTRACT, "invoice.read", ReadInvoice, StatedInvoice, roles=(TAX_ORACLE, *SUPERVISORS),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Read what the tax authority has stated about an invoice, never what uses it.",
)  # fmt: skip
INVOICE_LIST = Operation(
    CONTRACT, "invoice.list", ReadKeys, StatedInvoices, roles=(TAX_ORACLE, *SUPERVISORS),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="List what the tax authority has stated, never what uses it.",
)  # fmt: skip
TRANSPORT_PUT = Operation(
    CONTRACT, "transport.put", PutTransports, TransportsPut, roles=(PORT_ORACLE,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Record transport documents, or later versions of them.",
)  # fmt: skip
TRANSPORT_READ = Operation(
    CONTRACT, "transport.read", ReadTransport, TransportVersions, roles=(PORT_ORACLE, *SUPERVISORS),
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Read what the port has stated about a transport document.",
)  # fmt: skip
MANDATE_PUT = Operation(
    CONTRACT, "mandate.put", PutMandate, MandatePut, roles=(BANK_OFFICER, REGULATOR_RELAY, PORT_RELAY),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Register an enterprise's leave for an agent to pay or be paid in its stead.",
)  # fmt: skip
MANDATE_WITHDRAW = Operation(
    CONTRACT, "mandate.withdraw", WithdrawMandate, MandateWithdrawn,
    roles=(BANK_OFFICER, REGULATOR_RELAY, PORT_RELAY),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Carry an enterprise's withdrawal of a mandate: no new payment rests on it.",
)  # fmt: skip
MANDATE_READ = Operation(
    CONTRACT, "mandate.read", ReadMandates, Mandates, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="Read the mandates that one enterprise has given another.",
)  # fmt: skip
VERIFY = Operation(
    CONTRACT, "verify", Verify, Asked, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Put on record which documents a customer showed, up to 500 invoices in full.",
)  # fmt: skip
VERIFY_READ = Operation(
    CONTRACT, "verify.read", ReadVerification, Verified, roles=BANK_STAFF,
    evaluate_at=AUTHORITIES, reads=(AUTHORITY,),
    summary="Learn whether the documents asked for are genuine, and what is left of them.",
)  # fmt: skip
SLIP_PUT = Operation(
    CONTRACT, "slip.put", PutSlip, SlipPut, roles=(BANK_OFFICER, BANK_APPROVER),
    endorsers=(REGULATOR, BANK), outcome=TERMS, writes=(TERMS,),
    summary="Record references and reasons between the bank and the regulator.",
)  # fmt: skip
SLIP_READ = Operation(
    CONTRACT, "slip.read", ReadSlip, SlipAnswer, roles=BANK_STAFF,
    evaluate_at=(REGULATOR, BANK), reads=(TERMS,),
    summary="Read one's own slip.",
)  # fmt: skip
MARK = Operation(
    CONTRACT, "mark", Mark, PaymentMoved, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(*BOOKS, TERMS), writes=BOOKS,
    summary="First person of a payment: mark its invoices as used, all or none.",
)  # fmt: skip
PAID = Operation(
    CONTRACT, "paid", Paid, PaymentMoved, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=BOOKS, writes=BOOKS,
    summary="Second person of a payment: the money has gone.",
)  # fmt: skip
PREPARE = Operation(
    CONTRACT, "prepare", Prepare, Prepared, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(MARKS, TERMS), writes=(MARKS,),
    summary="First person of an act (cancel, refund, reverse, legacy use, below). Nothing moves yet.",
)  # fmt: skip
CONFIRM = Operation(
    CONTRACT, "confirm", ConfirmAct, Confirmed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=BOOKS, writes=BOOKS,
    summary="Second person of an act: it takes effect on the payment and its invoices.",
)  # fmt: skip
ADMIT = Operation(
    CONTRACT, "admit", Admit, PaymentMoved, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=BOOKS, writes=BOOKS,
    summary="Admit a payment of before the ledger's first day that two people of a bank have stated.",
)  # fmt: skip
PAYMENT_READ = Operation(
    CONTRACT, "payment.read", ReadPayment, PaymentAnswer, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read one's own payment.",
)  # fmt: skip
CHANGES = Operation(
    CONTRACT, "changes", ReadChanges, Payments, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read one's own payments changed since a time.",
)  # fmt: skip
ACT_READ = Operation(
    CONTRACT, "act.read", ReadAct, ActRecord, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read an act, so that the second person sees what it will do.",
)  # fmt: skip
ACTS_PENDING = Operation(
    CONTRACT, "acts.pending", ReadPage, PendingActs, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="List one's own acts that wait for a second person.",
)  # fmt: skip
FLAGS_MINE = Operation(
    CONTRACT, "flags.mine", ReadFlags, Flags, roles=BANK_STAFF,
    evaluate_at=AUTHORITIES, reads=BOOKS,
    summary="Read the flags on invoices that one's own live payments use.",
)  # fmt: skip
SUPERVISE = Operation(
    CONTRACT, "supervise", Supervise, Supervised, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(*BOOKS, TERMS),
    summary="See everything about one tax invoice: what is stated, its pool, the payments of all banks.",
)  # fmt: skip

SUPERVISE_BANK = Operation(
    CONTRACT, "supervise.bank", SuperviseBank, SupervisedBank, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(MARKS, TERMS),
    summary="See all payments of one bank with their slips.",
)  # fmt: skip
SUPERVISE_ENTERPRISE = Operation(
    CONTRACT, "supervise.enterprise", SuperviseEnterprise, SupervisedInvoices, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="See all tax invoices of one enterprise and what is used of them.",
)  # fmt: skip
SUPERVISE_DAYS = Operation(
    CONTRACT, "supervise.days", SuperviseDays, PaymentDays, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(MARKS,),
    summary="See who paid whom above the limit for undocumented payments on one day, across banks.",
)  # fmt: skip
SUPERVISE_PROBES = Operation(
    CONTRACT, "supervise.probes", ReadKeys, ProbePage, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="See which banks asked for invoices that nobody had stated so, and how often.",
)  # fmt: skip

OPERATIONS = (
    INVOICE_PUT, INVOICE_REVERSE, INVOICE_VOID, INVOICE_READ, INVOICE_LIST, TRANSPORT_PUT, TRANSPORT_READ,
    MANDATE_PUT, MANDATE_WITHDRAW, MANDATE_READ, VERIFY, VERIFY_READ, SLIP_PUT, SLIP_READ, MARK, PAID,
    PREPARE, CONFIRM, ADMIT, PAYMENT_READ, CHANGES, ACT_READ, ACTS_PENDING, FLAGS_MINE, SUPERVISE,
    SUPERVISE_BANK, SUPERVISE_ENTERPRISE, SUPERVISE_DAYS, SUPERVISE_PROBES,
)  # fmt: skip
