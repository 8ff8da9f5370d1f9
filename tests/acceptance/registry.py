"""The list of cases: `@case("area/what it shows")` on a function that acts on a stage."""

from collections.abc import Callable
from dataclasses import dataclass

from counterfoil_network.deployment import FABRIC

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
    halts: bool = False
    """Halts a node, which takes Fabric's several seconds: there it is run with the faults."""
    network: str = MAIN
    """Which of the two networks it runs on."""

    def is_apart(self, engine: str) -> bool:
        """Whether it is run with the faults, apart from the others."""
        return self.is_fault or (self.halts and engine == FABRIC)

    @property
    def area(self) -> str:
        """The part before the slash: its records share a file."""
        return self.name.partition("/")[0]


_CASES: dict[str, Case] = {}


def case(
    name: str, *, is_fault: bool = False, halts: bool = False, network: str = MAIN
) -> Callable[[Act], Act]:
    """Register a case."""

    def register(act: Act) -> Act:
        assert name not in _CASES, name
        _CASES[name] = Case(name, act, is_fault, halts, network)
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
        trade_contracts,
        updates,
        validation,
    )

    del answers, drawn, events, faults, identities, initialisation, lifecycle, nodes_down, offline_signing
    del (
        open_blocks,
        private_data,
        read_write_sets,
        revocation,
        rich_queries,
        trade_contracts,
        updates,
        validation,
    )
    return tuple(sorted(_CASES.values(), key=lambda each: each.network))
