"""The list of cases: `@case("area/what it shows")` on a function that acts on a stage."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.acceptance.stage import Stage

Act = Callable[[Stage], None]
MAIN, OPEN = "main", "open"
"""The network of configtx.yaml; and a second one whose channel leaves access to blocks as Fabric has it, and
whose nodes are halted and resumed. Its blocks are not recorded.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    name: str
    act: Act
    is_fault: bool = False
    """Waits half a minute: run by `make test-fabric-faults`, apart."""
    network: str = MAIN
    """Which of the two networks it runs on."""

    @property
    def area(self) -> str:
        """The part before the slash: its records share a file."""
        return self.name.partition("/")[0]


_CASES: dict[str, Case] = {}


def case(name: str, *, is_fault: bool = False, network: str = MAIN) -> Callable[[Act], Act]:
    """Register a case."""

    def register(act: Act) -> Act:
        assert name not in _CASES, name
        _CASES[name] = Case(name, act, is_fault, network)
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
        nodes_down,
        offline_signing,
        open_blocks,
        private_data,
        read_write_sets,
        revocation,
        rich_queries,
        updates,
        validation,
    )

    del answers, drawn, events, faults, identities, initialisation, lifecycle, nodes_down, offline_signing
    del open_blocks, private_data, read_write_sets, revocation, rich_queries, updates, validation
    return tuple(sorted(_CASES.values(), key=lambda each: each.network))
