"""What a peer needs to know to execute a chaincode: version, policy of initialisation, its own package.

Source: core/chaincode/lifecycle/endorsement_info.go and cache.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.rwset import key_hash

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.lifecycle.definition import (
    LIFECYCLE,
    approval_name,
    read_definition,
    read_package_id,
    read_sequence,
)
from counterfoil_network.embedded.peer.lifecycle.layout import (
    LAST_OF_RANGE,
    NAMESPACES,
    metadata_key,
    mismatches,
)

if TYPE_CHECKING:
    from counterfoil_protocol.ledger.state import StateReader

    from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore
    from counterfoil_network.embedded.peer.lifecycle.definition import Definition
    from counterfoil_network.embedded.peer.lifecycle.layout import GetState


@dataclass(frozen=True, slots=True)
class EndorsementInfo:
    """A chaincode that this peer can execute."""

    version: str
    init_required: bool
    package_id: str


@dataclass(frozen=True, slots=True)
class LocalChaincode:
    """A committed definition, whether the own organisation approved exactly it, and with which package."""

    definition: Definition
    approved: bool
    package_id: str


class LocalChaincodes:
    """The chaincodes of the channel as one organisation runs them; remembered until `_lifecycle` changes."""

    def __init__(self, msp_id: str, packages: PackageStore) -> None:
        self._collection = f"_implicit_org_{msp_id}"
        self._packages = packages
        self._known: dict[str, LocalChaincode | None] = {}
        self._changed_at = 0

    def forget(self, height: int) -> None:
        """Read again: the last of these blocks has written to `_lifecycle`."""
        self._known.clear()
        self._changed_at = height

    def find(self, view: StateReader, name: str) -> LocalChaincode | None:
        """Return a defined chaincode, None where the channel has no such definition."""
        if view.height < self._changed_at:
            # A view from before the change: right for its simulation, wrong to remember.
            return self._read(view, name)
        if name not in self._known:
            self._known[name] = self._read(view, name)
        return self._known[name]

    def can_execute(self, view: StateReader, name: str) -> bool:
        """Whether the chaincode is defined, approved and installed here."""
        found = self.find(view, name)
        return found is not None and found.approved and self._packages.has(found.package_id)

    def runnable(self, view: StateReader) -> list[str]:
        """Return the packages of all definitions that this peer can execute."""
        prefix = metadata_key(NAMESPACES, "")
        found = (
            self.find(view, key.removeprefix(prefix))
            for key, _ in view.get_state_range(LIFECYCLE, prefix, prefix + LAST_OF_RANGE)
        )
        return [
            each.package_id
            for each in found
            if each is not None and each.approved and self._packages.has(each.package_id)
        ]

    def names(self, package_id: str) -> list[tuple[str, str]]:
        """Name and version of the known chaincodes that run a package."""
        return [
            (name, found.definition.parameters.version)
            for name, found in sorted(self._known.items())
            if found is not None and found.package_id == package_id
        ]

    def endorsement_info(self, get: GetState, view: StateReader, channel: str, name: str) -> EndorsementInfo:
        """Return what execution needs; `get` is the simulator's, so that an upgrade meanwhile conflicts.

        Raises:
            ChaincodeFailure: not defined, not approved by the own organisation, or not installed.

        """
        sequence = read_sequence(get, name)
        if not sequence:
            # Fabric falls back to the lifecycle before 2.0 here, whose text this is.
            raise ChaincodeFailure(f"chaincode {name} not found")
        found = self.find(view, name)
        if found is None or found.definition.sequence != sequence:
            known = found.definition.sequence if found is not None else 0
            raise ChaincodeFailure(
                f"chaincode cache at sequence {known} but current sequence is {sequence}, "
                f"chaincode definition for '{name}' changed during invoke"
            )
        if not found.approved:
            raise ChaincodeFailure(
                f"chaincode definition for '{name}' at sequence {sequence} on channel '{channel}' "
                "has not yet been approved by this org"
            )
        if not self._packages.has(found.package_id):
            raise ChaincodeFailure(
                f"chaincode definition for '{name}' exists, but chaincode is not installed"
            )
        parameters = found.definition.parameters
        return EndorsementInfo(parameters.version, parameters.init_required, found.package_id)

    def _read(self, view: StateReader, name: str) -> LocalChaincode | None:
        def get(key: str) -> bytes | None:
            found = view.get_state(LIFECYCLE, key)
            return found.value if found is not None else None

        def get_private(key: str) -> bytes | None:
            found = view.get_private(LIFECYCLE, self._collection, key)
            return found.value if found is not None else None

        def get_hash(key: str) -> bytes | None:
            found = view.get_private_hash(LIFECYCLE, self._collection, key_hash(key))
            return found.value if found is not None else None

        definition = read_definition(get, name)
        if definition is None:
            return None
        approval = approval_name(name, definition.sequence)
        approved = mismatches(get_hash, NAMESPACES, approval, definition.parameters.structure()) is None
        package_id = read_package_id(get_private, approval) if approved else None
        return LocalChaincode(definition, approved, package_id or "")
