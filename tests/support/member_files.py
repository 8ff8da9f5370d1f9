"""What one member has on its machine, read where its engine keeps it: blocks, private values, logs."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from counterfoil_demo.leak_search import contents
from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_protocol.messages import common
from running_network import RunningNetwork

_STAMP = re.compile(r"^\S+ \S+ ")
_TEXT = re.compile(rb"[ -~]{16,}")


@dataclass(frozen=True, slots=True)
class MemberFiles:
    """An organisation's files after a part of the history that began with block `begun`.

    `held` and `logged` are how many private lines, and lines of its chaincode's log, there were before.
    """

    network: RunningNetwork
    organisation: str
    begun: int
    held: int = 0
    logged: int = 0

    @property
    def folder(self) -> Path:
        """Where its peer keeps everything."""
        return self.network.folder.peer(self.organisation)

    def blocks(self) -> Iterator[common.Block]:
        """Every block as its peer has it, with its validation codes."""
        raise NotImplementedError

    def private(self) -> Iterator[str]:
        """Every private key and value that its peer has, in the order of commits."""
        raise NotImplementedError

    def logs(self) -> Iterator[str]:
        """What its peer and its chaincode have logged."""
        raise NotImplementedError

    def chaincode_log(self) -> Iterator[str]:
        """What its chaincode has logged."""
        lines = (
            line
            for path in sorted(self.folder.rglob("chaincode.log"))
            for line in path.read_text().splitlines()
        )
        return islice(lines, self.logged, None)


class EmbeddedFiles(MemberFiles):
    """One SQLite file a peer."""

    def blocks(self) -> Iterator[common.Block]:
        for (content,) in self._rows("SELECT content FROM block WHERE number >= ? ORDER BY number"):
            yield common.Block.FromString(content)

    def private(self) -> Iterator[str]:
        rows = self._rows(
            "SELECT collection, key, value FROM private_state WHERE namespace = 'trade' AND block >= ? "
            "ORDER BY block, place, collection"
        )
        lines = (f"{collection} {_text(key)} = {_text(value)}" for collection, key, value in rows)
        return islice(lines, self.held, None)

    def logs(self) -> Iterator[str]:
        log = (self.folder / "peer.log").read_text()
        # How a network is set up differs from run to run, by chance: the history is what is compared.
        first = log.rindex("\n", 0, log.index(f"committed block {self.begun} ")) + 1
        for line in log[first:].splitlines():
            yield self._relative(_STAMP.sub("", line))
        yield from map(partial(_STAMP.sub, ""), self.chaincode_log())

    def _relative(self, line: str) -> str:
        """Numbers of blocks, counted from the history's first."""
        return re.sub(r"block (\d+)", lambda found: f"block {int(found[1]) - self.begun}", line)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(f"file:{self.folder / 'ledger.db'}?mode=ro", uri=True)
        try:
            return database.execute(query, (self.begun,)).fetchall()
        finally:
            database.close()


class FabricFiles(MemberFiles):
    """LevelDB of Fabric's peer; blocks are asked of the peer, which keeps them as they came."""

    def blocks(self) -> Iterator[common.Block]:
        with self.network.contract(self.organisation, chaincode="qscc") as ledger:
            for number in range(self.begun, _height(self.network, self.organisation)):
                found = ledger.evaluate(
                    "GetBlockByNumber",
                    self.network.state.channel,
                    str(number),
                    target_organizations=(f"{self.organisation}MSP",),
                )
                yield common.Block.FromString(found)

    def private(self) -> Iterator[str]:
        """What is text in the store of private data, record by record: keys, salts and values are."""
        return islice(self._texts(), self.held, None)

    def _texts(self) -> Iterator[str]:
        store = next(self.folder.rglob("pvtdataStore"))
        for path in sorted(store.rglob("*.log")):
            for record in list(contents(path))[1:]:
                # What organisations agreed on about the chaincode arrives in any order.
                yield from (
                    text for each in _TEXT.findall(record) if "implicit_org" not in (text := each.decode())
                )

    def logs(self) -> Iterator[str]:
        """The chaincode's. What a peer logs of its gossip, and who connects when, are matters of chance."""
        for line in self.chaincode_log():
            if "listens at" not in line and "a connection ended" not in line:
                yield _STAMP.sub("", line)


def files_from_now(network: RunningNetwork, organisation: str) -> MemberFiles:
    """What an organisation will have besides what it has now, on whatever engine the network runs."""
    kind = FabricFiles if network.state.engine == FABRIC else EmbeddedFiles
    now = kind(network, organisation, _height(network, organisation))
    return replace(now, held=len(list(now.private())), logged=len(list(now.chaincode_log())))


def _height(network: RunningNetwork, organisation: str) -> int:
    """Number of the blocks that its peer has."""
    heights = peer_heights(network.folder, network.state)
    return next(each.height for each in heights if each.organisation == organisation)


def _text(content: bytes) -> str:
    return bytes(content).decode()
