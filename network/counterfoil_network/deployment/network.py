"""A network that this process runs: the folder locked, prepared, and the engine started."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from counterfoil_network.deployment.engine_process import EngineProcess
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.lock import folder_lock
from counterfoil_network.deployment.preparation import NetworkSettings, Prepared, prepare
from counterfoil_network.deployment.state import NetworkState, write_state
from counterfoil_network.identities import CryptoFolder

Progress = Callable[[str], None]
"""Told in one phrase what is being done."""


def no_progress(step: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class RunningNetwork:
    """What `run_network` gives."""

    folder: NetworkFolder
    crypto: CryptoFolder
    engine: EngineProcess
    state: NetworkState

    def note_chaincode(self, name: str, version: str, sequence: int) -> None:
        """Write into network.json that a chaincode was committed."""
        others = tuple(entry for entry in self.state.chaincodes if entry.split()[0] != name)
        self.state = replace(self.state, chaincodes=(*others, f"{name} {version} {sequence}"))
        write_state(self.folder, self.state)


@contextmanager
def run_network(settings: NetworkSettings, progress: Progress = no_progress) -> Iterator[RunningNetwork]:
    """Run a network until the block is left: then the engine is stopped and network.json says so.

    Raises:
        FolderInUse: another process runs one in the folder.
        ConfigurationError, CryptoConfigError, DeploymentError: the folder cannot be prepared.
        EngineFailed: the engine did not start.
    """
    with folder_lock(settings.folder.lock) as lock:
        progress("identities and genesis block")
        prepared = prepare(settings)
        progress("engine")
        engine = EngineProcess.start(settings.folder, lock)
        network = _announced(prepared, engine)
        try:
            yield network
        finally:
            progress("stopping")
            engine.stop()
            write_state(network.folder, network.state.ended())


def _announced(prepared: Prepared, engine: EngineProcess) -> RunningNetwork:
    folder = prepared.settings.folder
    state = prepared.state.running()
    write_state(folder, state)
    return RunningNetwork(folder, prepared.crypto, engine, state)
