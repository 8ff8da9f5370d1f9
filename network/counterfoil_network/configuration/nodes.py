"""Put the nodes that really run in the place of those that configtx.yaml names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from counterfoil_network.configuration.configtx import Address, Consenter, Organisation, Profile
from counterfoil_network.configuration.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class RunningNode:
    """One peer or orderer: whose it is, where it listens, and its TLS certificate (PEM file)."""

    organisation: str
    address: Address
    tls_certificate: Path


def with_nodes(profile: Profile, nodes: Sequence[RunningNode]) -> Profile:
    """The profile with the addresses of these nodes, as many as there are of each organisation.

    An organisation's first peer is its anchor peer, where the file gives it one; every orderer is an endpoint
    of its organisation and a consenter.

    Raises:
        ConfigurationError: a node's organisation is not in the profile, or there is no orderer.
    """
    orderers = {each.name for each in profile.orderer.organisations}
    members = {each.name for each in profile.application.organisations}
    if unknown := sorted({each.organisation for each in nodes} - orderers - members):
        raise ConfigurationError(f"the profile has no organisation {', '.join(unknown)}")
    consenters = tuple(
        Consenter(each.address, each.tls_certificate, each.tls_certificate)
        for each in nodes
        if each.organisation in orderers
    )
    if not consenters:
        raise ConfigurationError("there is no orderer")
    ordering = replace(
        profile.orderer,
        consenters=consenters,
        addresses=tuple(each.address for each in consenters) if profile.orderer.addresses else (),
        organisations=tuple(_with_nodes(each, nodes) for each in profile.orderer.organisations),
    )
    application = replace(
        profile.application,
        organisations=tuple(_with_nodes(each, nodes) for each in profile.application.organisations),
    )
    return replace(profile, orderer=ordering, application=application)


def _with_nodes(organisation: Organisation, nodes: Sequence[RunningNode]) -> Organisation:
    addresses = tuple(each.address for each in nodes if each.organisation == organisation.name)
    return replace(
        organisation,
        anchor_peers=addresses[:1] if organisation.anchor_peers else (),
        orderer_endpoints=addresses if organisation.orderer_endpoints else (),
    )
