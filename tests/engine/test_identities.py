"""The embedded engine on identities in Fabric CA's layout; on Fabric: `tests/fabric/test_identities.py`."""

from pathlib import Path

from counterfoil import configuration
from counterfoil_network.deployment import NetworkFolder
from enrolled_network import enrolled_network
from running_network import ORGANISATIONS


def test_folders_of_fabric_cas_layout_are_accepted(tmp_path: Path) -> None:
    with enrolled_network(NetworkFolder(tmp_path / "network")) as network:
        for bank in ("BankA", "BankB"):
            with network.gateway(bank, "officer1") as gateway:
                # Asked of the bank's own peer, by TLS, and signed by a user who enrolled.
                read = configuration.read(gateway.network(network.state.channel))
                assert set(read.application_msp_ids) == {f"{name}MSP" for name in ORGANISATIONS}
