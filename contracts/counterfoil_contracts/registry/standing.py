"""What the regulator has frozen: a document, an enterprise, a bank. Nothing new is locked; releases go on."""

from collections.abc import Collection, Sequence

from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.core import documents, fingerprint, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message, Time
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal

from . import directory
from .desk import Desk
from .operations import Enterprise, Freeze

_BANK = "bank"
_LIST = f"frozen/{AUTHORITY}/all"
"""A key that says nothing of who is meant: whoever must not show that may read it."""
MANUAL_MOST = 10
"""Enterprises of a proposal up to which its confirmation writes the list, changed or not; see `renew`."""


class FrozenList(Message, frozen=True):
    """All enterprises (codes) and banks (MSP IDs) that take nothing new, in order."""

    names: tuple[str, ...] = ()


class BankStanding(Message, frozen=True):
    """Whether a bank may lock anything new, with what was decided before; `since` are seconds since 1970."""

    frozen: tuple[bool, ...]
    since: tuple[Time, ...]


def check_form(body: Freeze) -> None:
    """A freeze is of exactly one document, enterprise or bank.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    named = (body.declaration, body.enterprise, body.bank, body.invoice, body.document)
    if sum(1 for each in named if each) != 1:
        raise refusal(RefusalCode.BAD_INPUT, "one document, enterprise or bank")
    if body.invoice is not None:
        _invoice(body.invoice)


def apply(desk: Desk, body: Freeze) -> None:
    """Freeze or lift.

    Raises:
        Refusal: `NOT_FOUND`, a document or enterprise that nobody has stated.
    """
    named = body.bank or body.enterprise
    renew(desk, {named} if body.frozen else (), {named} if not body.frozen else ())
    if body.bank:
        _freeze_bank(desk, body.bank, frozen=body.frozen)
    elif body.enterprise:
        known = directory.find(desk.context, body.enterprise).records
        if not known:
            raise refusal(RefusalCode.NOT_FOUND, "the directory does not know this enterprise")
        directory.put(desk.context, (replace(known[-1], frozen=body.frozen),), desk.now)
    elif body.invoice is not None:
        _freeze_document(desk, _invoice(body.invoice), frozen=body.frozen)
    else:
        document = body.document or fingerprint.declaration(body.declaration)
        _freeze_document(desk, document, frozen=body.frozen)


def renew(desk: Desk, frozen: Collection[str] = (), lifted: Collection[str] = (), *, many: int = 1) -> None:
    """Note in the list who is frozen now, and who no longer.

    It is written unchanged too: its key is the same for all, and would tell a freeze from other decisions.
    Not where `many` are decided on at once, which would make imports wait for one another.
    """
    known = set(_frozen(desk).names)
    after = (known | {each for each in frozen if each}).difference(lifted)
    if after != known or many <= MANUAL_MOST:
        desk.context.store.write(AUTHORITY, _LIST, FrozenList(tuple(sorted(after))))


def kept(desk: Desk, enterprises: Sequence[Enterprise]) -> tuple[Enterprise, ...]:
    """Records as they are put: whoever is frozen stays so until a freeze is lifted, not by a new class."""
    known = _frozen(desk).names
    return tuple(replace(each, frozen=each.frozen or each.uscc in known) for each in enterprises)


def check_may_be_granted(desk: Desk, *names: str) -> None:
    """None of an enterprise and a bank is frozen, as far as this peer may know; the regulator's knows.

    Raises:
        Refusal: `FROZEN`.
    """
    found = desk.told_by_authority(_LIST, FrozenList)
    if found is not None and not set(names).isdisjoint(found.names):
        raise refusal(RefusalCode.FROZEN, "the enterprise or the bank takes nothing new")


def _frozen(desk: Desk) -> FrozenList:
    return desk.context.store.read(AUTHORITY, _LIST, FrozenList) or FrozenList()


def is_bank_frozen(desk: Desk, msp_id: str) -> bool:
    """Whether a bank may lock nothing new."""
    record = desk.context.store.find(AUTHORITY, _BANK, msp_id, BankStanding)
    return record is not None and record.value.frozen[-1]


def _freeze_bank(desk: Desk, msp_id: str, *, frozen: bool) -> None:
    record = desk.context.store.find(AUTHORITY, _BANK, msp_id, BankStanding)
    known = record.value if record else BankStanding((), ())
    after = BankStanding((*known.frozen, frozen), (*known.since, desk.now))
    desk.context.store.save(AUTHORITY, _BANK, msp_id, after, record)


def _freeze_document(desk: Desk, document: str, *, frozen: bool) -> None:
    record = desk.context.store.find(AUTHORITY, pools.RECORD, document, Pool)
    if record is not None and record.value.same_as:
        document = record.value.same_as
        record = desk.context.store.find(AUTHORITY, pools.RECORD, document, Pool)
    if record is None:
        raise refusal(RefusalCode.NOT_FOUND, "nobody has stated this document")
    desk.context.store.save(AUTHORITY, pools.RECORD, document, replace(record.value, frozen=frozen), record)


def _invoice(invoice: documents.Invoice) -> str:
    try:
        return documents.invoice_fingerprint(invoice)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"an invoice: {error}") from None
