"""What the driver writes into core.yaml and orderer.yaml, and that docs/production.md says so."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterfoil_network.deployment.state import Node
from counterfoil_network.fabric import settings
from counterfoil_network.fabric.layout import NodeFiles
from counterfoil_network.fabric.verification import setting

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
NODE = Node(
    "BankA",
    "BankAMSP",
    "peer",
    "peer0.banka.example",
    "127.0.0.1:1",
    "crypto/peer0",
    "tlsca.pem",
    operations="127.0.0.1:2",
    admin="127.0.0.1:3",
    chaincode_support="127.0.0.1:4",
    chaincode="127.0.0.1:5",
)


def table(name: str) -> dict[str, tuple[str, str]]:
    """The page's table of a file: setting to (default, here)."""
    section = PAGE.partition(f"<!-- settings: {name} -->")[2].partition("\n\n")[0]
    rows = {key: (default, here) for key, default, here, _ in ROW.findall(section)}
    assert len(rows) == section.count("\n| `"), "a row cannot be read"
    return rows


def flat(document: Any, prefix: str = "") -> dict[str, Any]:
    """Every value at its dotted key; an empty mapping is a value."""
    if not isinstance(document, dict) or not document:
        return {prefix: document}
    found: dict[str, Any] = {}
    for key, value in document.items():
        found |= flat(value, f"{prefix}.{key}" if prefix else key)
    return found


def written(name: str, folder: Path) -> dict[str, Any]:
    files = NodeFiles(folder, folder / "crypto", "peer")
    if name == "core.yaml":
        settings.write_peer(NODE, files, "127.0.0.1:6", folder / "builder")
    else:
        settings.write_orderer(NODE, files)
    return flat(yaml.safe_load((folder / name).read_text()))


def default(name: str) -> dict[str, Any]:
    return flat(yaml.safe_load((settings.TEMPLATES / name).read_text()))


@pytest.mark.parametrize("name", ["core.yaml", "orderer.yaml"])
def test_the_page_names_exactly_what_the_driver_writes_otherwise(name: str, tmp_path: Path) -> None:
    values, defaults = written(name, tmp_path), default(name)
    assert set(values) >= set(defaults)
    other = {key for key, value in values.items() if key not in defaults or defaults[key] != value}
    # Written, but by chance the same as in the template.
    other |= {"General.ListenAddress"} if name == "orderer.yaml" else set()
    assert set(table(name)) == other


@pytest.mark.parametrize("name", ["core.yaml", "orderer.yaml"])
def test_the_page_states_the_values(name: str, tmp_path: Path) -> None:
    values, defaults = written(name, tmp_path), default(name)
    for key, (stated_default, here) in table(name).items():
        if stated_default == "unset":
            assert defaults.get(key) is None, key
        elif stated_default.startswith("`"):
            assert yaml.safe_load(stated_default.strip("`")) == defaults[key], key
        if here.startswith("`"):
            assert yaml.safe_load(here.strip("`")) == values[key], key


def test_fabric_25_is_given_no_key_that_it_does_not_know(tmp_path: Path) -> None:
    files = NodeFiles(tmp_path, tmp_path / "crypto", "orderer")
    settings.write_orderer(NODE, files, is_25=True)
    orderer = yaml.safe_load((tmp_path / "orderer.yaml").read_text())
    assert not {"Backoff", "Throttling"} & set(orderer["General"])
    assert "ReplicationPolicy" not in orderer["General"]["Cluster"]
    assert orderer["General"]["BootstrapMethod"] == "none"
    settings.write_peer(NODE, files, "127.0.0.1:6", tmp_path / "builder", is_25=True)
    core = yaml.safe_load((tmp_path / "core.yaml").read_text())
    assert [each["name"] for each in core["peer"]["handlers"]["authFilters"]] == [
        "DefaultAuth",
        "ExpirationCheck",
    ]


def test_every_choice_is_told_with_its_reason() -> None:
    for choices in (settings.PEER_CHOICES, settings.ORDERER_CHOICES):
        for key in choices:
            (reason,) = [why for name, _, _, why in ROW.findall(PAGE) if name == key]
            assert reason, key


def test_a_template_s_keys_are_those_that_are_set() -> None:
    """A misspelt key would be a setting that Fabric never reads."""
    core = yaml.safe_load((settings.TEMPLATES / "core.yaml").read_text())
    known = {"peer.chaincodeListenAddress", "peer.chaincodeAddress"}
    for key in {
        *settings.PEER_CHOICES,
        *settings.peer_places(NODE, NodeFiles(Path(), Path(), "peer"), "", Path()),
    }:
        parent, _, last = key.rpartition(".")
        assert key in known or last in setting(core, parent), key
