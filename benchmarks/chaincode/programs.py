"""The programs that are compared: chaincode services, each a process that the benchmark starts itself."""

import os
import shlex
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_network.fabric.readiness import await_address

HERE = Path(__file__).parent
OFFICIAL = "fabric-chaincode-python==2.5.4"
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """A chaincode service: what is run, whether it speaks TLS. `name` is the chaincode's on the channel."""

    name: str
    command: tuple[str, ...]
    tls: bool = True
    environment: dict[str, str] = field(default_factory=dict)


def ours() -> Program:
    """Our own runtime."""
    command = (sys.executable, "-m", "counterfoil_chaincode.service", "asset:CHAINCODE")
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    return Program("ours", command, environment={"PYTHONPATH": path})


def other(command: str) -> Program:
    """A program of the user's, given by its command line."""
    return Program("other", tuple(shlex.split(command)))


def official(folder: Path) -> Program:
    """fabric-chaincode-python in a virtual environment of its own, made in `folder` from PyPI."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OFFICIAL], check=True
    )
    return Program("official", (python, str(HERE / "official_asset.py")), tls=False)


class Service:
    """A program that runs."""

    def __init__(self, program: Program, address: str, environment: dict[str, str], log: Path) -> None:
        base = {name: value for name, value in os.environ.items() if not name.startswith("CORE_")}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                program.command,
                env={**base, **environment, **program.environment},
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + _START_SECONDS

        def watch() -> None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{program.name} does not listen: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

        await_address(address, watch)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def stop(self) -> None:
        """End it, in order if it can."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
