"""A network whose orderer and banks have identities in Fabric CA's layout, some of an intermediate CA."""

from collections.abc import Iterator
from contextlib import contextmanager

from counterfoil_network.deployment import EMBEDDED, NetworkFolder
from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_network.identities import read_crypto_config
from fabric_ca import enroll_organisations
from running_network import ROOT, RunningNetwork, running_network


@contextmanager
def enrolled_network(
    folder: NetworkFolder, chaincode: Chaincode | None = None, *, engine: str = EMBEDDED
) -> Iterator[RunningNetwork]:
    config = read_crypto_config(ROOT / "crypto-config.yaml")
    enroll_organisations(config, folder.crypto, {"BankA"})
    enroll_organisations(config, folder.crypto, {"Orderer", "BankB"}, with_intermediate=True)
    with running_network(folder.root, chaincode, engine=engine) as network:
        yield network
