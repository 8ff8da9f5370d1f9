"""Non-interference on real Fabric: blocks, answers, the members' private data, their chaincode's logs."""

from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_demo.leak_search import search
from counterfoil_network.deployment import FABRIC
from planted_leaks import CARELESS, CERTIFICATES, leaky_package, overlooked
from three_banks import MSP_IDS
from transcript import differences, shown
from two_businesses import ONE, TWO, secrets
from two_worlds import both


def test_bank_b_and_port_cannot_tell_which_business_bank_a_has(tmp_path: Path) -> None:
    seen = both(tmp_path, ONE, TWO, engine=FABRIC)
    assert set(seen) == {"BankB", "Port"}
    for left, right in seen.values():
        found = differences(left, right)
        assert not found, shown(found)
        # The chaincode logs nothing that is not a matter of chance; every log is searched below.
        assert {kind for kind, _ in left.lines} >= {"block", "hash", "answer"}
        assert sum(kind == "block" for kind, _ in left.lines) > 100
        assert left.guessed() == []
    assert "private" in {kind for kind, _ in seen["BankB"][0].lines}
    for name, businesses in (("left", ONE), ("right", TWO)):
        for observer in seen:
            facts = secrets(businesses, observer)
            assert search(facts, tmp_path / name / "network" / "peers" / observer) == []


@pytest.mark.slow
def test_every_planted_leak_is_found(tmp_path: Path) -> None:
    chaincode = replace(trade_chaincode(MSP_IDS), package=leaky_package(tmp_path / "leaky"))
    seen = both(tmp_path, *CARELESS, engine=FABRIC, chaincode=chaincode, certificates=CERTIFICATES)
    assert overlooked(*(differences(*seen[each]) for each in ("BankB", "Port"))) == []
