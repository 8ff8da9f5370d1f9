"""The places of `_lifecycle` that lifecycle structures are written to, as one simulation sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_network.embedded.peer.lifecycle.definition import LIFECYCLE

if TYPE_CHECKING:
    from counterfoil_protocol.ledger.simulator import Simulator


@dataclass(frozen=True, slots=True)
class PublicState:
    """Public state of the namespace."""

    simulator: Simulator

    def get(self, key: str) -> bytes | None:
        """Return a committed value."""
        return self.simulator.get_state(LIFECYCLE, key)

    def put(self, key: str, value: bytes) -> None:
        """Write a value."""
        self.simulator.put_state(LIFECYCLE, key, value)

    def delete(self, key: str) -> None:
        """Delete a key."""
        self.simulator.del_state(LIFECYCLE, key)


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """One organisation's implicit collection of the namespace."""

    simulator: Simulator
    msp_id: str

    @property
    def _collection(self) -> str:
        return f"_implicit_org_{self.msp_id}"

    def get(self, key: str) -> bytes | None:
        """Return a committed value; only the organisation's own peer holds it."""
        return self.simulator.get_private(LIFECYCLE, self._collection, key)

    def get_hash(self, key: str) -> bytes | None:
        """Return the hash of a committed value; every peer holds it."""
        return self.simulator.get_private_hash(LIFECYCLE, self._collection, key)

    def put(self, key: str, value: bytes) -> None:
        """Write a value."""
        self.simulator.put_private(LIFECYCLE, self._collection, key, value)

    def delete(self, key: str) -> None:
        """Delete a key."""
        self.simulator.del_private(LIFECYCLE, self._collection, key)
