"""Whether a package's chaincode can be loaded: tried in a process of its own before anybody installs it."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from counterfoil_network.chaincode_environment import inherited_environment
from counterfoil_network.deployment.source_package import SourcesRefused
from counterfoil_protocol.chaincode_package import parse_package

NOT_LOADABLE = "NOT_LOADABLE"
LOAD_SECONDS = 30.0
"""As long as the embedded engine waits for a chaincode to register."""
_PROGRAM = "counterfoil_cli.loading_main"


def check_loadable(package: bytes) -> None:
    """Load the entry point of a package of type `python`, with its own sources and what is installed here.

    Raises:
        SourcesRefused: NOT_LOADABLE, with exception and place in the sources, or NAME_TAKEN.
    """
    with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
        root = Path(folder)
        files = parse_package(package).files()
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        entry_point = json.loads(files["chaincode.json"])["entry_point"]
        code, text = _loaded(root, entry_point)
    if code:
        raise SourcesRefused(code, text)


def _loaded(root: Path, entry_point: str) -> tuple[str, str]:
    """Code and text of what went wrong; empty if nothing did."""
    report = root / "report.json"
    environment = inherited_environment()
    # It runs in another folder, for a chaincode is not to find what lies beside its sources.
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(path).absolute()) for path in paths if path)
    # -P: nothing but what is packaged and installed is found.
    command = [sys.executable, "-P", "-m", _PROGRAM, str(root / "src"), entry_point, str(report)]
    try:
        ended = subprocess.run(  # noqa: S603 - our own module; whoever packages sources runs them anyway
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (
            NOT_LOADABLE,
            f"it is not loaded after {LOAD_SECONDS:.0f} s; let it do less when it is imported",
        )
    if not report.is_file():
        return NOT_LOADABLE, f"the process ended with code {ended.returncode} while it loaded {entry_point}"
    document = json.loads(report.read_text(encoding="utf-8"))
    return document["code"], document["text"]
