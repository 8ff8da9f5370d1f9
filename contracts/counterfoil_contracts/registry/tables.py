"""Reading the public tables: which entry counts on which day. Pure, on tables that are parsed once per
content."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from counterfoil_protocol import canonical_json
from cryptography import x509

from counterfoil_contracts.core import business_day
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal

from .operations import TABLES, Code, Parameter, Rate, Root, TableEntries, Tables

_CONTENTS_REMEMBERED = 8

EMPTY = Tables((), (), (), (), ())


@lru_cache(maxsize=_CONTENTS_REMEMBERED)
def parse(stored: tuple[bytes | None, ...]) -> Tables:
    """The tables from their values in public state, in the order of `TABLES`.

    Remembered by content, since every operation reads them all.
    """
    found = {
        name: canonical_json.decode(value)
        for name, value in zip(TABLES, stored, strict=True)
        if value is not None
    }
    return msgspec.convert({name: found.get(name, []) for name in TABLES}, Tables)


def format_table(name: str, tables: Tables) -> bytes:
    """One table's value in public state."""
    return canonical_json.encode(msgspec.to_builtins(getattr(tables, name)))


def extended(tables: Tables, entries: TableEntries, today: str) -> Tables:
    """The tables with more entries; what is there stays.

    Raises:
        Refusal: `BAD_INPUT`, an entry that counts from a day before today where one counts already, a day or
            currency that does not exist, a certificate that cannot be read; `ALREADY_EXISTS`, a rate's id.
    """
    try:
        _check(entries)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, str(error)) from None
    for entry in entries.parameters:
        known = any((each.name, each.key) == (entry.name, entry.key) for each in tables.parameters)
        if known and entry.effective_from < today:
            raise refusal(RefusalCode.BAD_INPUT, "a parameter changes from today on, or later")
    for code in entries.codes:
        known = any((each.table, each.code) == (code.table, code.code) for each in tables.codes)
        if known and code.effective_from < today:
            raise refusal(RefusalCode.BAD_INPUT, "a code changes from today on, or later")
    ids = [rate.id for rate in (*tables.rates, *entries.rates)]
    if len(set(ids)) != len(ids):
        raise refusal(RefusalCode.ALREADY_EXISTS, "a rate's id never changes its meaning")
    return Tables(
        parameters=tables.parameters + entries.parameters,
        rates=tables.rates + entries.rates,
        calendar=tables.calendar + entries.calendar,
        trust=tables.trust + entries.trust,
        codes=tables.codes + entries.codes,
    )


def parameter(tables: Tables, day: str, name: str, *keys: str) -> int | None:
    """The value of a parameter on a day, under the first of `keys` that has one, else under the empty key."""
    for key in (*keys, ""):
        best: Parameter | None = None
        for entry in tables.parameters:
            if entry.key != key or entry.name != name or entry.effective_from > day:
                continue
            if best is None or entry.effective_from >= best.effective_from:
                best = entry
        if best is not None:
            return best.value
    return None


def is_listed(tables: Tables, day: str, table: str, code: str) -> bool:
    """Whether a code counts on a day; in a table that had no entry by then, every code does."""
    found: dict[str, Code] = {}
    for entry in tables.codes:
        known = found.get(entry.code)
        counts = entry.table == table and entry.effective_from <= day
        if counts and (known is None or entry.effective_from >= known.effective_from):
            found[entry.code] = entry
    return not found or (code in found and found[code].listed)


@dataclass(frozen=True, slots=True)
class Day:
    """The tables as they count on a business day."""

    tables: Tables
    today: str

    def parameter(self, name: str, *keys: str) -> int:
        """A parameter's value.

        Raises:
            Refusal: `NOT_CONFIGURED`.
        """
        found = parameter(self.tables, self.today, name, *keys)
        if found is None:
            raise refusal(RefusalCode.NOT_CONFIGURED, f"the table of parameters has no {name}")
        return found


def rate(tables: Tables, rate_id: str) -> Rate | None:
    """The rate of an id."""
    return next((each for each in tables.rates if each.id == rate_id), None)


def exceptional_days(tables: Tables) -> Mapping[str, bool]:
    """The days that break the rule of Monday to Friday, and whether they are worked; the last entry
    counts."""
    return {entry.day: entry.worked for entry in tables.calendar}


def trusted_roots(tables: Tables, day: str) -> tuple[Root, ...]:
    """The roots trusted on a day: of each certificate the entry that counts last."""
    found: dict[str, Root] = {}
    for entry in tables.trust:
        known = found.get(entry.certificate)
        if entry.effective_from <= day and (known is None or entry.effective_from >= known.effective_from):
            found[entry.certificate] = entry
    return tuple(root for root in found.values() if root.trusted)


def _check(entries: TableEntries) -> None:
    for parameter_entry in entries.parameters:
        business_day.day(parameter_entry.effective_from)
    for rate_entry in entries.rates:
        business_day.day(rate_entry.value_date)
    for calendar_entry in entries.calendar:
        business_day.day(calendar_entry.day)
    for code_entry in entries.codes:
        business_day.day(code_entry.effective_from)
    for root in entries.trust:
        business_day.day(root.effective_from)
        x509.load_pem_x509_certificate(root.certificate.encode())
