"""What the tests of identities, configuration and deployment share."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_network.identities import CryptoFolder, generate

ROOT = Path(__file__).resolve().parents[3]

Program = Callable[..., bytes]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root, where configtx.yaml and crypto-config.yaml lie."""
    return ROOT


@pytest.fixture(scope="session")
def crypto(tmp_path_factory: pytest.TempPathFactory) -> CryptoFolder:
    """Identities of the whole network, generated once; tests must not change them."""
    target = tmp_path_factory.mktemp("network") / ".counterfoil" / "crypto"
    return generate(ROOT / "crypto-config.yaml", target)


@pytest.fixture
def fabric_program() -> Callable[[str], Program]:
    """Give a function that runs one of Fabric's programs and returns its output; skip where it is absent."""

    def find(name: str) -> Program:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"Fabric's program {name} is not on PATH")

        def run(*arguments: str | Path, folder: Path | None = None) -> bytes:
            command = [path, *map(str, arguments)]
            result = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
            assert result.returncode == 0, result.stderr.decode()
            return result.stdout

        return run

    return find
