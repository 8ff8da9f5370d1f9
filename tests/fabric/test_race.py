"""The race of tests/engine/test_race.py on Fabric's own peers: 20 rounds, each won by one bank."""

from pathlib import Path

from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import FABRIC
from race import run_race
from running_network import running_network
from trade_ready import MSP_IDS

ROUNDS = 20


def test_the_last_of_a_declaration_goes_to_one_bank(tmp_path: Path) -> None:
    with running_network(tmp_path / "network", trade_chaincode(MSP_IDS), engine=FABRIC) as network:
        race = run_race(network, tmp_path, ROUNDS)
    print(race)
    assert race.endorsed_by_both >= ROUNDS // 2
