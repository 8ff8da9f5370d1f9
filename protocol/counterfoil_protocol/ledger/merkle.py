"""Results of a range query, for the phantom check: as they are up to a degree, above it as hashes of a tree.

As Fabric core/ledger/kvledger/txmgmt/rwsetutil/query_results_helper.go: leaves are hashes over `degree + 1`
reads, each further level hashes `degree + 1` hashes of the one below, and the highest level is what is kept.
"""

import hashlib

from ..messages import kvrwset
from ..rwset import MerkleSummary, Read

MAX_DEGREE = 50
"""Fabric's maxDegreeQueryReadsHashing (txmgr/query_executor.go)."""


class RangeQueryResults:
    """Collects the reads of one range query in order."""

    def __init__(self, max_degree: int = MAX_DEGREE) -> None:
        if max_degree < 2:
            raise ValueError(f"maxDegree [{max_degree}] should not be less than 2 in the merkle tree")
        self._max_degree = max_degree
        self._pending: list[Read] = []
        self._tree: dict[int, list[bytes]] = {}
        self._max_level = 1

    def add(self, read: Read) -> None:
        """Take the next result."""
        self._pending.append(read)
        if len(self._pending) > self._max_degree:
            self._hash_pending()

    def summary(self) -> MerkleSummary:
        """The tree as far as it is built: hashes at the highest level so far."""
        hashes = tuple(self._tree.get(self._max_level, ()))
        return MerkleSummary(self._max_degree, self._max_level, hashes)

    def done(self) -> tuple[tuple[Read, ...] | None, MerkleSummary | None]:
        """The reads, or their summary; both None where nothing was read."""
        if not self._tree:
            return tuple(self._pending) or None, None
        if self._pending:
            self._hash_pending()
        self._complete()
        return None, self.summary()

    def _hash_pending(self) -> None:
        message = kvrwset.QueryReads()
        for read in self._pending:
            added = message.kv_reads.add(key=read.key)
            if read.version is not None:
                added.version.SetInParent()
                added.version.block_num, added.version.tx_num = read.version
        self._pending = []
        self._append_leaf(hashlib.sha256(message.SerializeToString()).digest())

    def _append_leaf(self, leaf: bytes) -> None:
        level, node = 1, leaf
        while True:
            nodes = self._tree.setdefault(level, [])
            nodes.append(node)
            if len(nodes) <= self._max_degree:
                return
            node = _combined(self._tree.pop(level))
            level += 1
            self._max_level = max(self._max_level, level)

    def _complete(self) -> None:
        """Lift what is left on lower levels to the highest one."""
        for level in range(1, self._max_level):
            nodes = self._tree.pop(level, [])
            if nodes:
                node = nodes[0] if len(nodes) == 1 else _combined(nodes)
                self._tree.setdefault(level + 1, []).append(node)
        highest = self._tree[self._max_level]
        if len(highest) > self._max_degree:
            del self._tree[self._max_level]
            self._max_level += 1
            self._tree[self._max_level] = [_combined(highest)]


def _combined(hashes: list[bytes]) -> bytes:
    return hashlib.sha256(b"".join(hashes)).digest()
