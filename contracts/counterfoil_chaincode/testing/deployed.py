"""What is deployed on a test channel: which chaincode runs where, its collections, its endorsement policy.

Every organisation's implicit collection is there without being declared, for every chaincode (Fabric's
core/chaincode/lifecycle/deployedcc_infoprovider.go, core/chaincode/implicitcollection).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import (
    CollectionDefinition,
    collection_package,
    implicit_collection_name,
    implicit_collection_owner,
)
from counterfoil_protocol.ledger.definitions import ChaincodeDefinition
from counterfoil_protocol.ledger.simulator import CollectionAccess
from counterfoil_protocol.signature_policy import parse_policy, signed_by_any

from ..chaincode import Chaincode


@dataclass(frozen=True, slots=True)
class Deployed:
    """A chaincode with what its definition on a channel says.

    Args:
        chaincode: what every organisation runs, or each its own by MSP ID.
        collections: its own; implicit collections are there anyway.
        policy: its endorsement policy, `AND('Org1MSP.peer','Org2MSP.peer')`; any peer if empty.

    Raises:
        ValueError: a collection has the name of an implicit one.
    """

    chaincode: Chaincode | Mapping[str, Chaincode] = field(repr=False)
    collections: Sequence[CollectionDefinition] = ()
    policy: str = ""

    def __post_init__(self) -> None:
        for collection in self.collections:
            if implicit_collection_owner(collection.name) is not None:
                # A definition with it is refused on a network, too (lifecycle/scc.go collectionNameRegExp).
                raise ValueError(
                    f"collections: {collection.name} is an implicit collection; it is there for every "
                    "organisation of the channel without being declared, so leave it out"
                )

    def at(self, msp_id: str) -> Chaincode:
        """What an organisation runs.

        Raises:
            ValueError: it runs none.
        """
        if isinstance(self.chaincode, Chaincode):
            return self.chaincode
        if msp_id not in self.chaincode:
            raise ValueError(f"chaincode: none is given for {msp_id}, only for {', '.join(self.chaincode)}")
        return self.chaincode[msp_id]


class Deployments:
    """All chaincodes of a test channel by name, for its organisations."""

    def __init__(self, deployed: Mapping[str, Deployed], organizations: Sequence[str]) -> None:
        self.organizations = tuple(organizations)
        self._collections = {
            (name, collection.name): collection
            for name, each in deployed.items()
            for collection in each.collections
        }
        self._members = {where: each.members for where, each in self._collections.items()}
        self._chaincodes = {
            msp: {name: each.at(msp) for name, each in deployed.items()} for msp in organizations
        }
        self._definitions = {name: _definition(name, each, organizations) for name, each in deployed.items()}
        self._accesses: dict[tuple[str, str], dict[str, CollectionAccess]] = {}

    def chaincodes(self, msp_id: str) -> Mapping[str, Chaincode]:
        """What an organisation runs, by name."""
        return self._chaincodes[msp_id]

    def definition(self, name: str) -> ChaincodeDefinition | None:
        """A chaincode's definition; None for no such chaincode."""
        return self._definitions.get(name)

    def members(self, namespace: str, collection: str) -> tuple[str, ...]:
        """MSP IDs of the organisations that hold a collection's values."""
        owner = implicit_collection_owner(collection)
        return (owner,) if owner is not None else self._members.get((namespace, collection), ())

    def block_to_live(self, namespace: str, collection: str) -> int:
        """Blocks that a collection's values live, 0 for ever; implicit collections do."""
        found = self._collections.get((namespace, collection))
        return found.block_to_live if found is not None else 0

    @property
    def values_end(self) -> bool:
        """Whether there is a collection whose values do not live for ever."""
        return any(collection.block_to_live for collection in self._collections.values())

    def access(self, namespace: str, creator_msp: str) -> Mapping[str, CollectionAccess] | None:
        """What a proposal's creator may do with each collection; None for no such chaincode.

        Everybody may use every implicit collection, as on a peer (core/chaincode/handler.go
        getReadWritePermission).
        """
        if namespace not in self._definitions:
            return None
        # Every transaction asks, and reading members out of policies would take most of its time.
        found = self._accesses.get((namespace, creator_msp))
        if found is None:
            found = self._accesses[namespace, creator_msp] = self._access(namespace, creator_msp)
        return found

    def _access(self, namespace: str, creator_msp: str) -> dict[str, CollectionAccess]:
        everything = CollectionAccess()
        access = {implicit_collection_name(msp): everything for msp in self.organizations}
        for (chaincode, name), collection in self._collections.items():
            if chaincode == namespace:
                is_member = creator_msp in self._members[chaincode, name]
                access[name] = CollectionAccess(
                    read=is_member or not collection.member_only_read,
                    write=is_member or not collection.member_only_write,
                )
        return access


def _definition(name: str, deployed: Deployed, organizations: Sequence[str]) -> ChaincodeDefinition:
    envelope = (
        parse_policy(deployed.policy) if deployed.policy else signed_by_any("peer", list(organizations))
    )
    return ChaincodeDefinition(
        name=name,
        sequence=1,
        version="1.0",
        init_required=False,
        endorsement_plugin="escc",
        validation_plugin="vscc",
        validation_parameter=ApplicationPolicy(signature_policy=envelope.SerializeToString()).serialize(),
        collections=collection_package(deployed.collections).SerializeToString(),
    )
