"""Non-interference: others see the same, whatever BankA's business is (up to renaming what is random).

BankB looks on at all of it; Port at the credit authorizations, in which it has no part. What a bank that
validly looks at a document learns of what is left of it is the design's exception, and left out. That the
comparison finds leaks is shown by planted ones.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from planted_leaks import CARELESS, CERTIFICATES, leaky_package, overlooked
from three_banks import MSP_IDS
from transcript import differences, shown
from two_businesses import ONE, TWO, secrets
from two_worlds import both


def test_bank_b_and_port_cannot_tell_which_business_bank_a_has(tmp_path: Path) -> None:
    seen = both(tmp_path, ONE, TWO)
    assert set(seen) == {"BankB", "Port"}
    for left, right in seen.values():
        found = differences(left, right)
        assert not found, shown(found)
    assert {kind for kind, _ in seen["BankB"][0].lines} == {"block", "hash", "private", "answer", "log"}
    # Port holds nothing of it.
    assert {kind for kind, _ in seen["Port"][0].lines} == {"block", "hash", "answer", "log"}
    for observer, worlds in seen.items():
        for transcript, businesses in zip(worlds, (ONE, TWO), strict=True):
            assert sum(kind == "block" for kind, _ in transcript.lines) > 100
            assert transcript.guessed() == []
            text = transcript.text()
            assert [fact for fact in secrets(businesses, observer) if fact in text] == []


@pytest.mark.thorough
def test_every_planted_leak_is_found(tmp_path: Path) -> None:
    chaincode = replace(trade_chaincode(MSP_IDS), package=leaky_package(tmp_path / "leaky"))
    seen = both(tmp_path, *CARELESS, chaincode=chaincode, certificates=CERTIFICATES)
    assert overlooked(*(differences(*seen[each]) for each in ("BankB", "Port"))) == []
