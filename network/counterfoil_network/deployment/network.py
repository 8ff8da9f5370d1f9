"""A network that this process runs: the folder locked, prepared, and the engine started."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from counterfoil_network.deployment.engine_process import EngineProcess
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.lock import folder_lock
from counterfoil_network.deployment.preparation import NetworkSettings, prepare
from counterfoil_network.deployment.state import NetworkState, write_state
from counterfoil_network.identities import CryptoFolder

Progress = Callable[[str], None]
"""Told in one phrase what is being done."""


def no_progress(step: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class RunningNetwork:
    """What `run_network` gives: the engine answers; nothing is deployed and nobody was told yet."""

    folder: NetworkFolder
    crypto: CryptoFolder
    engine: EngineProcess
    state: NetworkState

    def announce(self, *chaincodes: str) -> None:
        """Write network.json: now others find the network. `chaincodes`: `name version sequence` each."""
        self.state = self.state.running(chaincodes)
        write_state(self.folder.state, self.state)


@contextmanager
def run_network(
    settings: NetworkSettings,
    progress: Progress = no_progress,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[RunningNetwork]:
    """Run a network until the block is left: then network.json is removed and the engine stopped.

    `meanwhile` is called while the engine starts: a place for imports that take their time.

    Raises:
        FolderInUse: another process runs one in the folder.
        ConfigurationError, CryptoConfigError, DeploymentError: the folder cannot be prepared.
        EngineFailed: the engine did not start.
    """
    folder = settings.folder
    with folder_lock(folder.lock) as lock:
        # One that ended without saying so may have left it.
        folder.state.unlink(missing_ok=True)
        engine = EngineProcess.launch(folder, lock)
        try:
            progress("identities and genesis block")
            prepared = prepare(settings)
            progress("engine")
            engine.begin()
            meanwhile()
            engine.wait_until_ready()
            yield RunningNetwork(folder, prepared.crypto, engine, prepared.state)
        finally:
            folder.state.unlink(missing_ok=True)
            engine.stop()
