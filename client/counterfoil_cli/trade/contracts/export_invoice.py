"""Commands of the contract `export_invoice`: declarations, consents, financings from lock to settlement, and
what the regulator sees."""

from dataclasses import replace
from typing import Any

from counterfoil_contracts.consent.operations import BankMsp
from counterfoil_contracts.core import message
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.export_invoice.messages import Consent

from .. import values
from ..acts import CONFIRMED, SLIP_FIELDS, act, approve, currency_of_financing
from ..command import Command, Desk, Field, Preview, Stated, fields_of, named
from ..consent_paper import claims_of
from ..kinds import Kind, entry, kind_of
from ..pledges import LOCK_FIELDS, REGISTER_FIELDS, lock, register
from ..rest import rest

_FINANCING = currency_of_financing


def _declarations(text: str) -> Any:
    return entry(trade.Declaration, f"@{text}")


_DECLARATION_FILES = Field(
    "declarations",
    Kind("FILE", _declarations, many=True),
    "A JSON file with a declaration or a list of them, amounts in minor units; more may follow.",
    is_required=True,
    is_argument=True,
)


def _newest(stated: Stated, desk: Desk) -> tuple[Any, int]:
    """The declaration as it stands, and its version."""
    known = desk.ask(trade.DECLARATION_READ, trade.ReadDeclaration(stated["number"])).versions
    return known[-1], int(stated.get("version") or len(known))


def _amend(stated: Stated, desk: Desk) -> trade.AmendDeclaration:
    _, version = _newest(stated, desk)
    return trade.AmendDeclaration(stated["number"], version, stated["total"], stated.get("status", "CLEARED"))


def _cancel(stated: Stated, desk: Desk) -> trade.CancelDeclaration:
    return trade.CancelDeclaration(stated["number"], _newest(stated, desk)[1])


_VERSION = replace(
    fields_of(trade.CancelDeclaration)[1],
    is_required=False,
    help="The version that was read; the newest unless stated.",
)


def _versioned(of: Any) -> tuple[Field, ...]:
    return tuple(_VERSION if each.name == "version" else each for each in fields_of(of))


_CONSENT = named("consent", kind_of(Consent), "The enterprise's signed consent, a file.")
_PURPOSE = Field("purpose", kind_of(str), "What for; what the consent says unless stated.")


def _view(stated: Stated, _: Desk) -> trade.View:
    return trade.View(
        stated["consent"], stated.get("purpose") or claims_of(stated["consent"]).get("purpose", "")
    )


def _what_is_seen(answer: Any, desk: Desk) -> Any:
    return desk.ask(trade.VIEW_READ, trade.ReadViews((answer.view,)))


_TERMS_FIELDS = tuple(
    replace(each, kind=Kind("PERCENT", values.percent)) if each.name == "rate" else each
    for each in fields_of(trade.PutTerms)
)
_EXPIRE_FIELDS = tuple(
    replace(each, kind=kind_of(BankMsp), help="The bank, where the regulator does it.")
    if each.name == "bank"
    else each
    for each in fields_of(trade.Expire)
)
_TRANSFER = Preview(trade.TRANSFER_READ, lambda body: trade.ReadTransfer(body.transfer))
_BANK = "--org BankA --user officer1"
_SECOND = "--org BankA --user approver1"


_DOCUMENT = (
    Field("declaration", kind_of(message.DeclarationNumber), "A declaration's number."),
    Field("invoice", kind_of(trade.Invoice), "An invoice, UBL, CII or JSON."),
)


def _document(stated: Stated, _: Desk) -> trade.Supervise:
    if len(stated) != 1:
        raise values.BadEntry("", "state either --declaration or --invoice", "document")
    return trade.Supervise(**stated)


_OWN = [
    Command(
        "declaration", "put", trade.DECLARATION_PUT, fields=(_DECLARATION_FILES,),
        example="samples/declaration-1.json",
    ),
    Command(
        "declaration", "amend", trade.DECLARATION_AMEND, fields=_versioned(trade.AmendDeclaration),
        build=_amend,
        currencies={"total": lambda stated, desk: _newest(stated, desk)[0].currency},
        example="224820260027322286 --total 95000.00",
    ),
    Command(
        "declaration", "cancel", trade.DECLARATION_CANCEL, fields=_versioned(trade.CancelDeclaration),
        build=_cancel, example="224820260027322286",
    ),
    Command("declaration", "read", trade.DECLARATION_READ, example="224820260027322286 --user customs"),
    Command("declaration", "list", trade.DECLARATION_LIST, example="--all --user customs"),
    Command(
        "consent", "view", trade.VIEW, fields=(_CONSENT, _PURPOSE), build=_view, more=_what_is_seen,
        then=lambda answer: f"With terms (financing terms): counterfoil financing lock {answer.view}",
        example=f"invoice-1.consent {_BANK}",
    ),
    Command(
        "consent", "view-read", trade.VIEW_READ,
        fields=tuple(replace(each, is_argument=True) for each in fields_of(trade.ReadViews)),
        example="VIEW --org BankA --user auditor",
    ),
    Command("consent", "withdraw", trade.CONSENT_WITHDRAW, example=f"withdrawal.jws {_BANK}"),
    Command(
        "financing", "terms", trade.TERMS_PUT, fields=_TERMS_FIELDS, currencies={"amount": "currency"},
        then=lambda answer: f"counterfoil financing lock VIEW --terms {answer.terms}",
        example="--product DISCOUNT --branch Lujiazui --amount 60000.00 --currency USD --rate 4.15 "
        f"--maturity 2027-02-28 {_BANK}",
    ),
    Command("financing", "terms-read", trade.TERMS_READ, example="TERMS --org BankA --user auditor"),
    Command("financing", "slip", trade.SLIP_PUT, example=f"--reference LN-4711 {_BANK}"),
    Command(
        "financing", "lock", trade.LOCK, fields=LOCK_FIELDS, build=lock,
        then=lambda answer: f"Another person approves: counterfoil financing approve {answer.mark}",
        example=f"VIEW --terms TERMS {_BANK}",
    ),
    approve(example=f"MARK --amount 60000.00 --dry-run {_SECOND}"),
    act(
        "disburse", trade.Disburse, {"amount": _FINANCING, "amounts": _FINANCING},
        example=f"MARK --amount 60000.00 --value-date today {_BANK}",
    ),
    act(
        "repay", trade.Repay, {"principal": _FINANCING, "amounts": _FINANCING},
        example=f"MARK --principal 15000.00 --source OWN_FUNDS --value-date today {_BANK}",
    ),
    act(
        "receipt", trade.Receipt, {},
        example=f"--invoice invoice-1.ubl.xml --received 15000.00 --value-date today {_BANK}",
    ),
    act("cancel", trade.Cancel, {}, example=f"MARK {_BANK}"),
    act("extend", trade.Extend, {}, example=f"MARK --terms TERMS {_BANK}"),
    act("correct", trade.Correct, {}, example=f"MARK --terms TERMS {_BANK}"),
    act("overdue", trade.Overdue, {}, example=f"MARK {_BANK}"),
    act("write-off", trade.WriteOff, {}, example=f"MARK --value-date today {_BANK}"),
    act(
        "recover", trade.Recover, {"principal": _FINANCING, "amounts": _FINANCING},
        example=f"MARK --principal 5000.00 --source GUARANTOR --value-date today {_BANK}",
    ),
    act("reverse", trade.Reverse, {}, example=f"ACT --reason 'booked twice' {_BANK}"),
    act(
        "credit-note", trade.CreditNote, {},
        example=f"MARK --invoice 0 --amount 1000.00 --value-date today {_BANK}",
    ),
    act(
        "replace-invoice", trade.ReplaceInvoice, {},
        example=f"MARK --invoice 0 --replacement new.ubl.xml {_BANK}",
    ),
    Command(
        "financing", "register", trade.PREPARE,
        "Register a loan that exists already, LATE or LEGACY; it counts once the regulator admits it.",
        fields=(*REGISTER_FIELDS, *SLIP_FIELDS), build=register, then=CONFIRMED,
        example=f"--origin LATE --view VIEW --terms TERMS --disbursed-on 2026-03-02 {_BANK}",
    ),
    Command(
        "financing", "confirm", trade.CONFIRM, preview=Preview(trade.CONFIRM_PREVIEW),
        example=f"ACT --dry-run {_SECOND}",
    ),
    Command("financing", "act-read", trade.ACT_READ, example=f"ACT {_SECOND}"),
    Command("financing", "expire", trade.EXPIRE, fields=_EXPIRE_FIELDS, example=f"MARK {_BANK}"),
    Command("financing", "read", trade.FINANCING_READ, example="MARK --org BankA --user auditor"),
    Command("financing", "changes", trade.CHANGES, example="--since 2026-03-31 --org BankA --user auditor"),
    Command("financing", "pending", trade.ACTS_PENDING, example=f"--all {_SECOND}"),
    Command("financing", "branch", trade.BRANCH_READ, example=f"--all {_BANK}"),
    Command(
        "consent", "list", trade.CONSENT_LIST, example="reading.jws --org Port --user relay",
    ),
    Command("consent", "viewers", trade.CONSENT_VIEWS, example="reading.jws --org Port --user relay"),
    Command("financing", "flags", trade.FLAGS_MINE, example=_BANK),
    Command(
        "bank", "admit", trade.ADMIT, preview=Preview(trade.ADMIT_PREVIEW),
        example="BankA --act ACT --user officer1",
    ),
    Command(
        "bank", "transfer-propose", trade.TRANSFER_PROPOSE,
        then=lambda answer: f"The successor accepts: counterfoil bank transfer-accept {answer.transfer}",
        example="BankA --successor BankB --mark MARK --user officer1",
    ),
    Command("bank", "transfer-read", trade.TRANSFER_READ, example="TRANSFER --org BankB --user approver1"),
    Command(
        "bank", "transfer-accept", trade.TRANSFER_ACCEPT, preview=_TRANSFER,
        then=lambda _: "An officer of the regulator executes it: counterfoil bank transfer-execute",
        example="TRANSFER --terms TERMS --org BankB --user approver1",
    ),
    Command(
        "bank", "transfer-execute", trade.TRANSFER_EXECUTE, preview=_TRANSFER,
        example="TRANSFER --dry-run --user officer2",
    ),
    Command(
        "audit", "document", trade.SUPERVISE, fields=_DOCUMENT, build=_document,
        example="--declaration 224820260027322286 --user auditor",
    ),
    Command(
        "audit", "enterprise", trade.SUPERVISE_ENTERPRISE,
        about="List all documents of one enterprise, as they are now; `counterfoil audit picture` adds "
        "loans, freight and credit, and to each figure its transactions.",
        example="91310000MA1FL0007C --user auditor",
    ),
    Command("audit", "bank", trade.SUPERVISE_BANK, example="BankA --all --user auditor"),
    Command("audit", "documents", trade.SUPERVISE_DOCUMENTS, example="--all --user auditor"),
    Command("audit", "views", trade.SUPERVISE_VIEWS, example="--all --user auditor"),
    Command("audit", "flagged", trade.SUPERVISE_FLAGGED, example="--all --user auditor"),
]  # fmt: skip

COMMANDS = [*_OWN, *rest(_OWN, trade.OPERATIONS, "financing")]
