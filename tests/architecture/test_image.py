"""contracts/Dockerfile, read and tried in parts: no image is built here."""

import importlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from counterfoil_chaincode.entry_point import load_chaincode

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "contracts" / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
INSTRUCTIONS = [(word, rest) for word, _, rest in (line.partition(" ") for line in LINES) if word]


def last(word: str) -> str:
    return [rest for name, rest in INSTRUCTIONS if name == word][-1]


def test_what_is_copied_is_there() -> None:
    copied = [rest.split() for word, rest in INSTRUCTIONS if word == "COPY" and not rest.startswith("--from")]
    assert {"pyproject.toml", "contracts", "protocol"} <= {name for names in copied for name in names[:-1]}
    for *names, _ in copied:
        assert all((ROOT / name).exists() for name in names)
    sources = [ROOT / name for *names, _ in copied for name in names]
    links = [path for source in sources for path in source.rglob("*") if path.is_symlink()]
    assert links
    # The wheel follows them.
    assert all(any(path.resolve().is_relative_to(each) for each in sources) for path in links)


def test_it_runs_as_nobody_special_on_a_small_base() -> None:
    assert {rest.partition(" ")[0] for word, rest in INSTRUCTIONS if word == "FROM"} == {"python:3.13-slim"}
    words = [word for word, _ in INSTRUCTIONS]
    assert last("USER") not in {"root", "0"}
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert f"useradd --system --no-create-home --shell /usr/sbin/nologin {last('USER')}" in last("RUN")


def test_what_it_starts_can_be_started() -> None:
    _, flag, module = json.loads(last("ENTRYPOINT"))
    assert flag == "-m"
    assert hasattr(importlib.import_module(module), "main")
    (chaincode,) = json.loads(last("CMD"))
    assert load_chaincode(chaincode)


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_the_health_check_tells_whether_it_listens(host: str) -> None:
    _, *command = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    with socket.socket() as server:
        server.bind((host, 0))
        environment = {**os.environ, "CHAINCODE_SERVER_ADDRESS": f"{host}:{server.getsockname()[1]}"}
        check = [sys.executable, *command]
        assert subprocess.run(check, check=False, env=environment, capture_output=True).returncode == 1
        server.listen()
        assert subprocess.run(check, check=False, env=environment, capture_output=True).returncode == 0
