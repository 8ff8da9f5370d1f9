"""Non-interference on real Fabric: blocks, answers, the bank's store of private data, its chaincode's log."""

from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_demo.leak_search import search
from counterfoil_network.deployment import FABRIC
from planted_leaks import leaky_package, lock_carelessly, overlooked
from three_banks import MSP_IDS
from trade_ready import BUYER
from two_businesses import LARGE, SMALL, both
from two_worlds import differences


def test_bank_b_cannot_tell_which_business_bank_a_has(tmp_path: Path) -> None:
    left, right = both(tmp_path, engine=FABRIC)
    found = differences(left, right)
    assert not found, "\n".join(f"{kind}:\n  {one}\n  {other}" for kind, one, other in found[:20])
    # The chaincode logs nothing that is not a matter of chance; every log is searched below.
    assert {kind for kind, _ in left.lines} >= {"block", "hash", "private", "answer"}
    assert sum(kind == "block" for kind, _ in left.lines) > 100
    for name, business in (("small", SMALL), ("large", LARGE)):
        facts = [fact for fact in business.facts if len(fact) > 7 and fact != BUYER]
        assert search(facts, tmp_path / name / "network" / "peers" / "BankB") == []


@pytest.mark.slow
def test_every_planted_leak_is_found(tmp_path: Path) -> None:
    chaincode = replace(trade_chaincode(MSP_IDS), package=leaky_package(tmp_path / "leaky"))
    notes = tuple({"note": f"customer of {business.approved}"} for business in (SMALL, LARGE))
    worlds = both(tmp_path, engine=FABRIC, chaincode=chaincode, certificates=notes, lender=lock_carelessly)
    assert overlooked(differences(*worlds)) == []
