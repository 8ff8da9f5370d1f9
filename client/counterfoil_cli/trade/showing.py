"""Answers as people read them: facts line by line, lists as tables, money in decimals of its currency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil_contracts.core import flags, message
from counterfoil_contracts.core.documents import Invoice, invoice_fingerprint
from counterfoil_contracts.export_invoice import (
    answers,
    handover_messages,
    list_answers,
    messages,
    preview_messages,
)
from counterfoil_contracts.registry import operations as registry
from msgspec import Struct

from counterfoil_cli.output import Output

from .command import plain
from .kinds import hints
from .values import money_text, time_text

_MONEY = (message.Amount, message.Balance)
_CURRENCY = "currency"
_BLOCKS = (messages.ViewAnswer,)
"""Records of a list that are laid out one below the other, for they hold lists themselves."""

COLUMNS: dict[type[Struct], tuple[str, ...]] = {
    Invoice: ("number", "buyer", "issue_date", "currency", "amount"),
    answers.Financing: ("mark", "bank", "state", "enterprise", "approved", "drawn", "repaid", "changed_at"),
    answers.ActRecord: (
        "act",
        "body",
        "prepared_by",
        "prepared_at",
        "expires",
        "confirmed_at",
        "reversed_by",
    ),
    answers.PoolLine: ("document", "own_amount", "pledged", "collected"),
    answers.PoolAnswer: (
        "kind",
        "label",
        "invoice",
        "total",
        "collected",
        "locked",
        "outstanding",
        "available",
        "flags",
    ),
    answers.SupervisedFinancing: (
        "financing.mark",
        "financing.bank",
        "financing.state",
        "financing.approved",
        "financing.drawn",
        "financing.repaid",
        "terms.product",
        "terms.branch",
        "terms.maturity",
    ),
    messages.ViewedInvoice: (
        "invoice.number",
        "vouched",
        "parties_match",
        "duplicate",
        "near_duplicate",
        "available",
        "frozen",
        "flags",
    ),
    messages.ViewedDeclaration: (
        "number",
        "authentic",
        "parties_match",
        "status",
        "financeable",
        "total",
        "available",
        "frozen",
        "flags",
    ),
    messages.Declaration: ("number", "declared_on", "status", "consignor", "trade_mode", "total", "lines"),
    messages.StatedLine: ("invoice.number", "invoice_amount", "declaration_amount"),
    handover_messages.OfferedMark: ("mark", "enterprise", "approved", "drawn", "repaid"),
    list_answers.SeenView: (
        "bank",
        "staff",
        "viewed_at",
        "purpose",
        "enterprise",
        "declarations",
        "invoices",
        "live_elsewhere",
    ),
    registry.Work: (
        "matter",
        "status",
        "since",
        "must_act",
        "label",
        "invoice",
        "blocks",
        "ends",
        "due",
        "overdue",
    ),
    registry.Root: ("effective_from", "trusted", "revoked"),
}
"""What a list shows of a record with many fields; the rest is in `--json`, or in the record's own command."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def show(output: Output, answer: Struct, currency: str = "") -> None:
    """Print an answer; amounts that state no currency of their own are in `currency`."""
    facts, tables = laid_out(answer, currency)
    width = max((len(name) for name, _ in facts), default=0)
    for name, text in facts:
        output.line(f"{name:<{width}}  {text}".rstrip())
    for table in tables:
        if table.rows:
            output.line(f"{table.title} ({len(table.rows)})", style="bold")
            output.table(table.columns, table.rows)
        elif not facts:
            output.line(f"no {table.title}")


def laid_out(value: Struct, currency: str = "", title: str = "") -> tuple[list[tuple[str, str]], list[Table]]:
    """An answer as facts, and its lists as tables."""
    if isinstance(value, preview_messages.Preview):
        return _moved(value)
    own = _currency_of(value, currency)
    facts: list[tuple[str, str]] = []
    tables: list[Table] = []
    for name, of in hints(type(value)).items():
        found = getattr(value, name)
        if isinstance(found, Struct):
            more, lists = laid_out(found, own, f"{title}{name} ")
            facts += [(f"{name}.{inner}", text) for inner, text in more]
            tables += lists
        elif isinstance(found, tuple) and (not found or isinstance(found[0], Struct)):
            if found and isinstance(found[0], _BLOCKS):
                for each in found:
                    more, lists = laid_out(each, own)
                    facts += more
                    tables += lists
            elif found or not _is_plain_list(of):
                tables.append(_table(f"{title}{name}".replace("_", " "), found, own, value))
        elif found not in ("", None):
            facts.append((name, cell(found, of, own)))
    return facts, tables


def _moved(preview: preview_messages.Preview) -> tuple[list[tuple[str, str]], list[Table]]:
    """What a step moves, side by side: now and then, of the loan and of each document it holds."""
    if preview.after is None:
        return [("moves", "nothing of this organisation's own financings")], []
    after = _figures(preview.after)
    before = _figures(preview.before) if preview.before is not None else {}
    rows = tuple(
        (name, before.get(name, "-"), text) for name, text in after.items() if before.get(name) != text
    )
    return [("mark", preview.after.mark)], [Table("what moves", ("", "now", "then"), rows)]


def _figures(financing: answers.Financing) -> dict[str, str]:
    facts, tables = laid_out(financing)
    quiet = {"mark", "changed_at", "acts"}
    found = {name.replace("_", " "): text for name, text in facts if name not in quiet}
    for table in tables:
        if table.title == "acts":
            continue
        if table.title == "pledges":
            for row in table.rows:
                names = (f"invoice {row[0]} {name}" for name in table.columns[2:])
                found |= dict(zip(names, row[2:], strict=True))
        else:
            found |= {f"{table.title} {at}": " ".join(row) for at, row in enumerate(table.rows, 1)}
    return found


def cell(value: Any, of: Any, currency: str) -> str:
    """One value in a table or after its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if of in _MONEY and currency:
        return money_text(value, currency)
    if of == message.Time:
        return time_text(value) if value else "-"
    if isinstance(value, Struct):
        return _in_one_line(value, currency)
    if isinstance(value, tuple):
        return ", ".join(cell(each, None, currency) for each in value)
    return str(value)


def _table(title: str, found: Sequence[Struct], currency: str, owner: Struct) -> Table:
    if not found:
        return Table(title, (), ())
    if isinstance(found[0], answers.PledgeState):
        return _pledges(title, found, owner)
    if isinstance(found[0], answers.Flag):
        return _flags(title, found, owner)
    columns = COLUMNS.get(type(found[0])) or type(found[0]).__struct_fields__
    rows = tuple(tuple(_at(each, column, currency) for column in columns) for each in found)
    return Table(title, tuple(column.rpartition(".")[2].replace("_", " ") for column in columns), rows)


def _at(value: Any, path: str, currency: str) -> str:
    """The cell of a field, `financing.mark`, in the currency that stands nearest to it."""
    *way, name = path.split(".")
    for step in way:
        currency = _currency_of(value, currency)
        value = getattr(value, step)
    return cell(getattr(value, name), hints(type(value))[name], _currency_of(value, currency))


def _currency_of(value: Struct, outer: str) -> str:
    stated = getattr(value, _CURRENCY, "") or getattr(getattr(value, "invoice", None), _CURRENCY, "")
    return stated if isinstance(stated, str) and stated else outer


def _in_one_line(value: Struct, currency: str) -> str:
    """A record in a cell: a flag by its code, an act by its kind and fields."""
    if isinstance(value, registry.Matter):
        return f"{value.document}/{value.code}/{value.cause}"
    if isinstance(value, Invoice):
        return value.number
    code = getattr(value, "code", None)
    if code is not None:
        return str(code) if not getattr(value, "ended", 0) else f"({code})"
    fields = plain(value)
    kind = [fields.pop("type")] if "type" in fields else []
    inner = (
        f"{name}={each}" for name, each in fields.items() if each not in ("", (), [], None) and name != "mark"
    )
    return " ".join([*kind, *inner])


def _pledges(title: str, found: Sequence[Any], owner: Any) -> Table:
    """Pledges of a financing: documents' amounts in the documents' currencies, the loan's in its own."""
    currencies = {invoice_fingerprint(each): each.currency for each in owner.invoices}
    rows = []
    for each in found:
        document = currencies.get(each.invoice, "")
        rows.append(
            (
                each.invoice[:12],
                each.declaration,
                cell(each.invoice_locked, message.Balance, document),
                cell(each.invoice_outstanding, message.Balance, document),
                f"{each.declaration_locked} + {each.declaration_outstanding}",
                *(
                    cell(each_, message.Balance, owner.currency)
                    for each_ in (each.loan, each.drawn, each.repaid)
                ),
            )
        )
    held = "of declaration, locked + outstanding (minor units)"
    columns = ("invoice", "declaration", "locked", "outstanding", held, "loan", "drawn", "repaid")
    return Table(title, columns, tuple(rows))


def _flags(title: str, found: Sequence[Any], owner: Any) -> Table:
    """Flags of a document: what an open one blocks, what ends it, and which banks hold the document.

    Whose turn it is stands in the worklist.
    """
    lenders = dict.fromkeys(each.bank for each in getattr(owner, "marks", ()) if each.live)
    rows = []
    for each in found:
        rule = flags.RULES.get(each.code)
        is_open = not each.ended
        rows.append(
            (
                each.code,
                "open" if is_open else f"ended {time_text(each.ended)}",
                time_text(each.since),
                rule.blocks if rule and is_open else "",
                rule.ends if rule and is_open else "",
                ", ".join(lenders) if is_open else "",
            )
        )
    return Table(title, ("flag", "state", "since", "blocks", "ends when", "held by"), tuple(rows))


def _is_plain_list(of: Any) -> bool:
    """Whether a list is of texts or numbers, so that an empty one is not worth a line."""
    from typing import get_args

    return not any(isinstance(each, type) and issubclass(each, Struct) for each in get_args(of))


def pages(answer: Struct) -> Iterator[str]:
    """Names of the lists of an answer that comes in pages."""
    for name in type(answer).__struct_fields__:
        if isinstance(getattr(answer, name), tuple):
            yield name
