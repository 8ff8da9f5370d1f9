"""Non-interference: BankB sees the same, whatever BankA's business is (up to renaming what is random).

A shared declaration carries an invoice for each bank; what its available amount tells a bank that validly
viewed it is the design's exception and is left out. BankA lends, registers a loan late, hands one to BankC
and is asked by the regulator. That the comparison finds leaks is shown by ten planted ones.
"""

from dataclasses import replace
from pathlib import Path

from counterfoil_cli.trade_chaincode import trade_chaincode
from planted_leaks import leaky_package, lock_carelessly, overlooked
from three_banks import MSP_IDS
from trade_ready import BUYER
from two_businesses import LARGE, SMALL, both
from two_worlds import differences


def test_bank_b_cannot_tell_which_business_bank_a_has(tmp_path: Path) -> None:
    left, right = both(tmp_path)
    found = differences(left, right)
    assert not found, "\n".join(f"{kind}:\n  {one}\n  {other}" for kind, one, other in found[:20])
    kinds = {kind for kind, _ in left.lines}
    assert kinds == {"block", "hash", "private", "answer", "log"}
    assert sum(kind == "block" for kind, _ in left.lines) > 100
    for transcript, business in ((left, SMALL), (right, LARGE)):
        text = "\n".join(line for _, line in transcript.lines)
        assert [fact for fact in business.facts if len(fact) > 6 and fact in text and fact != BUYER] == []


def test_every_planted_leak_is_found(tmp_path: Path) -> None:
    chaincode = replace(trade_chaincode(MSP_IDS), package=leaky_package(tmp_path / "leaky"))
    notes = tuple({"note": f"customer of {business.approved}"} for business in (SMALL, LARGE))
    worlds = both(tmp_path, chaincode=chaincode, certificates=notes, lender=lock_carelessly)
    found = differences(*worlds)
    assert overlooked(found) == []
