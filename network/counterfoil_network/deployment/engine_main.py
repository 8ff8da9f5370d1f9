"""The engine's process: `python -m counterfoil_network.deployment.engine_main FOLDER`.

Starts when its standard input says `BEGIN`, for then the folder is prepared. Writes `READY` to standard
output once every endpoint answers. Ends in order on SIGTERM, and when its standard input ends, for then
whoever started it has gone.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from counterfoil_network.deployment.engine_process import BEGIN, DONE, HALT, READY
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.joining import joined_nodes
from counterfoil_network.deployment.state import Node, read_state
from counterfoil_network.embedded.engine import Engine
from counterfoil_network.embedded.log import log_unreadable_requests_shortly
from counterfoil_network.identities import CryptoFolder, OrganisationFolder, OrganisationKind

_log = logging.getLogger(__name__)
_FOLLOW_SECONDS = 0.2
_KINDS = {"orderer": OrganisationKind.ORDERER, "peer": OrganisationKind.PEER}


def main() -> None:
    """Run the engine until it is asked to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    log_unreadable_requests_shortly()
    if os.read(sys.stdin.fileno(), len(BEGIN)) == BEGIN:
        asyncio.run(_run(NetworkFolder(Path(sys.argv[1]))))


async def _run(folder: NetworkFolder) -> None:
    nodes = (*read_state(folder.nodes).nodes, *joined_nodes(folder))
    addresses = {node.organisation: node.address for node in nodes}
    engine = Engine(folder.root, _crypto_folder(folder, nodes), addresses)
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    commands: asyncio.Queue[bytes] = asyncio.Queue()
    loop.add_reader(sys.stdin.fileno(), _on_input, end, commands)
    await engine.start()
    followers = (
        asyncio.create_task(_admit_joined(engine, folder, set(addresses))),
        asyncio.create_task(_obey(engine, commands, {node.host: node.organisation for node in nodes})),
    )
    try:
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()
        await end.wait()
    finally:
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
        await engine.stop()


async def _admit_joined(engine: Engine, folder: NetworkFolder, known: set[str]) -> None:
    """Start the peers that join while the engine runs: `counterfoil network join` writes them down."""
    seen = _stamp(folder.joined)
    while True:
        await asyncio.sleep(_FOLLOW_SECONDS)
        stamp = _stamp(folder.joined)
        if stamp == seen:
            continue
        seen = stamp
        try:
            for node in [node for node in joined_nodes(folder) if node.organisation not in known]:
                known.add(node.organisation)
                await engine.admit(_organisation(folder, node), node.address)
        except Exception:
            # Who asked for the peer sees that it does not answer; the network goes on without it.
            _log.exception("a peer could not be started")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino


async def _obey(engine: Engine, commands: asyncio.Queue[bytes], organisations: Mapping[str, str]) -> None:
    """Halt and resume nodes, by host name, as whoever runs the network says."""
    while True:
        word, _, host = (await commands.get()).partition(b" ")
        act = engine.halt if word + b" " == HALT else engine.resume
        try:
            await act(organisations[host.decode()])
        except Exception:
            # Whoever asked waits in vain and says so; the other nodes go on.
            _log.exception("a node could not be halted or resumed")
            continue
        sys.stdout.buffer.write(DONE)
        sys.stdout.buffer.flush()


def _on_input(end: asyncio.Event, commands: asyncio.Queue[bytes]) -> None:
    """Commands are short and come one at a time, each answered before the next; nothing at all is the end."""
    read = os.read(sys.stdin.fileno(), 1024)
    if not read:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        end.set()
    for line in read.splitlines():
        commands.put_nowait(line)


def _crypto_folder(folder: NetworkFolder, nodes: Sequence[Node]) -> CryptoFolder:
    return CryptoFolder(folder.crypto, tuple(_organisation(folder, node) for node in nodes))


def _organisation(folder: NetworkFolder, node: Node) -> OrganisationFolder:
    """From `crypto/<kind>/<domain>/<peers or orderers>/<host>`."""
    root = (folder.root / node.crypto).parents[1]
    return OrganisationFolder(node.organisation, root.name, _KINDS[node.kind], root)


if __name__ == "__main__":
    main()
