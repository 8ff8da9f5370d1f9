"""A running network of either engine, as the cases reach it: gateways, heights, blocks."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from counterfoil import CounterfoilError, Gateway
from counterfoil_network.deployment import FABRIC, NetworkFolder, NetworkState
from counterfoil_network.deployment.network import RunningNetwork
from counterfoil_protocol.block import parse_block
from counterfoil_protocol.envelope import parse_envelope
from counterfoil_protocol.messages import common, common_ledger
from counterfoil_protocol.services import AtomicBroadcastStub, EndorserStub, GatewayStub

SHOWN_TIMEOUT_SECONDS = 90.0
_PAUSE_SECONDS = 0.02
CHAINCODE = "probe"


@dataclass(slots=True)
class Surroundings:
    """The network under test. Gateways stay open for all cases."""

    network: RunningNetwork
    engine: str
    _halted: set[str] = field(default_factory=set)
    _gateways: dict[str, Gateway] = field(default_factory=dict)
    _channels: dict[str, grpc.Channel] = field(default_factory=dict)

    @property
    def folder(self) -> NetworkFolder:
        """Its folder."""
        return self.network.folder

    @property
    def state(self) -> NetworkState:
        """Its nodes."""
        return self.network.state

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.state.channel

    @property
    def organisations(self) -> tuple[str, ...]:
        """Organisations with a peer."""
        return tuple(dict.fromkeys(node.organisation for node in self.state.peers))

    @property
    def present(self) -> tuple[str, ...]:
        """Those whose peer is not halted, BankA first."""
        there = [each for each in self.organisations if each not in self._halted]
        return tuple(sorted(there, key=lambda each: each != "BankA"))

    def addresses(self) -> dict[str, str]:
        """`host:port` and host names of the nodes -> names that stay the same from run to run."""
        found = {}
        for node in self.state.nodes:
            for role in ("address", "operations", "admin", "chaincode_support", "chaincode"):
                if address := getattr(node, role, ""):
                    suffix = "" if role == "address" else f" {role}"
                    found[address] = f"<{node.organisation}{suffix}>"
        return found

    def gateway(self, user: str) -> Gateway:
        """The gateway of `Organisation/user` at its own peer."""
        if user not in self._gateways:
            organisation, _, name = user.partition("/")
            profile = self.folder.connection_profile(organisation)
            self._gateways[user] = Gateway.from_profile(profile, name or "Admin")
        return self._gateways[user]

    def tls_root(self, organisation: str) -> bytes:
        """The PEM file that vouches for an organisation's node."""
        return (self.folder.root / self.state.node(organisation).tls_authority).read_bytes()

    def grpc_channel(self, organisation: str) -> grpc.Channel:
        """A bare connection to an organisation's node."""
        if organisation not in self._channels:
            node = self.state.node(organisation)
            self._channels[organisation] = grpc.secure_channel(
                node.address,
                grpc.ssl_channel_credentials(self.tls_root(organisation)),
                [("grpc.ssl_target_name_override", node.host)],
            )
        return self._channels[organisation]

    def gateway_stub(self, organisation: str) -> Any:
        """The service gateway.Gateway, called without the SDK."""
        return GatewayStub(self.grpc_channel(organisation))

    def endorser_stub(self, organisation: str) -> Any:
        """The service protos.Endorser."""
        return EndorserStub(self.grpc_channel(organisation))

    def broadcast(self, envelopes: Sequence[common.Envelope]) -> list[int]:
        """Hand envelopes to the orderer on one stream; its statuses, once it has answered all."""
        channel = self.grpc_channel(self.state.orderers[0].organisation)
        return [
            answer.status for answer in AtomicBroadcastStub(channel).Broadcast(iter(envelopes), timeout=10)
        ]

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Keep the embedded orderer from cutting blocks as soon as it is idle, as Fabric's never does.

        It waits up to BatchTimeout for the peers; one of them cannot write while its file is locked.
        """
        if self.engine == FABRIC:
            yield
            return
        ledger = sqlite3.connect(self.folder.peer(self.organisations[-1]) / "ledger.db", isolation_level=None)
        try:
            ledger.execute("BEGIN IMMEDIATE")
            yield
            ledger.execute("ROLLBACK")
        finally:
            ledger.close()

    def halt(self, organisation: str) -> None:
        """End an organisation's node."""
        self._halted.add(organisation)
        self.network.engine.halt(self.state.node(organisation).host)

    def resume(self, organisation: str) -> None:
        """Start it again; who wants an answer of it waits for that."""
        self.network.engine.resume(self.state.node(organisation).host)
        self._halted.discard(organisation)

    def user_msp(self, user: str) -> Path:
        """Folder of an identity: signcerts/, keystore/."""
        organisation, _, name = user.partition("/")
        [folder] = self.folder.crypto.glob(
            f"peerOrganizations/{organisation.lower()}.*/users/{name or 'Admin'}@*/msp"
        )
        return folder

    def query(self, organisation: str, function: str, *arguments: str) -> bytes:
        """Ask an organisation's own peer's qscc."""
        contract = self.gateway(organisation).network(self.channel).contract("qscc")
        own = [self.state.node(organisation).msp_id]
        return contract.evaluate(function, self.channel, *arguments, target_organizations=own)

    def height(self, organisation: str) -> int:
        """How many blocks an organisation's peer has."""
        info = self.query(organisation, "GetChainInfo")
        return int(common_ledger.BlockchainInfo.FromString(info).height)

    def block(self, number: int, organisation: str = "Regulator") -> common.Block:
        """A block of an organisation's peer."""
        return parse_block(self.query(organisation, "GetBlockByNumber", str(number)))

    def block_of(self, transaction_id: str, organisation: str) -> tuple[int, dict[str, int], bytes]:
        """Number, transaction id -> place, and validation codes of the block that holds a transaction."""
        block = parse_block(self.query(organisation, "GetBlockByTxID", transaction_id))
        places: dict[str, int] = {}
        for place, raw in enumerate(block.data.data):
            places.setdefault(parse_envelope(raw).transaction_id, place)
        codes = block.metadata.metadata[common.TRANSACTIONS_FILTER]
        return int(block.header.number), places, codes

    def await_height(self, height: int, organisations: Sequence[str] = ()) -> None:
        """Wait until the peers have that many blocks: commit status is one peer's word alone."""
        for organisation in organisations or self.present:
            deadline = time.monotonic() + SHOWN_TIMEOUT_SECONDS
            while self._height_or_none(organisation) < height:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{organisation}'s peer never had {height} blocks")
                time.sleep(_PAUSE_SECONDS)

    def _height_or_none(self, organisation: str) -> int:
        try:
            return self.height(organisation)
        except CounterfoilError:
            return 0

    def close(self) -> None:
        """Close every connection."""
        for gateway in self._gateways.values():
            gateway.close()
        for channel in self._channels.values():
            channel.close()
