"""Commands of the contract `registry`: secret and tables, enterprises, freezes, a bank's own people."""

import secrets
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from counterfoil_contracts.consent.operations import BankMsp
from counterfoil_contracts.core import message
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.registry import operations as registry
from counterfoil_protocol.confidential import Operation
from msgspec import Struct

from .. import values
from ..command import Command, Desk, Field, Preview, Stated, fields_of, named
from ..kinds import Kind, entry, kind_of
from ..rest import rest
from ..values import BadEntry, Money

_DAY = kind_of(message.DateText)
_HALF = Field("half", kind_of(str), "32 random bytes in hex; drawn here unless stated.")


def _draw(stated: Stated, _: Desk, of: type[Any]) -> Any:
    return of(stated.get("half") or secrets.token_hex(32))


def _rate(text: str) -> Any:
    """A rate as an entry with `rate=7.1234` in place of mantissa and scale, or as JSON."""
    if text.startswith(("{", "[", "@")) or "rate=" not in text:
        return entry(registry.Rate, text)
    parts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    try:
        stated = Decimal(parts.pop("rate"))
        _, digits, scale = stated.normalize().as_tuple()
    except (InvalidOperation, KeyError):
        raise BadEntry(text, "write id=…,source=USD,target=CNY,rate=7.1234,value_date=today") from None
    if not isinstance(scale, int) or stated <= 0:
        raise BadEntry(text, "a rate is a positive number, as 7.1234")
    mantissa = int("".join(map(str, digits))) * 10 ** max(0, scale)
    parts["value_date"] = values.day(parts.get("value_date", "today"))
    return values.converted({**parts, "mantissa": mantissa, "scale": max(0, -scale)}, registry.Rate)


def _root(text: str) -> Any:
    """A root as an entry, or the PEM file alone, trusted from today on."""
    if "=" in text or text.startswith(("{", "@")):
        return entry(registry.Root, text)
    return registry.Root(certificate=values.file_text(text) + "\n", effective_from=values.day("today"))


_STANDARD = Field("standard_from", _DAY, "Propose the standard parameters from this day on.")
_TABLE_KINDS = {"rates": Kind("ENTRY", _rate, many=True), "trust": Kind("ENTRY", _root, many=True)}
_TABLE_HELP = {
    "rates": "A rate, id=USD-CNY-fixing,source=USD,target=CNY,rate=7.1234,value_date=today; again for each.",
    "trust": "A root of enterprises' certificates, a PEM file; again for each.",
}


def _table_fields() -> tuple[Field, ...]:
    found = (
        replace(each, kind=_TABLE_KINDS.get(each.name, each.kind), help=_TABLE_HELP.get(each.name, each.help))
        for each in fields_of(registry.TableEntries)
    )
    return (*found, _STANDARD)


def _propose_tables(stated: Stated, _: Desk) -> registry.ProposeTables:
    given = {name: tuple(value) for name, value in stated.items() if name != "standard_from"}
    if "standard_from" in stated:
        standard = registry.standard_parameters(stated["standard_from"])
        own = {(each.name, each.key) for each in given.get("parameters", ())}
        kept = tuple(each for each in standard if (each.name, each.key) not in own)
        given["parameters"] = (*kept, *given.get("parameters", ()))
    if not any(given.values()):
        raise BadEntry(
            "", "state at least one entry: --parameter, --rate, --day, --root or --standard-from", "entries"
        )
    return registry.ProposeTables(registry.TableEntries(**given))


def _proposed(group: str, name: str) -> Any:
    return lambda answer: f"Another person confirms: counterfoil {group} {name} {answer.proposal}"


_LIMIT_FIELDS = (
    *fields_of(registry.ReadLimits),
    Field(
        "amounts",
        Kind("AMOUNT", Money, many=True),
        "The most, with its currency: '500000 USD'; again for each.",
        option="amount",
    ),
)


def _put_limits(stated: Stated, _: Desk) -> registry.PutLimits:
    found = []
    for money in stated.get("amounts", ()):
        try:
            found.append(registry.LimitAmount(money.currency, money.minor_units(money.currency)))
        except BadEntry as error:
            raise error.of("--amount") from None
    return registry.PutLimits((registry.Limits(stated["staff"], tuple(found)),))


def _own(operation: Operation[Any, Any]) -> Preview:
    return Preview(operation, lambda body: registry.ReadProposal(body.proposal))


_PROPOSAL = _own(registry.PROPOSAL_READ)
_MATTER = named("matter", Kind("MATTER", values.matter), "Which matter, as `audit worklist` shows it.")


def _matter(of: type[Struct]) -> tuple[Field, ...]:
    return (_MATTER, *fields_of(of, without=("matter",)))


_LIFT = Field("lift", kind_of(bool), "End the freeze instead.")
_FROZEN = (
    named("declaration", kind_of(message.DeclarationNumber), "The declaration's number."),
    named("invoice", kind_of(Invoice), "The invoice: UBL, CII or JSON."),
    named("enterprise", kind_of(message.Uscc), "The enterprise's code."),
    named("bank", kind_of(BankMsp), "The bank, as BankA or BankAMSP."),
)
"""What can be frozen, each in the group of its name."""


_FREEZES = {
    "declaration": "that nothing new is locked on a declaration",
    "invoice": "that nothing new is locked on an invoice",
    "enterprise": "that nothing new is locked on an enterprise's documents",
    "bank": "that a bank locks nothing new",
}


def _freezes() -> list[Command]:
    return [command for of in _FROZEN for command in _freeze(of)]


def _freeze(of: Field) -> tuple[Command, Command]:
    def build(stated: Stated, _: Desk) -> registry.Freeze:
        return registry.Freeze(frozen=not stated.get("lift"), **{of.name: stated[of.name]})

    propose = Command(
        of.name, "freeze", registry.FREEZE_PROPOSE, f"Propose {_FREEZES[of.name]}, or to lift that.",
        fields=(of, _LIFT), build=build, then=_proposed(of.name, "freeze-confirm"), example=of.shown,
    )  # fmt: skip
    confirm = Command(
        of.name, "freeze-confirm", registry.FREEZE_CONFIRM, preview=_PROPOSAL, example="PROPOSAL"
    )
    return propose, confirm


_OWN = [
    Command(
        "parameter", "secret-contribute", registry.SECRET_CONTRIBUTE, fields=(_HALF,),
        build=lambda stated, desk: _draw(stated, desk, registry.ContributeSecret),
        then=lambda _: "Another officer gives the other half: counterfoil parameter secret-complete",
    ),
    Command(
        "parameter", "secret-complete", registry.SECRET_COMPLETE, fields=(_HALF,),
        build=lambda stated, desk: _draw(stated, desk, registry.CompleteSecret),
    ),
    Command(
        "parameter", "propose", registry.TABLE_PROPOSE, fields=_table_fields(), build=_propose_tables,
        then=_proposed("parameter", "confirm"), example="--standard-from 2026-01-01 --root enterprise-ca.pem",
    ),
    Command("parameter", "confirm", registry.TABLE_CONFIRM, preview=_PROPOSAL, example="PROPOSAL"),
    Command("parameter", "proposal-read", registry.PROPOSAL_READ, example="PROPOSAL --user auditor"),
    Command("parameter", "read", registry.TABLES_READ, example="--org BankA --user auditor"),
    Command(
        "parameter", "office-propose", registry.OFFICE_PROPOSE,
        then=_proposed("parameter", "office-confirm"),
        example="--office code=310000,name=Shanghai,parent=000000",
    ),
    Command("parameter", "office-confirm", registry.OFFICE_CONFIRM, preview=_PROPOSAL, example="PROPOSAL"),
    Command("parameter", "office-read", registry.OFFICE_READ, example="--at 2026-03-31"),
    Command(
        "enterprise", "propose", registry.ENTERPRISE_PROPOSE, then=_proposed("enterprise", "confirm"),
        example="--enterprise uscc=91310000MA1FL0007C,name=Sample,enterprise_class=A",
    ),
    Command("enterprise", "confirm", registry.ENTERPRISE_CONFIRM, preview=_PROPOSAL, example="PROPOSAL"),
    Command("enterprise", "read", registry.ENTERPRISE_READ, example="91310000MA1FL0007C"),
    Command(
        "bank", "staff-put", registry.STAFF_PUT, then=_proposed("bank", "staff-confirm"),
        example="--record staff=STAFF,branch=Lujiazui --org BankA --user approver1",
    ),
    Command(
        "bank", "staff-confirm", registry.STAFF_CONFIRM, preview=_own(registry.STAFF_PROPOSAL_READ),
        example="PROPOSAL --org BankA --user approver2",
    ),
    Command(
        "bank", "staff-proposal-read", registry.STAFF_PROPOSAL_READ,
        example="PROPOSAL --org BankA --user approver2",
    ),
    Command(
        "bank", "limit-proposal-read", registry.LIMIT_PROPOSAL_READ,
        example="PROPOSAL --org BankA --user approver2",
    ),
    Command("bank", "staff-read", registry.STAFF_READ, example="STAFF --org BankA --user auditor"),
    Command(
        "bank", "limit-put", registry.LIMIT_PUT, fields=_LIMIT_FIELDS, build=_put_limits,
        then=_proposed("bank", "limit-confirm"),
        example="STAFF --amount '500000 USD' --org BankA --user approver1",
    ),
    Command(
        "bank", "limit-confirm", registry.LIMIT_CONFIRM, preview=_own(registry.LIMIT_PROPOSAL_READ),
        example="PROPOSAL --org BankA --user approver2",
    ),
    Command("bank", "limit-read", registry.LIMIT_READ, example="STAFF --org BankA --user auditor"),
    Command("bank", "inquiries", registry.INQUIRY_READ, example="--all --org BankA --user officer1"),
    Command(
        "bank", "inquiry-answer", registry.INQUIRY_ANSWER,
        example="INQUIRY --answer 'shipped in two lots' --org BankA --user officer1",
    ),
    Command("audit", "worklist", registry.WORKLIST_READ, example="--all --user auditor"),
    Command(
        "audit", "worklist-assign", registry.WORKLIST_ASSIGN, fields=_matter(registry.AssignMatter),
        example="DOCUMENT/OVER_PLEDGED/CAUSE --officer STAFF --user officer1",
    ),
    Command(
        "audit", "worklist-inquire", registry.WORKLIST_INQUIRE, fields=_matter(registry.InquireMatter),
        example="DOCUMENT/OVER_PLEDGED/CAUSE --bank BankA --question 'why?' --due 2026-12-01 --user officer1",
    ),
    Command(
        "audit", "worklist-close", registry.WORKLIST_CLOSE, fields=_matter(registry.CloseMatter),
        example="DOCUMENT/OVER_PLEDGED/CAUSE --reason explained --user officer1",
    ),
    *_freezes(),
]  # fmt: skip

COMMANDS = [*_OWN, *rest(_OWN, registry.OPERATIONS, "parameter")]
