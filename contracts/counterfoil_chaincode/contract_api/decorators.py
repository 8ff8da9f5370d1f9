"""Decorators that make a method of a contract callable from outside: `@submit`, `@evaluate`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

# A contract function's own parameters are its business: the decorator only marks it.
MethodT = TypeVar("MethodT", bound=Callable[..., Any])

_MARK = "_counterfoil_transaction"


@dataclass(frozen=True, slots=True)
class TransactionMark:
    """What the decorator noted: the name on the wire (empty: the method's), and whether clients submit it."""

    name: str
    submit: bool


def transaction(*, submit: bool = True, name: str = "") -> Callable[[MethodT], MethodT]:
    """Make a method a transaction function, under `name` if the method's own does not do."""

    def mark(method: MethodT) -> MethodT:
        setattr(method, _MARK, TransactionMark(name, submit))
        return method

    return mark


def submit(method: MethodT) -> MethodT:
    """A function that writes: clients submit it."""
    return transaction(submit=True)(method)


def evaluate(method: MethodT) -> MethodT:
    """A function that only reads: clients evaluate it."""
    return transaction(submit=False)(method)


def mark_of(member: object) -> TransactionMark | None:
    """The decorator's note on a class member, None if it has none."""
    found = getattr(member, _MARK, None)
    return found if isinstance(found, TransactionMark) else None
