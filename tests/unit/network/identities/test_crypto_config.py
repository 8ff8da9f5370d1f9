"""crypto-config.yaml: read by us, accepted by cryptogen, refused where it cannot be followed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterfoil_network.identities import CryptoConfigError, OrganisationKind, read_crypto_config


def test_the_file_names_the_organisations_of_the_trade_network(root: Path) -> None:
    config = read_crypto_config(root / "crypto-config.yaml")
    assert [(each.name, each.kind) for each in config.organisations] == [
        ("Orderer", OrganisationKind.ORDERER),
        ("Regulator", OrganisationKind.PEER),
        ("Port", OrganisationKind.PEER),
        ("BankA", OrganisationKind.PEER),
        ("BankB", OrganisationKind.PEER),
    ]
    assert [each.authority.domain for each in config.enterprise_authorities] == [
        "enterprise.counterfoil.example"
    ]


def test_roles_belong_to_their_organisations(root: Path) -> None:
    roles = {
        each.name: {user.attributes.get("role") for user in each.users}
        for each in read_crypto_config(root / "crypto-config.yaml").organisations
    }
    bank = {"bank.officer", "bank.approver", "bank.auditor", None}
    assert roles == {
        "Orderer": {None},
        "Regulator": {
            "regulator.officer",
            "regulator.oracle",
            "regulator.relay",
            "regulator.auditor",
            None,
        },
        "Port": {"customs.oracle", "tax.oracle", "port.oracle", "port.relay", None},
        "BankA": bank,
        "BankB": bank,
    }


def test_nodes_answer_to_local_names(root: Path) -> None:
    for organisation in read_crypto_config(root / "crypto-config.yaml").organisations:
        (node,) = organisation.nodes
        assert {node.common_name, "localhost", "127.0.0.1", "::1"} <= set(node.alternative_names)


def test_cryptogen_accepts_the_file(root: Path, tmp_path: Path, fabric_program: Callable[[str], Any]) -> None:
    """It passes over Attributes and EnterpriseCAs, and lays the same nodes in the same folders."""
    cryptogen = fabric_program("cryptogen")
    cryptogen("generate", "--config", root / "crypto-config.yaml", "--output", tmp_path / "crypto")
    for organisation in read_crypto_config(root / "crypto-config.yaml").organisations:
        folder = tmp_path / "crypto" / organisation.kind.value / organisation.domain
        nodes = sorted(path.name for path in (folder / organisation.kind.node_folder).iterdir())
        assert nodes == [node.common_name for node in organisation.nodes]
    assert not (tmp_path / "crypto" / "enterprises").exists()


ORGANISATION = {"Name": "Org", "Domain": "org.example", "EnableNodeOUs": True}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Name": None}, "no Name"),
        ({"Domain": ""}, "no Domain"),
        ({"EnableNodeOUs": False}, "EnableNodeOUs"),
        ({"Users": {"Attributes": {"../out": {}}}}, "cannot be a user's name"),
        ({"Users": {"Attributes": {"officer": {"staff": "12"}}}}, "staff"),
        ({"Template": {"Count": 1, "Hostname": "{{.Wrong}}"}}, "unknown field"),
        ({"Template": {"Count": 1, "Hostname": "{{if .Index}}x{{end}}"}}, "plain fields"),
    ],
)
def test_what_cannot_be_followed_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "crypto-config.yaml"
    path.write_text(yaml.safe_dump({"PeerOrgs": [ORGANISATION | change]}))
    with pytest.raises(CryptoConfigError, match=message):
        read_crypto_config(path)


def test_two_organisations_of_one_domain_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "crypto-config.yaml"
    path.write_text(yaml.safe_dump({"PeerOrgs": [ORGANISATION, ORGANISATION | {"Name": "Other"}]}))
    with pytest.raises(CryptoConfigError, match="same Domain"):
        read_crypto_config(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CryptoConfigError, match=r"nowhere\.yaml"):
        read_crypto_config(tmp_path / "nowhere.yaml")


def test_counts_and_templates_are_followed_as_cryptogen_does(tmp_path: Path) -> None:
    path = tmp_path / "crypto-config.yaml"
    entry = ORGANISATION | {
        "Specs": [{"Hostname": "first", "SANS": ["alt.{{.Hostname}}.{{.Domain}}"]}],
        "Template": {"Count": 2, "Start": 5},
        "Users": {"Count": 2},
    }
    path.write_text(yaml.safe_dump({"PeerOrgs": [entry]}))
    (organisation,) = read_crypto_config(path).organisations
    names = ["first.org.example", "peer5.org.example", "peer6.org.example"]
    assert [node.common_name for node in organisation.nodes] == names
    assert organisation.nodes[0].alternative_names[-1] == "alt.first.org.example"
    assert [user.name for user in organisation.users] == ["User1", "User2", "Admin"]
