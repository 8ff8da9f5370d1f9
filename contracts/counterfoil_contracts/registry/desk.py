"""What the methods of all trade contracts work with: one call's context, its day, and the public tables.

`trade_operation` binds a method to its declaration and reads the tables first, always all of them, so
that the public keys in a block tell nothing about what a transaction was for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from counterfoil_chaincode.confidential import ConfidentialContext, operation
from counterfoil_chaincode.contract_api.serializer import convert
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import AUTHORITY, Operation

from counterfoil_contracts.core import business_day
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.core.roles import REGULATOR

from . import tables
from .operations import TABLES, Tables
from .tables import Day

ContractT = TypeVar("ContractT")
BodyT = TypeVar("BodyT")
AnswerT = TypeVar("AnswerT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Desk:
    """One call. `now` is the transaction's time in seconds since 1970 UTC."""

    context: ConfidentialContext = field(repr=False)
    day: Day = field(repr=False)
    now: int

    @property
    def tables(self) -> Tables:
        """The public tables, all entries."""
        return self.day.tables

    @property
    def today(self) -> str:
        """The business day of this call."""
        return self.day.today

    @property
    def request_id(self) -> str:
        """The id of this request, which stands in the block."""
        return self.context.request_id

    @property
    def staff(self) -> str:
        """The pseudonym of the person who calls."""
        return self.context.caller.staff

    @property
    def msp_id(self) -> str:
        """The MSP ID of the caller."""
        return self.context.caller.msp_id

    def parameter(self, name: str, *keys: str) -> int:
        """A parameter's value today.

        Raises:
            Refusal: `NOT_CONFIGURED`.
        """
        return self.day.parameter(name, *keys)

    def ceiling(self, pool: Pool) -> int:
        """The ceiling ratio of a document today, in basis points, by its kind and trade mode."""
        return self.parameter("ceiling_basis_points", f"{pool.kind}/{pool.trade_mode}", pool.kind)

    def days_from_now(self, name: str) -> int:
        """The time that lies a parameter's number of calendar days from now."""
        return self.now + self.parameter(name) * 86_400

    def end_of_business_days(self, name: str) -> int:
        """The time at which the last of a parameter's number of business days ends, today not counted."""
        return self.business_days_after(self.now + 1, name)

    def business_days_after(self, time: int, name: str) -> int:
        """The time at which the last of a parameter's number of business days after the day of `time` ends.

        A time that is the end of a day counts as that day.
        """
        exceptions = tables.exceptional_days(self.tables)
        start = business_day.of_time(time - 1)
        last = business_day.add_business_days(start, self.parameter(name), exceptions)
        return business_day.end_of(last)

    def own(self, template: str, kind: str, record_id: str, bank: str | None = None) -> tuple[str, str]:
        """Collection and key of a record in a bank's collection: a random id, with the collection in the
        key."""
        collection = self.context.collection(template, bank)
        return collection, f"{kind}/{collection}/{record_id}"

    def read_own(
        self, template: str, kind: str, record_id: str, of: type[ValueT], bank: str | None = None
    ) -> ValueT | None:
        """A record of the caller's bank, or of `bank` where an authority asks; None if there is none."""
        return self.context.store.read(*self.own(template, kind, record_id, bank), of)

    def bound_hash(self, template: str, kind: str, record_id: str) -> str | None:
        """SHA-256, in hex, of a record that only the bank and the regulator hold, None if there is none.

        The regulator's peer reads the value too, and so proves that it has it; the read set is the same.
        """
        return self.bound(template, kind, record_id, dict)[0]

    def bound(
        self, template: str, kind: str, record_id: str, of: type[ValueT]
    ) -> tuple[str | None, ValueT | None]:
        """As `bound_hash`, with the value where the regulator's peer runs this; None at any other.

        What it says may end in a refusal there, never change what is written.
        """
        return self._bound(*self.own(template, kind, record_id), of)

    def told_by_authority(self, key: str, of: type[ValueT]) -> ValueT | None:
        """A record of `authority`, in a transaction that a bank endorses too; None at the bank's peer.

        As `bound`. All members see that `key` was read: it must be the same whoever the transaction is about.
        """
        return self._bound(AUTHORITY, key, of)[1]

    def _bound(self, collection: str, key: str, of: type[ValueT]) -> tuple[str | None, ValueT | None]:
        value = None
        if self.context.local_msp_id == REGULATOR:
            value = self.context.store.read(collection, key, of)
        return self.context.store.digest(collection, key), value

    def page(self, collection: str, kind: str, after: str, limit: int, of: type[ValueT]) -> list[ValueT]:
        """Up to `limit` records of a kind in a bank's collection, in the order of ids, from after the id
        `after`."""
        return [value for _, value in self._range(collection, f"{kind}/{collection}/", after, limit, of)]

    def scan(self, kind: str, after: str, limit: int, of: type[ValueT]) -> list[tuple[str, ValueT]]:
        """Up to `limit` records of a kind in `authority` with the hex of their keys, from after that key."""
        return self._range(AUTHORITY, f"{kind}/", after, limit, of)

    def _range(
        self, collection: str, prefix: str, after: str, limit: int, of: type[ValueT]
    ) -> list[tuple[str, ValueT]]:
        first = f"{prefix}{after}\x01" if after else prefix
        found: list[tuple[str, ValueT]] = []
        with self.context.stub.get_private_data_by_range(collection, first, f"{prefix}~") as entries:
            for entry in entries:
                if len(found) == limit:
                    break
                record = canonical_json.decode(entry.value)
                assert isinstance(record, dict), "a record is salt and value"
                found.append((entry.key.removeprefix(prefix), convert(record["value"], of)))
        return found


def trade_operation(
    declared: Operation[BodyT, AnswerT],
) -> Callable[
    [Callable[[ContractT, Desk, BodyT], AnswerT]], Callable[[ContractT, ConfidentialContext, BodyT], AnswerT]
]:
    """Bind a method `(self, desk, body) -> answer` to a declared operation."""

    def bind(
        method: Callable[[ContractT, Desk, BodyT], AnswerT],
    ) -> Callable[[ContractT, ConfidentialContext, BodyT], AnswerT]:
        def called(contract: ContractT, context: ConfidentialContext, body: BodyT) -> AnswerT:
            return method(contract, desk_of(context, declared), body)

        called.__name__ = method.__name__
        called.__doc__ = method.__doc__
        return operation(declared)(called)

    return bind


def desk_of(context: ConfidentialContext, declared: Operation[Any, Any]) -> Desk:
    """The desk of a call.

    Raises:
        Refusal: `NOT_CONFIGURED`, the ledger has no secret yet and the operation needs one.
    """
    known = tables.parse(tuple(context.stub.get_multiple_states(TABLES)))
    holds_secret = AUTHORITY in (*declared.reads, *declared.writes) and not declared.takes_salt
    if holds_secret and not context.key_ring().secrets:
        raise refusal(RefusalCode.NOT_CONFIGURED, "the ledger has no secret yet")
    now = context.now_seconds
    return Desk(context, Day(known, business_day.of_time(now)), now)
