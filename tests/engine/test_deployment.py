"""Deploying on a running engine: once, again, with other sources, with one organisation's own package."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil import Gateway, lifecycle
from counterfoil_network.deployment import (
    ChaincodeRefused,
    NetworkFolder,
    NetworkSettings,
    RunningNetwork,
    package_sources,
    run_network,
)
from counterfoil_network.deployment.chaincode import Chaincode, deploy
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_protocol.chaincode_package import parse_package

ROOT = Path(__file__).resolve().parents[2]
RULES = """
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit

class Rules(Contract):
    name = "rules"

    @evaluate
    def answer(self, context: Context) -> str:
        '''The answer.'''
        return "{answer}"

    @submit
    def note(self, context: Context) -> str:
        '''Write the answer down.'''
        context.stub.put_state("noted", b"{answer}")
        return "{answer}"

CHAINCODE = Chaincode([Rules()])
"""


@pytest.fixture
def settings(tmp_path: Path) -> NetworkSettings:
    folder = NetworkFolder(tmp_path / "network")
    return NetworkSettings(folder, ROOT / "configtx.yaml", ROOT / "crypto-config.yaml")


@pytest.fixture
def network(settings: NetworkSettings) -> Iterator[RunningNetwork]:
    with run_network(settings) as running:
        yield running


def package(folder: Path, answer: str) -> bytes:
    sources = folder / answer / "rules"
    sources.mkdir(parents=True)
    (sources / "__init__.py").write_text(RULES.replace("{answer}", answer))
    return package_sources("rules_1", "rules:CHAINCODE", {"rules": sources})


@pytest.fixture
def chaincode(tmp_path: Path) -> Chaincode:
    policy = "OR('RegulatorMSP.peer','PortMSP.peer','BankAMSP.peer','BankBMSP.peer')"
    return Chaincode("rules", "1.0", package(tmp_path, "one"), policy)


def answers(network: RunningNetwork) -> dict[str, bytes]:
    """What every organisation's own peer answers."""
    found = {}
    for node in network.state.peers:
        profile = network.folder.connection_profile(node.organisation)
        with Gateway.from_profile(profile, "Admin") as gateway:
            contract = gateway.network("trade").contract("rules")
            found[node.organisation] = contract.evaluate("answer", target_organizations=(node.msp_id,))
    return found


def all_answer(word: str) -> dict[str, bytes]:
    return {name: word.encode() for name in ("Regulator", "Port", "BankA", "BankB")}


def test_deploying_again_changes_nothing_until_something_differs(
    network: RunningNetwork, chaincode: Chaincode, tmp_path: Path
) -> None:
    first = deploy(network.folder, network.state, chaincode)
    assert (first.is_new, first.definition.sequence) == (True, 1)
    assert answers(network) == all_answer("one")
    again = deploy(network.folder, network.state, chaincode)
    assert (again.is_new, again.definition.sequence) == (False, 1)
    changed = deploy(network.folder, network.state, replace(chaincode, package=package(tmp_path, "two")))
    assert (changed.is_new, changed.definition.sequence) == (True, 2)
    assert answers(network) == all_answer("two")
    narrower = replace(chaincode, package=changed_package(tmp_path), endorsement_policy="OR('PortMSP.peer')")
    assert deploy(network.folder, network.state, narrower).definition.sequence == 3


def changed_package(folder: Path) -> bytes:
    return package_sources("rules_1", "rules:CHAINCODE", {"rules": folder / "two" / "rules"})


def test_an_organisation_may_run_a_package_of_its_own(
    network: RunningNetwork, chaincode: Chaincode, tmp_path: Path
) -> None:
    own = package(tmp_path, "other")
    deploy(network.folder, network.state, replace(chaincode, own_packages={"BankB": own}))
    assert answers(network) == all_answer("one") | {"BankB": b"other"}
    with Gateway.from_profile(network.folder.connection_profile("BankB"), "Admin") as gateway:
        approved = lifecycle.query_approved(gateway.network("trade"), "rules")
        assert approved.package_id == parse_package(own).package_id


def test_the_ledger_is_kept_between_runs(settings: NetworkSettings, chaincode: Chaincode) -> None:
    with run_network(settings) as network:
        deploy(network.folder, network.state, chaincode)
        before = peer_heights(network.folder, network.state)
    assert len({(each.height, each.newest_block_hash) for each in before}) == 1
    with run_network(settings) as network:
        assert peer_heights(network.folder, network.state) == before
        assert not deploy(network.folder, network.state, chaincode).is_new
        assert answers(network) == all_answer("one")


def test_a_definition_that_the_channel_refuses_is_told_with_who_refused(
    network: RunningNetwork, chaincode: Chaincode
) -> None:
    with pytest.raises(ChaincodeRefused, match=r"^(Regulator|Port|BankA|BankB): "):
        deploy(network.folder, network.state, replace(chaincode, name="not-a-#-name"))
