"""Two banks, two processes, 200 declarations: each time the last 3,000,000 minor units go to one of them."""

from pathlib import Path

import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from race import run_race
from running_network import running_network
from trade_ready import MSP_IDS

ROUNDS = 200


pytestmark = pytest.mark.thorough


def test_the_last_of_a_declaration_goes_to_one_bank(tmp_path: Path) -> None:
    with running_network(tmp_path / "network", trade_chaincode(MSP_IDS)) as network:
        race = run_race(network, tmp_path, ROUNDS)
    print(race)
    assert race.endorsed_by_both >= ROUNDS // 2
