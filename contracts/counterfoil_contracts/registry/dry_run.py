"""What a submit would write, found out by an evaluate that writes nothing."""

from collections.abc import Callable

from counterfoil_chaincode.confidential import DryStore

from .desk import Desk


def dry_run(desk: Desk, act: Callable[[], object]) -> tuple[object, ...]:
    """The records that `act` would write, in order; `act` works on the desk's context.

    Raises:
        Refusal: as the submit would.
    """
    context = desk.context
    kept = context.store
    dry = context.store = DryStore.instead_of(kept)
    try:
        act()
    finally:
        context.store = kept
    return tuple(dry.would_write)
