"""The list of cases: `@case("area/what it shows")` on a function that acts on a stage."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.acceptance.stage import Stage

Act = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `profile` names the network it runs on."""

    name: str
    act: Act
    is_fault: bool = False
    """Takes something down or waits half a minute: run by `make test-fabric-faults`, apart."""

    @property
    def area(self) -> str:
        """The part before the slash: its records share a file."""
        return self.name.partition("/")[0]


_CASES: dict[str, Case] = {}


def case(name: str, *, is_fault: bool = False) -> Callable[[Act], Act]:
    """Register a case."""

    def register(act: Act) -> Act:
        assert name not in _CASES, name
        _CASES[name] = Case(name, act, is_fault)
        return act

    return register


def all_cases() -> tuple[Case, ...]:
    """Every case, in the order in which they are written down."""
    from tests.acceptance.cases import (
        answers,
        drawn,
        events,
        faults,
        identities,
        initialisation,
        lifecycle,
        offline_signing,
        private_data,
        read_write_sets,
        revocation,
        rich_queries,
        updates,
        validation,
    )

    del answers, drawn, events, faults, identities, initialisation, lifecycle, offline_signing, private_data
    del read_write_sets, revocation, rich_queries, updates, validation
    return tuple(_CASES.values())
