"""Packages of Python sources: reproducible, and different as soon as a rule is."""

import json
import os
from pathlib import Path

import pytest
from counterfoil_network.deployment import package_sources
from counterfoil_network.deployment.source_package import SourcesRefused
from counterfoil_protocol.chaincode_package import parse_package

ENTRY_POINT = "rules.chaincode:CHAINCODE"
PEM = b"-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    (folder / "core" / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "chaincode.py").write_text("CHAINCODE = 1\n")
    (folder / "core" / "limits.py").write_text("CEILING = 80\n")
    (folder / "core" / "__pycache__" / "limits.cpython-311.pyc").write_bytes(b"\0")
    return folder


def test_the_package_holds_the_sources_and_the_entry_point(sources: Path) -> None:
    package = parse_package(package_sources("rules_1", ENTRY_POINT, {"rules": sources}))
    assert (package.type, package.label) == ("python", "rules_1")
    files = package.files()
    assert json.loads(files.pop("chaincode.json")) == {"entry_point": ENTRY_POINT}
    assert sorted(files) == ["src/rules/__init__.py", "src/rules/chaincode.py", "src/rules/core/limits.py"]


def test_the_same_sources_give_the_same_bytes(sources: Path) -> None:
    first = package_sources("rules_1", ENTRY_POINT, {"rules": sources})
    os.utime(sources / "chaincode.py", (1, 1))
    (sources / "chaincode.py").chmod(0o600)
    assert package_sources("rules_1", ENTRY_POINT, {"rules": sources}) == first


def test_another_rule_is_another_package(sources: Path) -> None:
    first = parse_package(package_sources("rules_1", ENTRY_POINT, {"rules": sources}))
    (sources / "core" / "limits.py").write_text("CEILING = 90\n")
    second = parse_package(package_sources("rules_1", ENTRY_POINT, {"rules": sources}))
    assert first.package_id != second.package_id


@pytest.mark.parametrize("entry_point", ["rules.chaincode", "rules.chaincode:", "other.chaincode:CHAINCODE"])
def test_an_entry_point_outside_the_package_is_refused(sources: Path, entry_point: str) -> None:
    with pytest.raises(ValueError, match="entry point"):
        package_sources("rules_1", entry_point, {"rules": sources})


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sources"):
        package_sources("rules_1", ENTRY_POINT, {"rules": tmp_path / "none"})


@pytest.mark.parametrize(
    "path",
    [
        ".counterfoil/crypto/peerOrganizations/banka/users/Admin/msp/keystore/priv_sk",
        ".git/config",
        ".venv/bin/activate",
        ".pytest_cache/README.md",
        ".env",
        "venv/bin/activate",
        "tests/test_rules.py",
        "core/node_modules/left.js",
        "rules.egg-info/SOURCES.txt",
        "stale.pyc",
    ],
)
def test_what_is_hidden_or_not_the_chaincodes_own_is_left_out(sources: Path, path: str) -> None:
    before = package_sources("rules_1", ENTRY_POINT, {"rules": sources})
    (sources / path).parent.mkdir(parents=True, exist_ok=True)
    (sources / path).write_bytes(PEM)
    assert package_sources("rules_1", ENTRY_POINT, {"rules": sources}) == before


def test_a_virtual_environment_of_any_name_is_left_out(sources: Path) -> None:
    before = package_sources("rules_1", ENTRY_POINT, {"rules": sources})
    (sources / "env39").mkdir()
    (sources / "env39" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (sources / "env39" / "site.py").write_text("")
    assert package_sources("rules_1", ENTRY_POINT, {"rules": sources}) == before


def test_a_package_written_into_its_sources_is_left_out_of_the_next(sources: Path) -> None:
    before = package_sources("rules_1", ENTRY_POINT, {"rules": sources})
    (sources / "rules.tar.gz").write_bytes(before)
    assert package_sources("rules_1", ENTRY_POINT, {"rules": sources}) == before
    (sources / "rates.gz").write_bytes(b"\x1f\x8b of the contract's own")
    assert (
        "src/rules/rates.gz"
        in parse_package(package_sources("rules_1", ENTRY_POINT, {"rules": sources})).files()
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("network/crypto/keystore/priv_sk", b"anything"),
        ("admin.pem", PEM),
        ("pair.pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + PEM),
        ("ec.key", PEM.replace(b"PRIVATE", b"EC PRIVATE")),
        ("locked.key", PEM.replace(b"PRIVATE", b"ENCRYPTED PRIVATE")),
        ("old.key", b"-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n"),
        ("keys.py", b'KEY = """' + PEM + b'"""\n'),
        ("line.py", b'KEY = "' + PEM.replace(b"\n", b"\\n") + b'"\n'),
    ],
)
def test_a_private_key_is_refused_by_the_name_of_its_file(sources: Path, name: str, content: bytes) -> None:
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_bytes(content)
    with pytest.raises(SourcesRefused, match="move it out of the sources") as refusal:
        package_sources("rules_1", ENTRY_POINT, {"rules": sources})
    assert refusal.value.code == "PRIVATE_KEY"
    assert str(refusal.value).startswith(f"PRIVATE_KEY: {sources / name} ")
    assert "MIGH" not in str(refusal.value)


def test_a_private_key_in_a_single_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_bytes(b'KEY = """' + PEM + b'"""\n')
    with pytest.raises(SourcesRefused, match="PRIVATE_KEY"):
        package_sources("rules_1", "rules:CHAINCODE", {"rules": tmp_path / "rules.py"})


def test_a_source_that_knows_how_a_key_begins_holds_none(sources: Path) -> None:
    (sources / "parse.py").write_text('BEGIN = "-----BEGIN PRIVATE KEY-----"\n')
    assert package_sources("rules_1", ENTRY_POINT, {"rules": sources})


@pytest.mark.parametrize("name", ["token", "json", "counterfoil", "counterfoil_chaincode"])
def test_a_name_that_the_process_has_for_something_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("CHAINCODE = 1\n")
    with pytest.raises(SourcesRefused, match=f"rename {name}.py") as refusal:
        package_sources("rules_1", f"{name}:CHAINCODE", {name: tmp_path / f"{name}.py"})
    assert refusal.value.code == "NAME_TAKEN"


def test_a_file_that_is_no_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("CHAINCODE = 1\n")
    with pytest.raises(SourcesRefused, match="NOT_PYTHON"):
        package_sources("notes_1", "notes:CHAINCODE", {"notes": tmp_path / "notes.txt"})
