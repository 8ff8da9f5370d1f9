"""A stand-in for the engine: says it is ready and waits, as the real one does."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_network.deployment import NetworkFolder, NetworkSettings, engine_process

STAND_IN = """
import pathlib, signal, sys
folder = pathlib.Path(sys.argv[1])
def end(*_):
    (folder / "ended").write_text("in order")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("READY", flush=True)
sys.stdin.read()
end()
"""


@pytest.fixture
def settings(root: Path, tmp_path: Path) -> NetworkSettings:
    folder = NetworkFolder(tmp_path / "network")
    return NetworkSettings(folder, root / "configtx.yaml", root / "crypto-config.yaml")


def set_engine(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    path = folder / "engine.py"
    path.write_text(program)
    monkeypatch.setattr(engine_process, "ENGINE_COMMAND", (sys.executable, str(path)))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the stand-in run in the engine's place."""
    set_engine(monkeypatch, tmp_path, STAND_IN)


@pytest.fixture
def stand_in_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Give a function that lets another program run in the engine's place."""
    return lambda program: set_engine(monkeypatch, tmp_path, program)
