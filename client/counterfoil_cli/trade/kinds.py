"""Kinds of values in the contracts' messages: how each is written on the command line, and how it is read."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from counterfoil_contracts.consent.operations import BankMsp
from counterfoil_contracts.core import message
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice.messages import Consent, OptionalId
from msgspec import Struct

from . import values
from .values import BadEntry, Money, Reader


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what stands for it in the help, and how its text is read.

    `many` values are given one by one. `names_record` tells whether it names a record, and so may stand
    without an option's name.
    """

    metavar: str
    read: Reader
    many: bool = False
    names_record: bool = False
    choices: tuple[str, ...] = ()
    is_flag: bool = False


def kind_of(of: Any) -> Kind:
    """The kind of a field's type; what has no way of its own is written as JSON."""
    for known, kind in _KINDS:
        if of == known:
            return kind
    origin, parts = get_origin(of), get_args(of)
    if origin is Annotated:
        return _annotated(parts[0], of)
    if origin is tuple:
        single = kind_of(parts[0])
        return Kind(single.metavar, single.read, many=True, names_record=single.names_record)
    if origin is Literal:
        choices = tuple(choice for choice in parts if choice)
        return Kind("|".join(choices), _one_of(choices), choices=choices)
    if Invoice in parts:
        return kind_of(Invoice)
    if of is bool:
        return Kind("", bool, is_flag=True)
    if isinstance(of, type) and issubclass(of, Struct):
        return Kind("ENTRY", _entry_reader(of))
    if of is str:
        return Kind("TEXT", str)
    return Kind("JSON", _json)


def hints(of: type[Struct]) -> dict[str, Any]:
    """The fields of a message with their whole types."""
    return get_type_hints(of, include_extras=True)


def entry(of: type[Struct], text: str) -> Any:
    """A message typed in one piece: `key=value,key=value`, a JSON object, or `@file` with either or a list.

    Raises:
        BadEntry: an unknown key, or a value that cannot be right.
    """
    if text.startswith("@"):
        text = values.file_text(text[1:])
    if text.startswith(("{", "[")):
        try:
            found = msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise BadEntry(text, f"no JSON: {error}") from None
        return values.converted(found, tuple[of, ...] if isinstance(found, list) else of)  # type: ignore[valid-type]  # a type made at run time
    known = hints(of)
    parts = dict(_pair(part, known) for part in text.split(","))
    read = {name: _part(of, name, part, parts) for name, part in parts.items()}
    return values.converted(msgspec.to_builtins(read), of)


def _pair(text: str, known: dict[str, Any]) -> tuple[str, str]:
    name, equals, value = text.strip().partition("=")
    name = name.strip().replace("-", "_")
    if not equals or name not in known:
        raise BadEntry(text, f"write key=value,key=value with keys of {', '.join(known)}; or @file.json")
    return name, value.strip()


def _part(of: type[Struct], name: str, text: str, parts: dict[str, str]) -> Any:
    kind = kind_of(hints(of)[name])
    if kind.is_flag:
        if text not in ("true", "false"):
            raise BadEntry(text, "write true or false", name)
        return text == "true"
    try:
        found = kind.read(values.file_text(text[1:]) if text.startswith("@") else text)
        if isinstance(found, Money):
            return found.minor_units(parts.get("currency", "").upper() or found.currency)
        return found
    except BadEntry as error:
        raise error.of(name) from None


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(values.file_text(text[1:]) if text.startswith("@") else text)
    except msgspec.DecodeError as error:
        raise BadEntry(text, f"write JSON, or @file ({error})") from None


def _entry_reader(of: type[Struct]) -> Reader:
    return lambda text: entry(of, text)


def _annotated(base: Any, of: Any) -> Kind:
    single = kind_of(base) if base is not int else Kind("NUMBER", _number)
    if single.many or get_origin(base) is Literal:
        return single
    return Kind(single.metavar, _checked(single.read, of, "write it as the help of the command says"))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadEntry(text, "write a whole number")
    return int(text)


def _one_of(choices: tuple[str, ...]) -> Reader:
    def read(text: str) -> str:
        found = text.upper().replace("-", "_")
        if found not in choices:
            raise BadEntry(text, f"write one of {', '.join(choices)}")
        return found

    return read


def _checked(read: Reader, of: Any, way_out: str) -> Reader:
    def check(text: str) -> Any:
        value = read(text)
        try:
            return msgspec.convert(value, type=of)
        except msgspec.ValidationError as error:
            told = "" if "regex" in str(error) else f" ({error})"
            raise BadEntry(text, way_out + told) from None

    return check


def _record(of: Any, metavar: str, way_out: str) -> tuple[Any, Kind]:
    return of, Kind(metavar, _checked(str, of, way_out), names_record=True)


_KINDS: tuple[tuple[Any, Kind], ...] = (
    (message.Amount, Kind("AMOUNT", Money)),
    (message.Balance, Kind("AMOUNT", Money)),
    (message.DateText, Kind("DAY", values.day)),
    (message.Time, Kind("TIME", values.time)),
    (message.CurrencyCode, Kind("CURRENCY", _checked(str.upper, message.CurrencyCode, "write it as USD"))),
    (BankMsp, Kind("BANK", values.bank, names_record=True)),
    (Consent, Kind("FILE", values.file_text, names_record=True)),
    (Invoice, Kind("FILE", values.invoice)),
    (OptionalId, Kind("ID", _checked(str, OptionalId, "write the 32 hex digits that were answered"))),
    _record(message.RecordId, "ID", "write the 32 hex digits that an earlier command answered"),
    _record(
        message.Uscc, "USCC", "write the 18 characters of a unified social credit code, without I O S V Z"
    ),
    _record(
        message.DeclarationNumber,
        "NUMBER",
        "write the 18 digits of an export declaration: office, year, 0 or 1, sequence",
    ),
)
"""Kinds by their types; ids of persons are written as ids of records are."""
