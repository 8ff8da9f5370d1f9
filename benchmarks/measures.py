"""What the processes of a running network use: CPU, memory, disk; by part of the network."""

import os
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path

from counterfoil_network.deployment import FABRIC, NetworkFolder
from counterfoil_network.deployment.state import NetworkState
from counterfoil_network.fabric.status import processes

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_USER_TICKS, _RESIDENT_PAGES = 13, 1
"""Places in /proc/<pid>/stat and statm (proc(5)), counted from 0."""


def parts(folder: NetworkFolder, state: NetworkState, driver: int) -> dict[str, list[int]]:
    """Process ids by part: `peers`, `orderers`, `chaincodes`, `supervisor`; else `engine`, `chaincodes`.

    `driver` is the process that `RunningNetwork.pid` names: the engine, or Fabric's supervisor.
    """
    if state.engine != FABRIC:
        children = Path(f"/proc/{driver}/task/{driver}/children").read_text().split()
        return {"engine": [driver], "chaincodes": [int(child) for child in children]}
    found: dict[str, list[int]] = {"peers": [], "orderers": [], "chaincodes": [], "supervisor": [driver]}
    kinds = {node.host: f"{node.kind}s" for node in state.nodes}
    for name, process in processes(folder).items():
        found[kinds.get(name, "chaincodes")].append(process["pid"])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes so far."""
    ticks = 0
    for pid in pids:
        # The command in brackets may hold blanks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[_USER_TICKS - 2]) + int(fields[_USER_TICKS - 1])
    return ticks / _TICKS


def memory_mb(pids: Iterable[int]) -> float:
    """Resident memory of these processes; what they share is counted in each."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[_RESIDENT_PAGES]) for pid in pids)
    return pages * _PAGE / 1e6


def disk_bytes(folder: NetworkFolder) -> int:
    """What the ledgers of all peers and orderers take, by allocated blocks: files may have holes."""
    total = 0
    for root in (folder.root / "peers", folder.root / "orderer"):
        for path in root.rglob("*"):
            # A data base may drop a file between the listing and the look.
            try:
                total += path.lstat().st_blocks * 512 if path.is_file() else 0
            except FileNotFoundError:
                continue
    return total


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, least and most, rounded to three digits behind the point."""
    known = list(values)
    return {
        "median": round(statistics.median(known), 3),
        "min": round(min(known), 3),
        "max": round(max(known), 3),
    }


def spreads(runs: Iterable[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The spread of each name over several runs; a run without it counts as 0."""
    known = list(runs)
    names = dict.fromkeys(name for run in known for name in run)
    return {name: spread(run.get(name, 0.0) for run in known) for name in names}
