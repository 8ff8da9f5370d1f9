"""Every command that the pages show is run, in order, in an environment made from the built wheel.

A page shows commands in ```console blocks, each after `$ `; its Python stands in ```python blocks. They run
top to bottom in one folder that holds what a clone holds (samples and configuration).
`counterfoil network up` stays running until `counterfoil network down`, or the page's end.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CLONE = ("samples", "configtx.yaml", "crypto-config.yaml")
# The gate runs `make test` itself; `make demo` is `counterfoil demo` after `make setup`, which the gate ran.
ELSEWHERE = {"git clone", "cd counterfoil", "make test", "make demo", "make help"}
SECONDS_A_COMMAND_MAX = 240
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel with all extras, nothing of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")

    def run(*command: str | Path) -> None:
        subprocess.run(list(map(str, command)), check=True, capture_output=True)

    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "venv")
    pip = (folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "-c", ROOT / "constraints.txt", f"{wheel}[all]")
    return folder / "venv/bin"


def steps(page: Path) -> list[tuple[str, str]]:
    """The page's commands and programs, in order: (kind, text)."""
    found = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python":
            found.append((kind, text))
        else:
            lines = text.replace("\\\n", " ").splitlines()
            found += [(kind, line[2:]) for line in lines if line.startswith("$ ")]
    return [step for step in found if not any(step[1].startswith(skipped) for skipped in ELSEWHERE)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what a clone holds besides the code."""
    for name in CLONE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        elif source.exists():
            shutil.copy(source, tmp_path / name)
    return tmp_path


@pytest.fixture
def background() -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that a page leaves running; ended with it."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def wait_until_up(process: subprocess.Popen[str], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not (folder / ".counterfoil/network.json").exists():
        assert process.poll() is None, f"`network up` ended: {process.communicate()}"
        assert time.monotonic() < deadline, "`network up` is not up after a minute"
        time.sleep(0.1)


@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda page: page.name)
def test_the_pages_commands_work(
    page: Path, installed: Path, clone: Path, background: list[subprocess.Popen[str]]
) -> None:
    environment = {**os.environ, "PATH": f"{installed}:{os.environ['PATH']}", "NO_COLOR": "1"}
    environment.pop("PYTHONPATH", None)
    for kind, text in steps(page):
        if text.startswith("counterfoil network up"):
            up = subprocess.Popen(
                shlex.split(text),
                cwd=clone,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            background.append(up)
            wait_until_up(up, clone)
            continue
        command = [str(installed / "python"), "-c", text] if kind == "python" else ["bash", "-c", text]
        done = subprocess.run(
            command,
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_A_COMMAND_MAX,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
