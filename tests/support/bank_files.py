"""What one bank has on its machine, read where its engine keeps it: blocks, private values, logs."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from counterfoil_demo.leak_search import contents
from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_protocol.messages import common
from running_network import RunningNetwork

BANK = "BankB"
_STAMP = re.compile(r"^\S+ \S+ ")
_TEXT = re.compile(rb"[ -~]{16,}")


@dataclass(frozen=True, slots=True)
class BankFiles:
    """BankB's files after a history that began with block `begun`."""

    network: RunningNetwork
    begun: int

    def blocks(self) -> Iterator[common.Block]:
        """Every block of the history as BankB's peer has it, with its validation codes."""
        raise NotImplementedError

    def private(self) -> Iterator[str]:
        """Every private key and value of the history that BankB's peer has, in the order of commits."""
        raise NotImplementedError

    def logs(self) -> Iterator[str]:
        """What the peer and the chaincode of BankB have logged."""
        raise NotImplementedError


class EmbeddedFiles(BankFiles):
    """One SQLite file a peer."""

    def blocks(self) -> Iterator[common.Block]:
        for (content,) in self._rows("SELECT content FROM block WHERE number >= ? ORDER BY number"):
            yield common.Block.FromString(content)

    def private(self) -> Iterator[str]:
        rows = self._rows(
            "SELECT collection, key, value FROM private_state WHERE namespace = 'trade' AND block >= ? "
            "ORDER BY block, place, collection"
        )
        for collection, key, value in rows:
            yield f"{collection} {_text(key)} = {_text(value)}"

    def logs(self) -> Iterator[str]:
        folder = self.network.folder.peer(BANK)
        log = (folder / "peer.log").read_text()
        # How a network is set up differs from run to run, by chance: the history is what is compared.
        first = log.rindex("\n", 0, log.index(f"committed block {self.begun} ")) + 1
        for line in log[first:].splitlines():
            yield self._relative(_STAMP.sub("", line))
        yield (folder / "chaincode.log").read_text()

    def _relative(self, line: str) -> str:
        """Numbers of blocks, counted from the history's first."""
        return re.sub(r"block (\d+)", lambda found: f"block {int(found[1]) - self.begun}", line)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        path = self.network.folder.peer(BANK) / "ledger.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute(query, (self.begun,)).fetchall()
        finally:
            database.close()


class FabricFiles(BankFiles):
    """LevelDB of Fabric's peer; blocks are asked of the peer, which keeps them as they came."""

    def blocks(self) -> Iterator[common.Block]:
        with self.network.contract(BANK, "officer1", "qscc") as ledger:
            for number in range(self.begun, height(self.network)):
                found = ledger.evaluate(
                    "GetBlockByNumber",
                    self.network.state.channel,
                    str(number),
                    target_organizations=(f"{BANK}MSP",),
                )
                yield common.Block.FromString(found)

    def private(self) -> Iterator[str]:
        """What is text in the store of private data, record by record: keys, salts and values are."""
        store = next(self.network.folder.peer(BANK).rglob("pvtdataStore"))
        for path in sorted(store.rglob("*.log")):
            for record in list(contents(path))[1:]:
                # What organisations agreed on about the chaincode arrives in any order.
                yield from (
                    text for each in _TEXT.findall(record) if "implicit_org" not in (text := each.decode())
                )

    def logs(self) -> Iterator[str]:
        """The chaincode's. What a peer logs of its gossip, and who connects when, are matters of chance."""
        for path in sorted(self.network.folder.peer(BANK).rglob("chaincode.log")):
            for line in path.read_text().splitlines():
                if "listens at" not in line and "a connection ended" not in line:
                    yield _STAMP.sub("", line)


def bank_files(network: RunningNetwork, begun: int) -> BankFiles:
    """BankB's files on whatever engine the network runs."""
    return (FabricFiles if network.state.engine == FABRIC else EmbeddedFiles)(network, begun)


def height(network: RunningNetwork) -> int:
    """Number of the blocks that BankB's peer has."""
    (found,) = [
        each.height for each in peer_heights(network.folder, network.state) if each.organisation == BANK
    ]
    return found


def _text(content: bytes) -> str:
    return bytes(content).decode()
