"""The chaincode `asset` as its tests describe it, on the testing kit."""

import importlib.util

import pytest
from asset_contract import *  # noqa: F403 - the tests themselves
from contract_client import ContractClient, KitClient
from counterfoil_chaincode.testing import Ledger
from running_network import ASSET, ORGANISATIONS, POLICY, collections

pytest_plugins = ["counterfoil_chaincode.testing.pytest_plugin"]


@pytest.fixture(scope="module")
def prepared_ledger() -> Ledger:
    spec = importlib.util.spec_from_file_location("asset_chaincode", ASSET)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    peers = [f"{name}MSP" for name in ORGANISATIONS]
    return Ledger(module.CHAINCODE, peers, collections(), policy=POLICY, name="asset")


@pytest.fixture
def client(ledger: Ledger) -> ContractClient:
    return KitClient(ledger)


def test_each_test_begins_with_the_ledger_as_it_was_set_up(ledger: Ledger) -> None:
    assert ledger.height == 0
