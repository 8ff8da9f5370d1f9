"""The chaincode `asset` as its tests describe it, on Fabric's own peers."""

import pytest
from asset_contract import *  # noqa: F403 - the tests themselves
from contract_client import ContractClient, NetworkClient
from running_network import RunningNetwork


@pytest.fixture
def client(network: RunningNetwork) -> ContractClient:
    return NetworkClient(network)
