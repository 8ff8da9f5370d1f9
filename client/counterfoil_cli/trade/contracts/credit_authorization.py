"""Commands of the contract `credit_authorization`: bank, regulator, relay. What enterprises sign is in
`counterfoil_cli.credit`."""

from dataclasses import replace
from typing import Any

from counterfoil_contracts.core import message
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as credit
from msgspec import Struct

from .. import values
from ..command import Command, Desk, Field, Preview, Stated, fields_of, named
from ..kinds import Kind, kind_of
from ..rest import rest
from ..values import BadEntry, Money

_TOKEN = named("token", kind_of(m.Token), "What the enterprise has signed, a file.")
_PAPERS = "grant.jws"
_RELAY = "--org Regulator --user relay"
_FIGURES = ("DECLARED", "COLLECTED", "OUTSTANDING")


def _figure(stated: Stated, _: Desk) -> m.Enquire:
    """An enquiry for a report, or, with `--figure`, for nothing but whether a figure is right."""
    given = {name: value for name, value in stated.items() if name not in ("figure", "scope")}
    scope = tuple(sorted(stated.get("scope", ())))
    if "figure" not in stated:
        report: m.Enquire = values.converted({**given, "scope": scope}, m.Enquire)
        return report
    name, _, amount = stated["figure"].partition("=")
    if name.upper() not in _FIGURES:
        raise BadEntry(stated["figure"], f"write {', '.join(_FIGURES)}=AMOUNT CURRENCY", "--figure")
    money = Money(amount)
    try:
        amount_minor = money.minor_units(money.currency)
    except BadEntry as error:
        raise error.of("--figure") from None
    figure = {"name": name.upper(), "currency": money.currency, "amount": amount_minor}
    compared: m.Enquire = values.converted({**given, "figure": figure}, m.Enquire)
    return compared


_FIGURE = Field("figure", Kind("NAME=AMOUNT", str), "A figure to compare, OUTSTANDING='120000.00 USD'.")


def _act(name: str, of: type[Struct], about: str) -> Command:
    """The first person of one kind of act; the second confirms it by `credit act-confirm`."""
    subject = next(each for each in ("grant", "enquiry") if each in of.__struct_fields__)
    about_it = named(subject, kind_of(message.RecordId), f"The {subject}'s id.")
    others = (replace(each, is_argument=False) for each in fields_of(of, without=(subject,)))
    return Command(
        "credit", name, credit.ACT_PROPOSE, of=of, about=about, fields=(about_it, *others),
        build=_proposal(of),
        then=lambda answer: f"Another officer confirms: counterfoil credit act-confirm {answer.proposal}",
        example=f"{'0' * 31}1 --bank BankA --reason 'case 7' --org Regulator --user officer1",
    )  # fmt: skip


def _proposal(of: type[Struct]) -> Any:
    return lambda stated, desk: m.ProposeAct(values.converted(dict(stated), of))


def _statement(operation: Any, example: str) -> Command:
    return Command("credit", operation.name, operation, fields=(_TOKEN,), example=example)


def _supervised(what: str, operation: Any) -> Command:
    return Command(
        "credit", f"supervise-{what}", operation,
        about=f"List a bank's {what}, of all enterprises or of one, as they are now; "
        "`counterfoil audit picture` adds one's at every other bank, and to each figure its transactions.",
        example="BankA --enterprise 91310000MA1FL0007C --org Regulator --user auditor",
    )  # fmt: skip


_OWN = [
    Command(
        "credit", "ask", credit.ASK,
        example="91310000MA1FL0007C --scope BASIC --scope TRADE --purpose credit-review"
        " --data-from 2025-01-01 --maximum 3 --days 90 --org BankA --user officer1",
    ),
    _statement(credit.GRANT, f"{_PAPERS} --org BankA --user officer1"),
    _statement(credit.OFFER, f"{_PAPERS} {_RELAY}"),
    _statement(credit.REVOKE, f"revocation.jws {_RELAY}"),
    _statement(credit.DECLINE, f"no.jws {_RELAY}"),
    _statement(credit.DISPUTE, f"dispute.jws {_RELAY}"),
    Command(
        "credit", "enquire", credit.ENQUIRE,
        fields=(*fields_of(m.Enquire, without=("figure",)), _FIGURE), build=_figure,
        example=f"{'0' * 31}1 --purpose credit-review --scope BASIC --org BankA --user officer1",
    ),
    _supervised("grants", credit.SUPERVISE_GRANTS),
    _supervised("enquiries", credit.SUPERVISE_ENQUIRIES),
    _act("suspend", m.Suspend, "Propose that nothing is asked or delivered under a grant for now."),
    _act("resume", m.Resume, "Propose that a suspended grant stands again."),
    _act("hold", m.Hold, "Propose that a delivered report is kept beyond its retention."),
    _act("lift", m.Lift, "Propose that a report's hold ends."),
    _act("resolve", m.Resolve, "Propose how a dispute is decided; without --upheld, it is rejected."),
    Command(
        "credit", "act-confirm", credit.ACT_CONFIRM,
        preview=Preview(credit.ACT_READ, lambda body: m.ReadProposal(body.proposal)),
        example=f"{'0' * 31}1 --org Regulator --user officer2",
    ),
]  # fmt: skip

COMMANDS = [*_OWN, *rest(_OWN, credit.OPERATIONS, "credit")]
