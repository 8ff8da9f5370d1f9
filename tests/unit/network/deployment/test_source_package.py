"""Packages of Python sources: reproducible, and different as soon as a rule is."""

import json
import os
from pathlib import Path

import pytest
from counterfoil_network.deployment import package_sources
from counterfoil_protocol.chaincode_package import parse_package

ENTRY_POINT = "rules.chaincode:CHAINCODE"


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
