"""The wheel holds every package, and each extra brings what its packages import."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL_PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# What a user of an extra imports. The SDK is there without any.
IMPORTED_WITH = {
    "": ["counterfoil", "counterfoil.lifecycle", "counterfoil_protocol.messages"],
    "contracts": ["counterfoil_chaincode", "counterfoil_contracts.chaincode"],
    "trade": ["counterfoil.trade"],
    "documents": ["counterfoil_documents"],
    "network": ["counterfoil_network.embedded.engine", "counterfoil_network.identities"],
    "all": ["counterfoil_cli.main", "counterfoil_demo", "counterfoil_audit"],
}


def test_the_wheel_lists_every_package_folder() -> None:
    folders = {
        str(path.parent.relative_to(ROOT))
        for root in ("protocol", "contracts", "network", "client")
        for path in (ROOT / root).glob("*/__init__.py*")
    }
    assert set(WHEEL_PACKAGES) == folders


def test_the_import_rules_know_every_package() -> None:
    names = {Path(name).name for name in WHEEL_PACKAGES} - {"fabric_protos-stubs"}
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == names


def closure(requirements: list[str], extras: frozenset[str]) -> set[str]:
    """Names of all distributions that the requirements bring, normalised."""
    found: set[str] = set()
    todo = [(requirement, extras) for requirement in requirements]
    while todo:
        text, wanted = todo.pop()
        requirement = Requirement(text)
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in (wanted or {""})
        ):
            continue
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name in found:
            continue
        found.add(name)
        try:
            todo += [(text, frozenset(requirement.extras)) for text in requires(name) or []]
        except PackageNotFoundError:
            continue
    return found


def requirements_of(extra: str) -> list[str]:
    project = PROJECT["project"]
    wanted: list[str] = [*project["dependencies"]]
    for text in project["optional-dependencies"].get(extra, []):
        requirement = Requirement(text)
        if requirement.name == "counterfoil":
            wanted += [more for part in sorted(requirement.extras) for more in requirements_of(part)]
        else:
            wanted.append(text)
    return wanted


@pytest.mark.parametrize("extra", sorted(IMPORTED_WITH))
def test_an_extra_brings_what_its_packages_import(extra: str) -> None:
    """Import in a process that cannot see the distributions which the extra does not bring."""
    brought = closure(requirements_of(extra), frozenset())
    hidden = sorted(
        package
        for package, names in packages_distributions().items()
        if not any(re.sub(r"[-_.]+", "-", name).lower() in brought | {"counterfoil"} for name in names)
    )
    program = f"""
import sys
hidden = set({hidden!r})
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in hidden:
            raise ModuleNotFoundError(f'{{name}} is not brought by the extra', name=name)
sys.meta_path.insert(0, Refuse())
import {", ".join(IMPORTED_WITH[extra])}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
