"""What a command of a contract is: one declared operation, how its request is stated, what is shown.

Most commands need nothing but group, name and operation: options follow from the request's type.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from counterfoil.trade import Outcome
from counterfoil_protocol.confidential import Operation
from msgspec import Struct

from .glossary import OPTION_NAMES, help_of
from .kinds import Kind, hints, kind_of
from .values import BadEntry, Money, converted

Stated = Mapping[str, Any]
"""What the person stated, by field: values that were read, money as typed."""


class Desk(Protocol):
    """Where operations are carried out: by one person, on a ledger."""

    @property
    def msp_id(self) -> str:
        """The MSP ID of the person's organisation."""
        ...

    @property
    def step(self) -> str:
        """The person's own name for what is being done, empty for none."""
        ...

    @property
    def is_dry(self) -> bool:
        """Whether nothing may be written."""
        ...

    def ask(self, operation: Operation[Any, Any], body: Any) -> Any:
        """The answer of an evaluate. Raises CounterfoilError."""
        ...

    def submit(self, operation: Operation[Any, Any], body: Any, step: str = "") -> Outcome[Any]:
        """The outcome of a submit. Raises CounterfoilError."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is stated: by `--option`, or without a name where it `is_argument`."""

    name: str
    kind: Kind
    help: str
    is_required: bool = False
    is_argument: bool = False
    option: str = ""

    @property
    def shown(self) -> str:
        """As people write it: `--value-date`, or `MARK` for an argument."""
        if self.is_argument:
            return self.name.upper()
        return f"--{self.option or self.name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What the second person is shown before: an evaluate, and how its request follows from the step's."""

    operation: Operation[Any, Any]
    request: Callable[[Any], Any] = lambda body: body


Build = Callable[[Stated, Desk], Any]
Currency = str | Callable[[Stated, Desk], str]
"""Whose currency an amount is in: the field that states it, or a way to find out."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `group` and `name` are how it is called.

    `about` is its help, the operation's summary if it is empty. `of` is the message that its fields state,
    the operation's request unless a part of it, such as an act; `build` makes the request of what was stated.
    `currencies` say of amounts whose currency they are in. `more` asks what is worth seeing after its answer,
    `then` says what comes next. `example` follows `counterfoil <group> <name>`. A command that nobody has
    written `is_derived` from its operation.
    """

    group: str
    name: str
    operation: Operation[Any, Any]
    about: str = ""
    of: type[Struct] | None = None
    build: Build | None = None
    fields: tuple[Field, ...] | None = None
    currencies: Mapping[str, Currency] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    preview: Preview | None = None
    more: Callable[[Any, Desk], Struct] | None = None
    then: Callable[[Any], str] | None = None
    example: str = ""
    is_derived: bool = False

    @property
    def stated(self) -> tuple[Field, ...]:
        """What is stated on the command line."""
        if self.fields is not None:
            return self.fields
        return fields_of(self.of or self.operation.request)

    @property
    def help(self) -> str:
        """What it does, in a line or a few."""
        return self.about or self.operation.summary

    @property
    def pages(self) -> bool:
        """Whether its answer comes page by page."""
        return "next" in getattr(self.operation.answer, "__struct_fields__", ())


def named(name: str, kind: Kind, text: str) -> Field:
    """The field that says what a command is about: its argument."""
    return Field(name, kind, text, is_required=True, is_argument=True)


def fields_of(of: type[Struct], *, without: Sequence[str] = ()) -> tuple[Field, ...]:
    """The fields of a message, as stated; the first is an argument if it must be and names a record."""
    types = {name: kind for name, kind in hints(of).items() if name not in without}
    required = of.__struct_fields__[: len(of.__struct_fields__) - len(of.__struct_defaults__)]
    found: list[Field] = []
    for name, kind in ((name, kind_of(of_type)) for name, of_type in types.items()):
        is_required = name in required
        is_argument = is_required and kind.names_record and name == of.__struct_fields__[0]
        option = OPTION_NAMES.get(name, "") if kind.many else ""
        found.append(Field(name, kind, help_of(name, kind), is_required, is_argument, option))
    return tuple(found)


def request_of(command: Command, stated: Stated, desk: Desk) -> Any:
    """The operation's request of what was stated.

    Raises:
        BadEntry: something is missing or cannot be right.
        CounterfoilError: what it takes to know could not be asked.
    """
    settled = settle(command, stated, desk)
    if command.build is not None:
        return command.build(settled, desk)
    return converted(plain({**command.defaults, **settled}), command.operation.request)


def settle(command: Command, stated: Stated, desk: Desk) -> dict[str, Any]:
    """What was stated, with all amounts in minor units.

    Raises:
        BadEntry: something is missing, or an amount cannot be right.
    """
    for each in command.stated:
        if each.is_required and each.name not in stated and each.name not in command.defaults:
            raise BadEntry("", f"state it: {each.help}", each.shown)
    found = dict(stated)
    for each in command.stated:
        if each.name in found and each.name in command.currencies:
            currency = _currency(command.currencies[each.name], found, desk)
            found[each.name] = _in_minor_units(each, found[each.name], currency)
        elif isinstance(found.get(each.name), Money) and command.build is None:
            found[each.name] = _in_minor_units(each, found[each.name], found.get("currency", ""))
    return found


def plain(value: Any) -> Any:
    """Messages as the objects they stand for."""
    return msgspec.to_builtins(value)


def _currency(of: Currency, stated: Stated, desk: Desk) -> str:
    if callable(of):
        return of(stated, desk)
    return str(stated.get(of, ""))


def _in_minor_units(of: Field, typed: Any, currency: str) -> Any:
    try:
        if isinstance(typed, list):
            return [each.minor_units(currency) for each in typed]
        return typed.minor_units(currency or typed.currency) if isinstance(typed, Money) else typed
    except BadEntry as error:
        raise error.of(of.shown) from None
