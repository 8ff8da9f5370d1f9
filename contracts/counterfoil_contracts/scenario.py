"""What a folder of this package brings: a contract, its operations, and what `describe` says of it.

Each folder has a module `scenario` with one `SCENARIO`; `chaincode` lists them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil_chaincode.confidential import ConfidentialContract
from counterfoil_protocol.confidential import Operation


@dataclass(frozen=True, slots=True)
class Scenario:
    """One contract. `subject` is what goes through the states of `steps`, and what `acts` are about."""

    contract: type[ConfidentialContract]
    operations: tuple[Operation[Any, Any], ...]
    subject: str = ""
    acts: tuple[type[Any], ...] = ()
    reversible: tuple[type[Any], ...] = ()
    steps: Mapping[str, Sequence[tuple[str | None, str]]] = field(default_factory=dict)
    """The state before and after each step; none before the first."""
    ended: tuple[str, ...] = ()
