"""What the contract `freight_payment` can do: who may call it, who endorses, what is read and written.

The truth about invoices and transport comes from the oracles of the tax authority and the port, never from a
bank. Reasons for a refusal are `RefusalCode`, in order of precedence; types of requests and answers are given
again here.
"""

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.fingerprint import older_tax_invoice, tax_invoice
from counterfoil_contracts.core.roles import (
    AUTHORITIES,
    BANK_APPROVER,
    BANK_OFFICER,
    BANK_STAFF,
    REGULATOR,
    SUPERVISORS,
    TAX_ORACLE,
)

from .answers import (
    PaymentAnswer,
    ReadPayment,
    Supervise,
    Supervised,
    SupervisedPayment,
)
from .payment_messages import (
    Asked,
    Mark,
    Paid,
    PaymentMoved,
    PutSlip,
    ReadSlip,
    ReadVerification,
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

__all__ = [
    "OPERATIONS", "Asked", "InvoiceRestated", "InvoiceTuple", "InvoicesPut", "Mark", "Paid",
    "PaymentAnswer", "PaymentMoved", "PutInvoices", "PutSlip", "ReadInvoice", "ReadKeys", "ReadPayment",
    "ReadSlip", "ReadVerification", "RefusalCode", "ReverseInvoice", "SlipAnswer", "SlipPut",
    "StatedInvoice", "StatedInvoices", "StatedUse", "Supervise", "Supervised", "SupervisedPayment",
    "TaxInvoice", "Verified", "VerifiedInvoice", "Verify", "VoidInvoice", "older_tax_invoice",
    "tax_invoice",
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
PAYMENT_READ = Operation(
    CONTRACT, "payment.read", ReadPayment, PaymentAnswer, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read one's own payment.",
)  # fmt: skip
SUPERVISE = Operation(
    CONTRACT, "supervise", Supervise, Supervised, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(*BOOKS, TERMS),
    summary="See everything about one tax invoice: what is stated, its pool, the payments of all banks.",
)  # fmt: skip

OPERATIONS = (
    INVOICE_PUT, INVOICE_REVERSE, INVOICE_VOID, INVOICE_READ, INVOICE_LIST, VERIFY, VERIFY_READ, SLIP_PUT,
    SLIP_READ, MARK, PAID, PAYMENT_READ, SUPERVISE,
)  # fmt: skip
