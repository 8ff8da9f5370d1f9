"""A world is a network on which BankA's businesses are played, with all that others can see written down.

Two worlds are played with the same histories and another `Business` of BankA's: whoever is an observer of a
business must find no difference.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from block_lines import note_files
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import EMBEDDED
from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_network.identities import open_crypto_folder, renew
from freight_network import NetworkFreight
from member_files import files_from_now
from running_network import RunningNetwork, running_network
from three_banks import MSP_IDS, write_three_banks
from trade_ready import ReadyTrade, make_ready
from transcript import Transcript


@dataclass(slots=True)
class World:
    """A network that is ready, and what each observer has seen of it."""

    ready: ReadyTrade
    people: NetworkFreight
    transcripts: dict[str, Transcript] = field(default_factory=dict)

    @property
    def network(self) -> RunningNetwork:
        return self.people.network

    def transcript(self, organisation: str) -> Transcript:
        """What an organisation has seen."""
        return self.transcripts[organisation]


class Business(Protocol):
    """What differs between two worlds, BankA's alone, and how it is played beside what BankB does."""

    @property
    def observers(self) -> tuple[str, ...]:
        """The organisations that must learn nothing of it."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What somebody would look for, and try behind hashes."""

    def play(self, world: World) -> None:
        """Let everybody do what they do, and the observers ask all they can."""


def play(
    folder: Path,
    businesses: Sequence[Business],
    *,
    engine: str = EMBEDDED,
    chaincode: Chaincode | None = None,
    certificate: Mapping[str, str] | None = None,
) -> dict[str, Transcript]:
    """Play one business after the other on a network of its own; gives what each observer has seen.

    The attributes of `certificate` go into that of BankA's officer.
    """
    (folder / "journals").mkdir(parents=True)
    configtx, crypto = write_three_banks(folder)
    with running_network(
        folder / "network",
        chaincode or trade_chaincode(MSP_IDS),
        engine=engine,
        configtx=configtx,
        crypto_config=crypto,
    ) as network:
        ready = make_ready(network, folder / "journals")
        with NetworkFreight(network, folder / "people", ready.enterprise) as people:
            if certificate is not None:
                issued = open_crypto_folder(crypto, network.folder.crypto)
                renew(issued.organisation("BankA"), "officer1", changed_attributes=certificate)
            world = World(ready, people)
            for business in businesses:
                _observed(world, business)
    facts = [fact for business in businesses for fact in business.facts]
    for transcript in world.transcripts.values():
        transcript.note_hashes(facts)
    return world.transcripts


def _observed(world: World, business: Business) -> None:
    world.network.await_level_peers()
    files = [files_from_now(world.network, organisation) for organisation in business.observers]
    for each in files:
        world.transcripts.setdefault(each.organisation, Transcript(each.begun))
    business.play(world)
    world.network.await_level_peers()
    for each in files:
        note_files(each, world.transcript(each.organisation))


Pair = tuple[Transcript, Transcript]


def both(
    folder: Path, left: Sequence[Business], right: Sequence[Business], **settings: Any
) -> dict[str, Pair]:
    """Two worlds, played at once on two networks; gives both transcripts of each observer.

    `certificates` are one of each world's.
    """
    certificates = settings.pop("certificates", (None, None))
    with ThreadPoolExecutor(2) as pool:
        worlds = [
            pool.submit(play, folder / name, businesses, certificate=note, **settings)
            for name, businesses, note in zip(("left", "right"), (left, right), certificates, strict=True)
        ]
        one, other = (world.result() for world in worlds)
    return {organisation: (one[organisation], other[organisation]) for organisation in one}
