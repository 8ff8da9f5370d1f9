"""A network of which two organisations' identities were enrolled with Fabric CA's own programs."""

import shutil
from pathlib import Path

import pytest
from counterfoil_network.deployment import FABRIC, NetworkFolder
from counterfoil_network.identities import read_crypto_config
from fabric_ca_programs import Programs
from running_network import ROOT, asset_chaincode, running_network

NAMES = ("fabric-ca-server", "fabric-ca-client")
ENROLLED = {"Orderer": {"Admin"}, "BankA": {"Admin", "officer1"}}


@pytest.fixture
def fabric_ca(tmp_path: Path) -> Programs:
    server, client = (shutil.which(name) for name in NAMES)
    if server is None or client is None:
        # The same layout made by hand is tested where these programs are not (test_identities).
        pytest.skip(f"{', '.join(NAMES)} are not on PATH: they are no part of Fabric's own programs")
    return Programs(Path(server), Path(client), tmp_path / "ca")


@pytest.mark.slow
@pytest.mark.parametrize("with_intermediate", [False, True], ids=["root", "intermediate"])
def test_what_fabric_ca_enrolled_runs_a_network(
    tmp_path: Path, fabric_ca: Programs, with_intermediate: bool
) -> None:
    folder = NetworkFolder(tmp_path / "network")
    for spec in read_crypto_config(ROOT / "crypto-config.yaml").organisations:
        if spec.name in ENROLLED:
            root = folder.crypto / spec.kind.value / spec.domain
            fabric_ca.enroll_organisation(
                spec, root, ENROLLED[spec.name], with_intermediate=with_intermediate
            )
    with running_network(folder.root, asset_chaincode(), engine=FABRIC) as network:
        for user in ("Admin", "officer1"):
            with network.contract("BankA", user) as contract:
                contract.submit("create", user, "BankA", "1")
