"""The embedded engine on identities in Fabric CA's layout; on Fabric: `tests/fabric/test_identities.py`."""

from pathlib import Path

from counterfoil_network.deployment import NetworkFolder
from enrolled_network import enrolled_network


def test_folders_of_fabric_cas_layout_are_accepted(tmp_path: Path) -> None:
    with enrolled_network(NetworkFolder(tmp_path / "network")) as network:
        for organisation in ("BankA", "BankB"):
            with network.contract(organisation, "officer1") as contract:
                contract.submit("create", organisation, organisation, "1")
