"""The embedded engine: every organisation's peer and the orderer in one process, on one event loop.

The folder holds `genesis.block`, `crypto/`, `peers/<organisation>/` and `orderer/`; identities and genesis
block are made by `counterfoil_network.identities` and `.configuration` beforehand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.block import parse_block
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.services import (
    add_AtomicBroadcastServicer_to_server,
    add_DeliverServicer_to_server,
    add_EndorserServicer_to_server,
    add_GatewayServicer_to_server,
)

from counterfoil_network.embedded.channel import Channel
from counterfoil_network.embedded.gateway.service import GatewayService
from counterfoil_network.embedded.ledger.orderer_ledger import OrdererLedger
from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
from counterfoil_network.embedded.ledger.records import CommitRequest
from counterfoil_network.embedded.log import close_log, open_log
from counterfoil_network.embedded.membership import Membership
from counterfoil_network.embedded.node import Node
from counterfoil_network.embedded.node_server import NodeServer
from counterfoil_network.embedded.orderer.orderer import Orderer
from counterfoil_network.embedded.orderer.service import BroadcastService
from counterfoil_network.embedded.peer.peer import Peer
from counterfoil_network.embedded.peer.services import DeliverService, EndorserService
from counterfoil_network.embedded.settings import EXECUTE_TIMEOUT
from counterfoil_network.embedded.unreachable import UnreachablePeer
from counterfoil_network.embedded.verified_signatures import VerifiedSignatures

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping
    from pathlib import Path

    from counterfoil_protocol.messages import common

    from counterfoil_network.identities.folder import CryptoFolder, OrganisationFolder

GENESIS_FILE = "genesis.block"
LEDGER_FILE = "ledger.db"
_GRACE = 1.0
"""Seconds that calls under way have to end when the engine stops."""


class NotAMember(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """An organisation whose peer is to be started is not in the channel."""


@dataclass(slots=True)
class _Parts:
    """What has been opened and must be closed."""

    orderer: Orderer
    peers: dict[str, Peer] = field(default_factory=dict)
    servers: dict[str, NodeServer] = field(default_factory=dict)
    logs: dict[str, logging.Logger] = field(default_factory=dict)
    halted: dict[str, str] = field(default_factory=dict)
    """Peers that were halted, by organisation, and where they listened."""


class Engine:
    """A network of one channel; `start` and `stop` once each, on one event loop."""

    def __init__(
        self,
        folder: Path,
        crypto: CryptoFolder,
        addresses: Mapping[str, str],
        *,
        execute_timeout: float = EXECUTE_TIMEOUT,
    ) -> None:
        """`addresses` gives by organisation where its node listens, as the genesis block says it, too."""
        self._folder = folder
        self._crypto = crypto
        self._addresses = addresses
        self._execute_timeout = execute_timeout
        self._verifier = VerifiedSignatures()
        self._membership = Membership()
        self._parts: _Parts | None = None

    @property
    def peers(self) -> Mapping[str, Peer]:
        """The peers by organisation, once started."""
        assert self._parts is not None, "the engine is started"
        return self._parts.peers

    @property
    def orderer(self) -> Orderer:
        """The orderer, once started."""
        assert self._parts is not None, "the engine is started"
        return self._parts.orderer

    async def start(self) -> None:
        """Open the ledgers, catch up, and listen; returns when every endpoint answers.

        Raises:
            PortTaken: an address cannot be listened on.
            LedgerCorrupted: a ledger is another network's, or damaged.
            BadBlock: a peer's ledger and the orderer's are not of one network.
            OSError: a file cannot be read or written.

        """
        genesis = parse_block((self._folder / GENESIS_FILE).read_bytes())
        config = ChannelConfig.from_block(genesis, self._verifier)
        [orderer] = config.orderers.values()
        parts = self._parts = await self._open_orderer(genesis, orderer.name, orderer.msp_id)
        try:
            parts.orderer.start()
            self._add_orderer_server(parts)
            for organisation in parts.orderer.channel.config.applications.values():
                if organisation.name in self._addresses:
                    # Others may have joined whose peers run elsewhere, or nowhere yet.
                    folder = self._crypto.organisation(organisation.name)
                    address = self._addresses[organisation.name]
                    await self._open_peer(genesis, folder, organisation.msp_id, address, parts)
            for peer in parts.peers.values():
                peer.start()
            await asyncio.gather(*(server.start() for server in parts.servers.values()))
            await self._caught_up(parts)
        except BaseException:
            await self.stop()
            raise

    async def admit(self, organisation: OrganisationFolder, address: str) -> None:
        """Start the peer of an organisation that the channel has let in; it begins at block 0.

        Returns when it has every block that the orderer has. Nothing happens where its peer runs already.

        Raises:
            NotAMember: the channel's configuration does not name the organisation.
            PortTaken: the address cannot be listened on.
            LedgerCorrupted, BadBlock: as `start`.

        """
        assert self._parts is not None, "the engine is started"
        parts = self._parts
        if organisation.name in parts.peers:
            return
        peer = await self._start_peer(organisation, address, parts)
        await peer.caught_up(parts.orderer.ledger.height)

    async def halt(self, organisation: str) -> None:
        """End an organisation's node, in order; nothing happens where none runs.

        What the ordering service has accepted is in blocks before it ends.
        """
        assert self._parts is not None, "the engine is started"
        parts = self._parts
        server = parts.servers.pop(organisation, None)
        if server is None:
            return
        await server.halt()
        if organisation == parts.orderer.node.organisation:
            await parts.orderer.halt()
            return
        peer = parts.peers.pop(organisation)
        await peer.stop()
        self._membership.join(UnreachablePeer(peer))
        close_log(parts.logs.pop(organisation))
        parts.halted[organisation] = peer.address

    async def resume(self, organisation: str) -> None:
        """Start a node again that was halted; a peer goes on where its ledger ends.

        Raises:
            NotAMember, PortTaken, LedgerCorrupted, BadBlock: as `admit`.

        """
        assert self._parts is not None, "the engine is started"
        parts = self._parts
        if organisation == parts.orderer.node.organisation:
            if organisation not in parts.servers:
                self._add_orderer_server(parts)
                parts.orderer.start()
                await parts.servers[organisation].start()
            return
        # A peer that joined later has its identities elsewhere, and is admitted anew.
        folder = self._crypto.organisation(organisation)
        await self._start_peer(folder, parts.halted.pop(organisation), parts)

    async def _start_peer(self, organisation: OrganisationFolder, address: str, parts: _Parts) -> Peer:
        member = parts.orderer.channel.config.applications.get(organisation.name)
        if member is None:
            raise NotAMember(
                f"{organisation.name} is no member of channel {parts.orderer.channel.channel_id}"
            )
        genesis = parts.orderer.ledger.block(0)
        assert genesis is not None, "an orderer's ledger holds at least the genesis block"
        peer = await self._open_peer(genesis, organisation, member.msp_id, address, parts)
        peer.start()
        await parts.servers[organisation.name].start()
        return peer

    async def stop(self) -> None:
        """Stop listening, end the chaincodes, write what is queued and close every file."""
        if self._parts is None:
            return
        parts, self._parts = self._parts, None
        await asyncio.gather(*(server.stop(_GRACE) for server in parts.servers.values()))
        await asyncio.gather(*(peer.stop() for peer in parts.peers.values()))
        await parts.orderer.stop()
        for log in parts.logs.values():
            close_log(log)

    async def _open_orderer(self, genesis: common.Block, name: str, msp_id: str) -> _Parts:
        folder = self._folder / "orderer"
        folder.mkdir(parents=True, exist_ok=True)
        ledger = OrdererLedger.open(folder / LEDGER_FILE)
        if ledger.height == 0:
            await asyncio.wrap_future(ledger.append(genesis, is_config=True))
        config_block = ledger.last_config_block()
        assert config_block is not None, "the genesis block is a configuration block"
        log = open_log(name, folder / "orderer.log")
        orderer = Orderer(
            Node.read(self._crypto.organisation(name), msp_id, self._addresses[name]),
            ledger,
            Channel(msp_id, config_block, self._verifier),
            self._membership,
            log,
        )
        return _Parts(orderer, logs={name: log})

    async def _open_peer(
        self,
        genesis: common.Block,
        organisation: OrganisationFolder,
        msp_id: str,
        address: str,
        parts: _Parts,
    ) -> Peer:
        """Open a peer's ledger, from the genesis block on if it is new, and give it its server."""
        name = organisation.name
        node = Node.read(organisation, msp_id, address)
        # Before its ledger, so that a port that is taken leaves nothing open.
        server = NodeServer(node)
        folder = self._folder / "peers" / name
        folder.mkdir(parents=True, exist_ok=True)
        channel_id = parts.orderer.channel.channel_id
        ledger = PeerLedger.open(folder / LEDGER_FILE, msp_id=msp_id, channel_id=channel_id)
        if ledger.height == 0:
            await asyncio.wrap_future(ledger.commit(CommitRequest(genesis, [int(transaction.VALID)])))
        config_block = ledger.last_config_block()
        assert config_block is not None, "the genesis block is a configuration block"
        log = open_log(name, folder / "peer.log")
        parts.logs[name] = log
        peer = Peer(
            node=node,
            folder=folder,
            ledger=ledger,
            channel=Channel(msp_id, config_block, self._verifier),
            membership=self._membership,
            orderer=parts.orderer,
            log=log,
            execute_timeout=self._execute_timeout,
        )
        parts.peers[name] = peer
        parts.servers[name] = server
        gateway = GatewayService(peer, self._membership, parts.orderer)
        server.add(gateway, add_GatewayServicer_to_server)
        server.add(EndorserService(peer), add_EndorserServicer_to_server)
        server.add(DeliverService(peer), add_DeliverServicer_to_server)
        return peer

    def _add_orderer_server(self, parts: _Parts) -> None:
        server = NodeServer(parts.orderer.node)
        parts.servers[parts.orderer.node.organisation] = server
        server.add(BroadcastService(parts.orderer), add_AtomicBroadcastServicer_to_server)

    async def _caught_up(self, parts: _Parts) -> None:
        """Wait until every peer has the blocks that the orderer has at this moment."""
        height = parts.orderer.ledger.height
        await asyncio.gather(*(peer.caught_up(height) for peer in parts.peers.values()))
