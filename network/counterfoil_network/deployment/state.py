"""What a folder's network consists of (nodes.json), and what runs of it now (network.json).

Whoever runs the network writes them, everybody else reads them.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from counterfoil_network.deployment.errors import NotRunning
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.lock import is_locked
from counterfoil_network.deployment.process import process_start

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Node:
    """One peer or orderer; `crypto` is its folder with msp/ and tls/, relative to the network's folder."""

    organisation: str
    msp_id: str
    kind: str
    """`orderer` or `peer`."""
    host: str
    """The name in its TLS certificate."""
    address: str
    """`host:port` where it listens."""
    crypto: str
    tls_authority: str
    """Certificate (PEM file) that its TLS certificate is checked against, relative to the network's folder.
    """
    operations: str = ""
    """Of Fabric's own programs: `host:port` of metrics and health."""
    admin: str = ""
    """Of Fabric's own orderer: `host:port` where it is told which channels to join."""
    chaincode_support: str = ""
    """Of Fabric's own peer: `host:port` where chaincode that it launches itself would call it."""
    chaincode: str = ""
    """Of Fabric's own peer: `host:port` where the organisation's first chaincode service listens."""


@dataclass(frozen=True, slots=True)
class NetworkState:
    """What the two files hold; nodes.json names no process."""

    channel: str
    engine: str
    nodes: tuple[Node, ...]
    pid: int = 0
    """Process that runs the network."""
    process_start: str = ""
    started: str = ""
    """When it was started, ISO 8601, UTC."""
    chaincodes: tuple[str, ...] = ()
    """What was deployed, as `name version sequence`."""

    @property
    def orderers(self) -> tuple["Node", ...]:
        """The nodes that are orderers."""
        return tuple(node for node in self.nodes if node.kind == "orderer")

    @property
    def peers(self) -> tuple[Node, ...]:
        """The nodes that are peers."""
        return tuple(node for node in self.nodes if node.kind == "peer")

    def node(self, organisation: str) -> Node:
        """The node of an organisation, the first one where it has several.

        Raises:
            KeyError: it has none here.
        """
        for node in self.nodes:
            if node.organisation == organisation:
                return node
        raise KeyError(organisation)

    def running(self, chaincodes: tuple[str, ...] = ()) -> "NetworkState":
        """The state, run by this process since now, with the chaincodes that are in force."""
        return replace(
            self,
            pid=os.getpid(),
            process_start=process_start(os.getpid()) or "",
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            chaincodes=chaincodes,
        )


def write_state(path: Path, state: NetworkState) -> None:
    """Write nodes.json or network.json in one step, so that nobody reads half of it."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"format": _FORMAT, **asdict(state)}, indent=2) + "\n", encoding="utf-8")
    partial.rename(path)


def read_state(path: Path) -> NetworkState:
    """Read nodes.json or network.json.

    Raises:
        NotRunning: there is no such file, or it cannot be understood.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("format") != _FORMAT:
            raise ValueError("another format")
        nodes = tuple(Node(**node) for node in document.pop("nodes"))
        chaincodes = tuple(document.pop("chaincodes"))
        return NetworkState(nodes=nodes, chaincodes=chaincodes, **document)
    except FileNotFoundError:
        raise NotRunning(f"no network runs in {path.parent}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotRunning(f"{path} is not readable: {error}") from error


def running_state(folder: NetworkFolder) -> NetworkState:
    """The state of the network that runs in the folder now.

    Three things must agree: the file names a process, it is the same one (not a later one of that number),
    and the folder's lock is held.

    Raises:
        NotRunning: none does.
    """
    locked = is_locked(folder.lock)
    if locked and not folder.state.exists():
        raise NotRunning(f"the network in {folder.root} is not ready yet, or is ending")
    state = read_state(folder.state)
    if not locked or process_start(state.pid) != state.process_start:
        raise NotRunning(f"no network runs in {folder.root} (process {state.pid} ended without saying so)")
    return state


def relative(path: Path, folder: NetworkFolder) -> str:
    """A path inside the folder, relative to it: the folder may be moved."""
    return str(path.relative_to(folder.root))
