"""A network that this process runs: the folder locked, prepared, and the engine started."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

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


class Runner(Protocol):
    """What has chaincode run; `packages` are chaincode packages by the name of their organisation."""

    def own_form(self, package: bytes) -> bytes:
        """A package of type `python` as this engine takes it."""
        ...

    def serve(self, packages: Mapping[str, bytes]) -> None:
        """Have the chaincode processes started, if the engine does not do so by itself."""
        ...

    def wait_until_served(self, packages: Mapping[str, bytes]) -> None:
        """Wait until they listen; raises EngineFailed."""
        ...

    def retire(self, packages: Mapping[str, bytes]) -> None:
        """End the chaincode processes of the packages that these took the place of."""
        ...

    def withdraw(self, packages: Mapping[str, bytes]) -> None:
        """End those of these packages that `serve` had started: they are not deployed."""
        ...


class Engine(Runner, Protocol):
    """What runs a network: the embedded engine's process, or the driver of Fabric's own programs."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        ...

    def begin(self, state: NetworkState) -> None:
        """The folder is prepared: start the nodes."""
        ...

    def wait_until_ready(self) -> None:
        """Wait until every node answers on the channel; raises EngineFailed."""
        ...

    def halt(self, host: str) -> None:
        """End one node by its host name and leave it ended: what others say then can be seen."""
        ...

    def resume(self, host: str) -> None:
        """Start a node again that was halted; it answers some time later."""
        ...

    def stop(self) -> None:
        """End it in order and wait."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def events(self) -> Sequence[object]:
        """What happened since the last call, each a line for people (`str`)."""
        ...


Launch = Callable[[NetworkFolder, int], Engine]
"""Starts an engine in a folder, which inherits the descriptor of the folder's lock; it waits for `begin`."""


@dataclass(slots=True)
class RunningNetwork:
    """What `run_network` gives: the engine answers; nothing is deployed and nobody was told yet."""

    folder: NetworkFolder
    crypto: CryptoFolder
    engine: Engine
    state: NetworkState

    def announce(self, *chaincodes: str) -> None:
        """Write network.json: now others find the network. `chaincodes`: `name version sequence` each."""
        self.state = self.state.running(chaincodes)
        write_state(self.folder.state, self.state)


@contextmanager
def run_network(
    settings: NetworkSettings,
    progress: Progress = no_progress,
    meanwhile: Callable[[Engine, NetworkState], object] = lambda _engine, _state: None,
    launch: Launch = EngineProcess.launch,
) -> Iterator[RunningNetwork]:
    """Run a network until the block is left: then network.json is removed and the engine stopped.

    `meanwhile` is called while the engine starts: a place for imports that take their time,
    and for having chaincode started.

    Raises:
        FolderInUse: another process runs one in the folder.
        ConfigurationError, CryptoConfigError, DeploymentError: the folder cannot be prepared.
        EngineFailed: the engine did not start.
    """
    folder = settings.folder
    with folder_lock(folder.lock) as lock:
        # One that ended without saying so may have left it.
        folder.state.unlink(missing_ok=True)
        engine = launch(folder, lock)
        try:
            progress("identities and genesis block")
            prepared = prepare(settings)
            progress("engine")
            engine.begin(prepared.state)
            meanwhile(engine, prepared.state)
            engine.wait_until_ready()
            yield RunningNetwork(folder, prepared.crypto, engine, prepared.state)
        finally:
            folder.state.unlink(missing_ok=True)
            engine.stop()
