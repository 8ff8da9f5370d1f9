"""Non-interference: BankB sees the same, whatever BankA's business is (up to renaming what is random).

A shared declaration carries an invoice for each bank; what its available amount tells a bank that validly
viewed it is the design's exception and is left out. That the comparison finds leaks is shown by planted ones.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import counterfoil_contracts
from counterfoil_cli.trade_chaincode import trade_chaincode, trade_package
from counterfoil_contracts.export_invoice import operations as trade
from trade_ready import BUYER, MSP_IDS, Share, Shipment, declaration_number
from two_worlds import Business, Transcript, differences, play

SMALL = Business(
    shipment=Shipment(declaration_number(7), 41_000_003, (Share("INV-A-77", 40_000_007, 39_000_011),)),
    buyer=BUYER,
    shared_amount=11_000_013,
    own_amount=12_000_017,
    approved=20_000_019,
    repaid=3_000_023,
    terms=trade.PutTerms(
        "DISCOUNT", "branch-1", "USD", 23_000_030, 415, "2027-03-01", "Nordwind GmbH", "LN-1"
    ),
)
LARGE = Business(
    shipment=Shipment(
        declaration_number(804_411), 912_345_677, (Share("X/2026/000123456", 654_321_011, 543_210_101),)
    ),
    buyer=BUYER,
    shared_amount=111_111_113,
    own_amount=123_456_789,
    approved=234_567_001,
    repaid=99_999_989,
    terms=trade.PutTerms(
        "PACKING", "branch-2 of another city", "USD", 234_567_902, 99_000, "2026-12-31",
        "Ein ganz anderer Käufer mit langem Namen", "LN-2026-SOMETHING-ELSE-ENTIRELY",
    ),
)  # fmt: skip


PLANTED = """

def _plant() -> None:
    from counterfoil_chaincode.confidential.contract import ConfidentialContract
    from counterfoil_protocol import canonical_json

    honest = ConfidentialContract._transact

    def leaky(self, stub, peer):
        answer = honest(self, stub, peer)
        request = canonical_json.decode(stub.transient["request"])
        amount, own = request["body"].get("amount", 0), "marks_BankA"
        if request["operation"] != "lock" or amount < 10**7:
            return answer
        stub.set_event("locked", str(amount).encode())
        stub.get_state(f"probe/{amount}")
        stub.put_private_data(own, "unsalted/" + stub.transaction_id, str(amount).encode())
        other = own if amount < 10**8 else "authority"
        stub.put_private_data(other, "chosen/" + stub.transaction_id, stub.transaction_id.encode())
        return answer + b"/" + str(amount).encode()

    ConfidentialContract._transact = leaky


_plant()
"""
HONEST = 'refusal(RefusalCode.DUPLICATE, "an invoice is in a live financing")'
TALKATIVE = 'refusal(RefusalCode.DUPLICATE, f"an invoice is financed: {found[0].locked}")'


def leaky_package(folder: Path) -> bytes:
    """The contracts with leaks planted, by whoever writes the next version of them."""
    shutil.copytree(Path(counterfoil_contracts.__file__).parent, folder)
    chaincode, model = folder / "chaincode.py", folder / "export_invoice" / "model.py"
    chaincode.write_text(chaincode.read_text() + PLANTED)
    assert HONEST in model.read_text()
    model.write_text(model.read_text().replace(HONEST, TALKATIVE))
    return trade_package(folder)


def both(folder: Path, **settings: Any) -> tuple[Transcript, Transcript]:
    """Both worlds, played at once on two networks."""
    with ThreadPoolExecutor(2) as pool:
        names, certificates = ("small", "large"), settings.pop("certificates", (None, None))
        worlds = [
            pool.submit(play, folder / name, business, certificate=note, **settings)
            for name, business, note in zip(names, (SMALL, LARGE), certificates, strict=True)
        ]
        small, large = (world.result() for world in worlds)
    return small, large


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
    found = differences(*both(tmp_path, chaincode=chaincode, certificates=notes))
    told = [(kind, line) for kind, one, other in found for line in (one, other)]

    def some(kind: str, *parts: str) -> bool:
        return any(each == kind and all(part in line for part in parts) for each, line in told)

    total = SMALL.shared_amount + SMALL.own_amount
    answers = [line.split(" event ") for _, line in told if line.startswith("response ")]
    assert any(f"/{total}'" in response for response, _ in answers), "in a response"
    assert any(str(total) in event for _, event in answers), "in an event"
    assert some("block", f"public read trade 'probe/{total}'"), "a public key read by content"
    assert some("block", "collection authority"), "a collection chosen by content"
    assert some("block", "certificate", "customer of 20000019"), "in a certificate"
    assert some("hash", f"the hash of {total}"), "a value without salt"
    assert some("answer", "DUPLICATE: ", "an invoice is financed: "), "in a refusal's text"
