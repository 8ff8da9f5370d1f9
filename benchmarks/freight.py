"""Freight payments a second, and invoices verified a second, on an empty and on a loaded ledger.

    python benchmarks/freight.py                        # the embedded engine, below two minutes
    python benchmarks/freight.py --engines embedded fabric --load 20000

A payment is three transactions: slip, mark and paid, by two people. Invoices are published and verified 500
at once. Four pairs of people pay at once, two at each bank.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from counterfoil_cli.trade_chaincode import trade_chaincode  # noqa: E402 - see above
from counterfoil_contracts.freight_payment import operations as ops  # noqa: E402 - as above
from counterfoil_contracts.testing import SELLER, social_credit_code  # noqa: E402 - as above
from counterfoil_network.deployment import EMBEDDED, FABRIC  # noqa: E402 - as above
from freight_network import NetworkFreight  # noqa: E402 - as above
from running_network import running_network  # noqa: E402 - as above
from trade_ready import MSP_IDS  # noqa: E402 - as above

if TYPE_CHECKING:
    from network_trade import Person

AT_ONCE = 500
PAIRS = tuple((bank, at) for bank in ("BankA", "BankB") for at in (1, 2))
_AMOUNT = 700_000


@dataclass(frozen=True, slots=True)
class Figures:
    """One state of one engine's ledger."""

    engine: str
    invoices: int
    published_a_second: float
    verified_a_second: float
    payments_a_second: float


class Payer:
    """A pair of people of one bank, with invoices of their own."""

    def __init__(self, trade: NetworkFreight, bank: str, at: int, first: int, payments: int) -> None:
        self._trade = trade
        self._officer: Person = (bank, f"officer{at}")
        self._approver: Person = (bank, f"approver{at}")
        facts = tuple(trade.facts(first + place, _AMOUNT) for place in range(payments))
        look = trade.submit(self._officer, ops.VERIFY, ops.Verify(facts))
        self._look, self._payments = look.verification, payments

    def pay(self) -> None:
        """One payment for each invoice."""
        for place in range(self._payments):
            slip = self._trade.submit(self._officer, ops.SLIP_PUT, ops.PutSlip("Qianhai", f"R-{place}"))
            use = ops.StatedUse(place, _AMOUNT // 7, _AMOUNT, self._trade.rate)
            body = ops.Mark(
                self._trade.payer, self._trade.payee, "USD", use.amount, slip.slip, self._look, (use,)
            )
            marked = self._trade.submit(self._officer, ops.MARK, body)
            self._trade.submit(self._approver, ops.PAID, ops.Paid(marked.payment, self._trade.today))


def measured(trade: NetworkFreight, engine: str, loads: list[int], payments: int) -> Iterator[Figures]:
    """Figures at each number of invoices that nobody pays."""
    held = 0
    for load in loads:
        began = time.monotonic()
        for first in range(held, load, AT_ONCE):
            trade.put_invoices(*(trade.facts(10**9 + first + at, _AMOUNT) for at in range(AT_ONCE)))
        publishing = time.monotonic() - began
        own = 10**6 * (1 + load)
        trade.put_invoices(*(trade.facts(own + at, _AMOUNT) for at in range(AT_ONCE)))
        began = time.monotonic()
        look = trade.verify("BankA", *(trade.facts(own + at, _AMOUNT) for at in range(AT_ONCE)))
        assert all(each.verified for each in trade.verified("BankA", look).invoices)
        verifying = time.monotonic() - began
        payers = [
            Payer(trade, bank, at, own + place * payments, payments) for place, (bank, at) in enumerate(PAIRS)
        ]
        began = time.monotonic()
        with ThreadPoolExecutor(len(payers)) as pool:
            list(pool.map(Payer.pay, payers))
        paying = time.monotonic() - began
        rate = (load - held) / publishing if load > held else 0.0
        held = load
        yield Figures(engine, load, rate, AT_ONCE / verifying, len(payers) * payments / paying)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engines", nargs="+", choices=(EMBEDDED, FABRIC), default=[EMBEDDED])
    parser.add_argument("--load", type=int, default=5_000, help="invoices on the loaded ledger")
    parser.add_argument("--payments", type=int, default=20, help="of each of the four pairs")
    given = parser.parse_args()
    print("engine    invoices  published/s  verified/s  payments/s")
    for engine in given.engines:
        with (
            tempfile.TemporaryDirectory() as folder,
            running_network(Path(folder) / "network", trade_chaincode(MSP_IDS), engine=engine) as network,
            NetworkFreight(network, Path(folder) / "journals") as trade,
        ):
            trade.payer, trade.payee = SELLER, social_credit_code(1)
            for found in measured(trade, engine, [0, given.load], given.payments):
                print(
                    f"{found.engine:8}  {found.invoices:8}  {found.published_a_second:11.0f}  "
                    f"{found.verified_a_second:10.0f}  {found.payments_a_second:10.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
