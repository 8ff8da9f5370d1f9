"""Commands of the contract `freight_payment`: tax authority, port, bank and regulator. Batches, and what
enterprises sign, are in `counterfoil_cli.freight`."""

from dataclasses import replace
from typing import Any

from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.registry import operations as registry
from msgspec import Struct

from ..command import Command, Desk, Field, Stated, fields_of, named
from ..kinds import kind_of
from ..rest import rest
from ..values import BadEntry

_SLIP = tuple(each for each in fields_of(freight.PutSlip))
_ONE_BY_ONE = {
    "amounts": "use-amount",
    "uses": "use",
    "transports": "transport",
    "invoices": "invoice",
    "banks": "bank",
}
_HELP = {
    "payer": "Who pays; the invoices' buyer, or its agent.",
    "payee": "Who is paid; the invoices' seller, or its agent.",
    "currency": "The currency of the payment, ISO 4217.",
    "uses": "invoice=0,amount='100.00 USD',use='700.00 CNY',rate=…, by place in the look; again for each.",
    "invoices": "number=…,issued_on=…,seller=…,buyer=…,amount='7000.00 CNY'; or @file.json; again for each.",
    "transports": "A transport document; again for each.",
    "verification": "The id of the look, as `freight verify` answered.",
    "usd_rate": "Id of the rate from the payment's currency to USD.",
    "amounts": "What of it falls on each use, in order; without them it is spread.",
    "payment": "The payment's id, as `freight mark` answered.",
    "bop_code": "The reason code of the payment, six digits.",
    "number": "The invoice's number: 20 digits, or 8 with a code.",
    "code": "An older invoice's code, 10 or 12 digits.",
    "red": "The number of the red invoice.",
    "reference": "The bank's own reference, for bank and regulator alone.",
}


_ABOUT: dict[type[Struct], str] = {
    freight.Cancel: "The payment does not take place: free all that it marked. Only before it is paid.",
    freight.Refund: "A part of the payment, or all of it, came back; its invoices have that much more left.",
    freight.Reverse: "Undo an act that was a mistake, paid or refund, each once.",
    freight.LegacyUse: "State a payment of before the ledger's first day; the regulator admits it.",
}
"""Where the message's own words are for programs."""


def _fields(of: type[Struct], without: tuple[str, ...] = (), argument: str = "") -> tuple[Field, ...]:
    """As `fields_of`, in the words of payments; nothing is an argument but what is named."""
    found = []
    for each in fields_of(of, without=without):
        own = named(each.name, each.kind, each.help) if each.name == argument else each
        found.append(
            replace(
                own,
                help=_HELP.get(each.name, each.help),
                is_argument=each.name == argument,
                option=_ONE_BY_ONE.get(each.name, each.option),
            )
        )
    return tuple(found)


def _slip_of(stated: Stated, desk: Desk) -> str:
    """The id of the slip: one that was put, else one of what is stated."""
    if stated.get("slip"):
        return str(stated["slip"])
    texts = {name: stated[name] for name in freight.PutSlip.__struct_fields__ if stated.get(name)}
    step = f"{desk.step}/slip" if desk.step else ""
    return str(desk.submit(freight.SLIP_PUT, freight.PutSlip(**texts), step).answer.slip)


def _mark(stated: Stated, desk: Desk) -> freight.Mark:
    own = {name: value for name, value in stated.items() if name in freight.Mark.__struct_fields__}
    for name in ("uses", "transports"):
        own[name] = tuple(own.get(name, ()))
    return freight.Mark(**{**own, "slip": _slip_of(stated, desk)})


def _act(name: str, of: type[Struct], argument: str, example: str) -> Command:
    """The first person of an act; the second says `freight confirm`."""

    def build(stated: Stated, desk: Desk) -> freight.Prepare:
        given: dict[str, Any] = {key: stated[key] for key in of.__struct_fields__ if key in stated}
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        has_slip = any(stated.get(each.name) for each in (*_SLIP, slip))
        return freight.Prepare(of(**given), _slip_of(stated, desk) if has_slip else "")  # type: ignore[arg-type]  # one of the acts

    slip = Field("slip", kind_of(str), "The id of a slip with references and reason.")
    return Command(
        "freight",
        name,
        freight.PREPARE,
        f"{_ABOUT[of]} Moves nothing until another person confirms.",
        fields=(*_fields(of, argument=argument), slip, *_SLIP),
        build=build,
        currencies=_CURRENCIES.get(of, {}),
        then=lambda answer: (
            f"Nothing has moved yet. Another person: counterfoil freight confirm {answer.act}"
        ),
        example=example,
    )


def _currency(stated: Stated, desk: Desk) -> str:
    if "payment" not in stated:
        raise BadEntry("", "name the payment", "PAYMENT")
    return str(desk.ask(freight.PAYMENT_READ, freight.ReadPayment(stated["payment"])).currency)


_CURRENCIES: dict[type[Struct], dict[str, Any]] = {
    freight.Refund: {"amount": _currency, "amounts": _currency},
    freight.LegacyUse: {"amount": "currency"},
}


def _seen(answer: Any, desk: Desk) -> Any:
    return desk.ask(freight.VERIFY_READ, freight.ReadVerification(answer.verification))


_LIFT = Field("lift", kind_of(bool), "End the freeze instead.")


def _freeze(stated: Stated, _: Desk) -> registry.Freeze:
    number, code = stated["number"], stated.get("code", "")
    document = freight.older_tax_invoice(code, number) if code else freight.tax_invoice(number)
    return registry.Freeze(frozen=not stated.get("lift"), document=document)


_ID = "0123456789abcdef0123456789abcdef"
_OWN = [
    Command(
        "freight", "supervise-enterprise", freight.SUPERVISE_ENTERPRISE,
        about="List an enterprise's tax invoices and what is used of them, as they are now; "
        "`counterfoil audit picture` adds payments, loans and credit, and to each figure its transactions.",
        example="91310000MA1FL0007C --org Regulator --user auditor",
    ),
    Command(
        "freight", "verify", freight.VERIFY, fields=_fields(freight.Verify), more=_seen,
        about="Ask for documents that a customer showed: what is genuine, and what is left of it.",
        example="--invoice @invoices.json --org BankA --user officer1",
    ),
    Command(
        "freight", "mark", freight.MARK, fields=(*_fields(freight.Mark, without=("slip",)), *_SLIP),
        build=_mark, currencies={"amount": "currency"},
        then=lambda answer: f"Another person: counterfoil freight paid {answer.payment}",
        example=f"--verification {_ID} --payer 91310000MA1FL0007C --payee 91440300MA5G00000R "
        "--currency USD --amount 100.00 --use invoice=0,amount='100.00 USD',use='700.00 CNY',rate=USDCNY",
    ),
    Command(
        "freight", "paid", freight.PAID, fields=_fields(freight.Paid, argument="payment"),
        example=f"{_ID} --value-date 2026-11-20 --org BankA --user approver1",
    ),
    _act("cancel", freight.Cancel, "payment", f"{_ID} --reason 'order withdrawn'"),
    _act("refund", freight.Refund, "payment", f"{_ID} --amount 40.00 --value-date 2026-11-20"),
    _act("reverse", freight.Reverse, "act", f"{_ID} --reason 'wrong payment'"),
    _act(
        "legacy", freight.LegacyUse, "",
        f"--verification {_ID} --payer 91310000MA1FL0007C --payee 91440300MA5G00000R --currency USD "
        "--amount 100.00 --use invoice=0,amount='100.00 USD',use='700.00 CNY',rate=USDCNY "
        "--paid-on 2026-01-20",
    ),
    Command(
        "freight", "payment-read", freight.PAYMENT_READ,
        fields=_fields(freight.ReadPayment, argument="payment"), example=_ID,
    ),
    Command(
        "freight", "invoice-reverse", freight.INVOICE_REVERSE,
        fields=_fields(freight.ReverseInvoice, argument="number"), currencies={"amount": lambda *_: "CNY"},
        example="26440000000000000001 --red 26440000000000000901 --amount 700.00 --org Port --user tax",
    ),
    Command(
        "freight", "freeze", registry.FREEZE_PROPOSE,
        "Propose that nothing new is paid on a tax invoice, or to lift that.",
        fields=(*_fields(freight.ReadInvoice, argument="number"), _LIFT), build=_freeze,
        then=lambda answer: f"Another officer: counterfoil invoice freeze-confirm {answer.proposal}",
        example="26440000000000000001 --org Regulator --user officer1",
    ),
]  # fmt: skip
COMMANDS = [*_OWN, *rest(_OWN, freight.OPERATIONS, "freight")]
