"""What every peer of a network has in its blocks, read from each by the regulator, who alone may."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from counterfoil import ConnectionProfile, Gateway
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_network.deployment.state import Node
from counterfoil_protocol.block import header_hash, transactions_filter
from counterfoil_protocol.confidential import TRANSACT
from counterfoil_protocol.envelope import ParsedAction, parse_transaction
from counterfoil_protocol.messages import common, transaction
from running_network import RunningNetwork

READ_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A transaction's place: block, and the name of its validation code."""

    block: int
    code: str


@dataclass(slots=True)
class PeerBlocks:
    """One peer's blocks, up to `height`."""

    host: str
    height: int = 0
    hashes: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Hash of each header, and the validation codes."""
    placed: dict[str, list[Placed]] = field(default_factory=dict)
    """Where each transaction id stands; a copy stands somewhere else."""
    valid_requests: Counter[str] = field(default_factory=Counter)
    """How many valid transactions did what each request id asked for."""

    def add(self, block: common.Block) -> None:
        codes = transactions_filter(block)
        self.hashes.append((header_hash(block.header), codes))
        for data, code in zip(block.data.data, codes, strict=True):
            parsed = parse_transaction(data)
            name = transaction.TxValidationCode.DESCRIPTOR.values_by_number[code].name
            self.placed.setdefault(parsed.transaction_id, []).append(Placed(block.header.number, name))
            if code == transaction.VALID:
                self.valid_requests.update(_requests(parsed.actions))
        self.height = block.header.number + 1


def _requests(actions: Iterable[ParsedAction]) -> Iterator[str]:
    for action in actions:
        match action.arguments():
            case (function, request) if function.decode().endswith(f":{TRANSACT}"):
                yield request.decode()


class EveryPeersBlocks:
    """All peers' blocks, read further each time."""

    def __init__(self, network: RunningNetwork) -> None:
        self._network = network
        self.peers = {node.host: PeerBlocks(node.host) for node in network.state.peers}

    def read(self, height: int) -> None:
        """From every peer up to this number of blocks, for which it has to wait."""
        for node in self._network.state.peers:
            self._read(node, height)

    def differences(self) -> list[str]:
        """Where peers have different blocks or judged a transaction otherwise; what was done twice."""
        first, *others = self.peers.values()
        wrong = [
            f"{other.host}: block {number} is not that of {first.host}"
            for other in others
            for number, (own, its) in enumerate(zip(first.hashes, other.hashes, strict=False))
            if own != its
        ]
        wrong += [
            f"{peer.host}: {transaction_id} is VALID more than once"
            for peer in self.peers.values()
            for transaction_id, places in peer.placed.items()
            if sum(place.code == "VALID" for place in places) > 1
        ]
        return wrong + [
            f"{peer.host}: request {request} was done {count} times"
            for peer in self.peers.values()
            for request, count in peer.valid_requests.items()
            if count > 1
        ]

    def _read(self, node: Node, height: int) -> None:
        peer = self.peers[node.host]
        if peer.height >= height:
            return
        folder = self._network.folder
        endpoint = ConnectionProfile.read(folder.connection_profile(node.organisation)).endpoint(node.host)
        identity, signer = ConnectionProfile.read(folder.connection_profile("Regulator")).identity("auditor")
        with Gateway.connect(
            endpoint.address,
            identity=identity,
            signer=signer,
            tls_root=endpoint.tls_root,
            server_name=endpoint.server_name,
        ) as gateway:
            channel = gateway.network(self._network.state.channel)
            with channel.block_events(
                start_block=peer.height, stop_block=height - 1, timeout=READ_SECONDS
            ) as events:
                for event in events:
                    peer.add(event.proto)


def lowest_height(network: RunningNetwork) -> int:
    """Of the peers that answer; 0 while one does not."""
    return min(each.height for each in peer_heights(network.folder, network.state))
