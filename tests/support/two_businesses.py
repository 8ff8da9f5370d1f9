"""Two businesses of BankA that differ in everything, and both worlds played with them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from counterfoil_contracts.export_invoice import operations as trade
from trade_ready import BUYER, Share, Shipment, declaration_number
from two_worlds import Business, Transcript, play

SMALL = Business(
    shipment=Shipment(declaration_number(7), 41_000_003, (Share("INV-A-77", 40_000_007, 39_000_011),)),
    buyer=BUYER,
    shared_amount=11_000_013,
    own_amount=12_000_017,
    approved=20_000_019,
    repaid=3_000_023,
    late=Shipment(declaration_number(8), 51_000_031, ()),
    late_amount=5_000_033,
    office="Shanghai branch",
    question="which security stands for it?",
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
    late=Shipment(declaration_number(804_412), 888_888_883, ()),
    late_amount=777_777_777,
    office="the branch of a province far away from here",
    question="why was this registered only after three weeks, and by whom was it approved then?",
    terms=trade.PutTerms(
        "PACKING", "branch-2 of another city", "USD", 234_567_902, 99_000, "2026-12-31",
        "Ein ganz anderer Käufer mit langem Namen", "LN-2026-SOMETHING-ELSE-ENTIRELY",
    ),
)  # fmt: skip


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
