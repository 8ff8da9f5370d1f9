"""Reading and writing the records of one bank, whoever calls: the bank itself, or the regulator about it."""

from dataclasses import dataclass, field
from typing import TypeVar

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk

from . import operations as ops
from . import records as r

RecordT = TypeVar("RecordT", bound=Message)

_NOTICES = frozenset({r.REVOCATION, r.STANDING, r.OFFER, r.DECLINE, r.ANSWER, r.BODY, r.DISPUTE})


@dataclass(frozen=True, slots=True)
class CreditLedger:
    """The records of a bank, named as collections name it."""

    desk: Desk = field(repr=False)
    bank: str

    def find(self, kind: str, record_id: str, of: type[RecordT]) -> RecordT | None:
        """A record, None if there is none."""
        return self.desk.read_own(_template(kind), kind, record_id, of, self.bank)

    def get(self, kind: str, record_id: str, of: type[RecordT]) -> RecordT:
        """A record that the caller names.

        Raises:
            Refusal: `NOT_FOUND`.
        """
        found = self.find(kind, record_id, of)
        if found is None:
            raise refusal(RefusalCode.NOT_FOUND, f"no such {kind} of this bank")
        return found

    def save(self, kind: str, record_id: str, value: Message) -> None:
        """Write a record."""
        self.desk.context.store.write(*self._place(kind, record_id), value)

    def purge(self, kind: str, record_id: str) -> None:
        """Remove a record from the members' disks."""
        self.desk.context.store.purge(*self._place(kind, record_id))

    def page(self, kind: str, after: str, limit: int, of: type[RecordT]) -> list[RecordT]:
        """Records of a kind in the order of ids, from after an id; for evaluates alone."""
        collection = self.desk.context.collection(_template(kind), self.bank)
        return self.desk.page(collection, kind, after, limit, of)

    def _place(self, kind: str, record_id: str) -> tuple[str, str]:
        return self.desk.own(_template(kind), kind, record_id, self.bank)


def ledger_of(desk: Desk, msp_id: str = "") -> CreditLedger:
    """The ledger of the caller's bank, or of the bank of an MSP ID where the regulator calls.

    Raises:
        Refusal: `CONSENT_INVALID`, a bank calls about another one.
    """
    own = desk.context.caller.bank
    asked = bank_of(msp_id) if msp_id else own
    if asked is None or own not in (None, asked):
        raise refusal(RefusalCode.CONSENT_INVALID, "the statement is for another bank")
    return CreditLedger(desk, asked)


def _template(kind: str) -> str:
    return ops.NOTICES if kind in _NOTICES else ops.CREDIT
