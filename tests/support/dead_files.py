"""What lies in the ledger files of a network that was killed: read from copies, which SQLite may recover."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.embedded.ledger import LedgerView, PrivateWriteSet
from counterfoil_protocol import block as blocks
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import PrivateCollection, ReadWriteSet, key_hash, value_hash
from running_network import ORGANISATIONS

Collection = tuple[str, str]
"""(namespace, name)"""


def is_member(organisation: str, collection: str) -> bool:
    """Who holds what, as the trade design says it."""
    if collection.startswith("_implicit_org_"):
        return collection == f"_implicit_org_{organisation}MSP"
    if organisation == "Regulator":
        return True
    if organisation == "Port":
        return collection == "authority" or collection.startswith("marks_")
    return collection.endswith(f"_{organisation}")


@dataclass(frozen=True, slots=True)
class PeerFile:
    """One organisation's ledger at one moment."""

    organisation: str
    view: LedgerView
    connection: sqlite3.Connection

    def wrong_blocks(self, start: int) -> Iterator[str]:
        """What is missing, or there by half, of the blocks from `start` on."""
        for number in range(start, self.view.height):
            block = self.view.block(number)
            assert block is not None
            if number:
                before = self.view.block(number - 1)
                assert before is not None
                if block.header.previous_hash != blocks.header_hash(before.header):
                    yield f"{self.organisation}: block {number} does not follow"
            if not blocks.is_config_block(block):
                yield from self._wrong_transactions(number, block)
        if self.view.private_data(self.view.height):
            yield f"{self.organisation}: private data of a block that is not there"

    def _wrong_transactions(self, number: int, block: common.Block) -> Iterator[str]:
        held = self.view.private_data(number)
        for place, raw in enumerate(block.data.data):
            where = f"{self.organisation}: block {number}, transaction {place}"
            parsed = parse_transaction(raw)
            status = self.view.transaction_status(parsed.transaction_id)
            if status is None or (status.block, status.transaction) > (number, place):
                yield f"{where}: is not in the index"
            if self.view.transient(parsed.transaction_id):
                yield f"{where}: its transient data is still there"
            if blocks.transactions_filter(block)[place] == transaction.VALID:
                rwset = ReadWriteSet.parse(parsed.actions[0].payload.results)
                if self._stated(rwset) != dict(map(_digest, held.get(place, []))):
                    yield f"{where}: its private data is not what the block states"

    def _stated(self, rwset: ReadWriteSet) -> dict[Collection, bytes]:
        """Digests of the private writes that this organisation must hold."""
        return {
            (namespace.namespace, collection.name): collection.private_hash
            for namespace in rwset.namespaces
            for collection in namespace.collections
            if collection.private_hash and is_member(self.organisation, collection.name)
        }

    def wrong_values(self) -> Iterator[str]:
        """Private values without the hash that every peer has, and the other way round."""
        values = {
            (namespace, collection, key_hash(key.decode()), value_hash(value), block, place)
            for namespace, collection, key, value, block, place in self.connection.execute(
                "SELECT namespace, collection, key, value, block, place FROM private_state"
            )
        }
        hashes = {
            row
            for row in self.connection.execute(
                "SELECT namespace, collection, key_hash, value_hash, block, place FROM hashed_state"
            )
            if is_member(self.organisation, row[1])
        }
        if values != hashes:
            yield f"{self.organisation}: {len(values ^ hashes)} private values and hashes do not match"
        for row in self.connection.execute("SELECT block, collection FROM missing WHERE eligible"):
            yield f"{self.organisation}: private data of {row} is still missing"


def _digest(write_set: PrivateWriteSet) -> tuple[Collection, bytes]:
    collection = PrivateCollection.parse(write_set.collection, write_set.rwset)
    return (write_set.namespace, write_set.collection), collection.digest()


@dataclass(frozen=True, slots=True)
class DeadFiles:
    """All ledgers of the network."""

    orderer: sqlite3.Connection
    peers: tuple[PeerFile, ...]

    @property
    def lowest(self) -> int:
        """The number of blocks that every peer has."""
        return min(peer.view.height for peer in self.peers)

    def peer(self, organisation: str) -> PeerFile:
        return next(peer for peer in self.peers if peer.organisation == organisation)

    def wrong(self, start: int) -> Iterator[str]:
        """What cannot be, in blocks from `start` on; a peer may lag, and may not be ahead of the orderer."""
        ordered = dict(
            self.orderer.execute("SELECT number, content FROM block WHERE number >= ?", (max(0, start - 1),))
        )
        for peer in self.peers:
            for number in range(max(0, start - 1), peer.view.height):
                if number not in ordered:
                    yield f"{peer.organisation}: block {number} was never on the orderer's disk"
                    continue
                header = common.Block.FromString(ordered[number]).header
                if peer.view.block_hash(number) != blocks.header_hash(header):
                    yield f"{peer.organisation}: block {number} is not the orderer's"
            yield from peer.wrong_blocks(start)

    def differing(self) -> Iterator[str]:
        """Where peers' blocks, with validation codes and commit hashes, differ; all must have as many."""
        heights = {peer.view.height for peer in self.peers}
        if len(heights) != 1:
            yield f"the peers' heights are {heights}"
            return
        for number in range(heights.pop()):
            if len({peer.view.block_bytes(number) for peer in self.peers}) != 1:
                yield f"block {number} differs"


@contextmanager
def dead_files(folder: NetworkFolder, scratch: Path) -> Iterator[DeadFiles]:
    """Copies of all ledger files, opened; nobody may be writing them."""
    scratch.mkdir()
    with ExitStack() as stack:
        orderer = stack.enter_context(_copy(folder.root / "orderer", scratch / "orderer"))
        peers = []
        for organisation in ORGANISATIONS:
            connection = stack.enter_context(_copy(folder.peer(organisation), scratch / organisation))
            connection.execute("BEGIN")
            peers.append(PeerFile(organisation, LedgerView(connection), connection))
        yield DeadFiles(orderer, tuple(peers))
    shutil.rmtree(scratch)


@contextmanager
def _copy(source: Path, target: Path) -> Iterator[sqlite3.Connection]:
    target.mkdir()
    for path in source.glob("ledger.db*"):
        shutil.copy(path, target)
    with closing(sqlite3.connect(target / "ledger.db", isolation_level=None)) as connection:
        yield connection
