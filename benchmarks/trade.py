"""Full cycles of export financing a second, documents viewed a second, on an empty and on a loaded ledger.

    python benchmarks/trade.py --quick                # both engines, small loads: below three minutes
    python benchmarks/trade.py                        # a tenth of the real platform's load
    python benchmarks/trade.py --engines embedded --scale 1    # all of it: hours

A cycle is nine transactions, from the enterprise's consent to the loan's full repayment: view, terms, lock,
approve, slip, and two people's disbursement and repayment. `--scale 1` loads 160,000 enterprises, and
1,000,000 invoices on the embedded engine, 100,000 on Fabric, by batches. Prints tables; --json writes all
figures to a file.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from counterfoil_cli.trade_chaincode import trade_chaincode  # noqa: E402 - see above
from counterfoil_contracts.export_invoice import messages  # noqa: E402 - as above
from counterfoil_contracts.export_invoice import operations as ops  # noqa: E402 - as above
from counterfoil_contracts.registry import operations as registry  # noqa: E402 - as above
from counterfoil_contracts.testing import PURPOSE, SELLER, social_credit_code  # noqa: E402 - as above
from counterfoil_network.deployment import EMBEDDED, FABRIC  # noqa: E402 - as above
from network_trade import NetworkTrade  # noqa: E402 - as above
from running_network import ORGANISATIONS, running_network  # noqa: E402 - as above
from trade_ready import MSP_IDS  # noqa: E402 - as above

ItemT = TypeVar("ItemT")

TRANSACTIONS_A_CYCLE = 9
DOCUMENTS_A_VIEW = 100
ENTERPRISES, INVOICES = 160_000, {EMBEDDED: 1_000_000, FABRIC: 100_000}
ENTERPRISES_A_BATCH, LINES_A_DECLARATION, DECLARATIONS_A_BATCH = 200, 25, 20
PAIRS = tuple((bank, at) for bank in ("BankA", "BankB") for at in (1, 2))
_AMOUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """One state of one engine's ledger. Times are seconds."""

    engine: str
    enterprises: int
    invoices: int
    loading: float
    cycles_a_second: float
    transactions_a_second: float
    cycle_median: float
    views_a_second: float
    documents_a_second: float
    bytes_a_cycle: dict[str, float]


class Documents:
    """Numbers that nobody has yet, and what customs and the exporter state of them."""

    def __init__(self, trade: NetworkTrade) -> None:
        self._trade = trade
        self._last = 0

    def declarations(self, count: int, lines: int, seller: str = SELLER) -> list[messages.Declaration]:
        """New declarations of so many invoices each."""
        return [self._declaration(lines, seller) for _ in range(count)]

    def _declaration(self, lines: int, seller: str) -> messages.Declaration:
        self._last += 1
        number = f"2248{self._trade.begun.year}0{self._last:09d}"
        stated = tuple(
            messages.StatedLine(
                self._trade.invoice(f"INV{self._last:09d}N{at:03d}", _AMOUNT, seller=seller), _AMOUNT, _AMOUNT
            )
            for at in range(lines)
        )
        return messages.Declaration(
            number=number,
            declared_on=self._trade.day(-1),
            status="CLEARED",
            consignor=seller,
            consignee="US-ACME INC",
            trade_mode="0110",
            currency="USD",
            total=_AMOUNT * lines,
            lines=stated,
        )

    def publish(self, declarations: Sequence[messages.Declaration], at_once: int = 100) -> None:
        """Let customs put them."""
        for batch in batches(declarations, at_once):
            body = messages.PutDeclarations(tuple(batch))
            self._trade.submit(self._trade.customs, ops.DECLARATION_PUT, body)


def batches(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """The items, so many at once."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def fill(trade: NetworkTrade, documents: Documents, enterprises: int, invoices: int) -> None:
    """Load the ledger by batches. None of it is touched by the cycles, as most of a real ledger is not."""
    first, second = trade.regulators
    codes = [social_credit_code(number) for number in range(enterprises)]
    for batch in batches(codes, ENTERPRISES_A_BATCH):
        records = tuple(registry.Enterprise(code, f"Enterprise {code}", "A") for code in batch)
        proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises(records))
        trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    each = LINES_A_DECLARATION * DECLARATIONS_A_BATCH
    for done in range(0, invoices, each):
        seller = codes[done // each % len(codes)]
        new = documents.declarations(DECLARATIONS_A_BATCH, LINES_A_DECLARATION, seller)
        documents.publish(new, DECLARATIONS_A_BATCH)
        if done % (each * 20) == 0:
            tell(f"{min(done + each, invoices)} of {invoices} invoices")


def view(trade: NetworkTrade, officer: tuple[str, str], given: Sequence[messages.Declaration]) -> str:
    """The exporter consents to a look at these declarations and their invoices."""
    invoices = tuple(line.invoice for each in given for line in each.lines)
    numbers = tuple(each.number for each in given)
    claims = trade.consent(officer[0], invoices=invoices, declarations=numbers, lines=())
    return trade.submit(officer, ops.VIEW, messages.View(trade.sign(claims), PURPOSE)).view


def cycle(trade: NetworkTrade, pair: tuple[str, int], declaration: messages.Declaration) -> float:
    """Nine transactions on one document; gives how long they took."""
    bank, at = pair
    officer, approver, amount = (bank, f"officer{at}"), (bank, f"approver{at}"), _AMOUNT * 9 // 10
    began = time.perf_counter()
    seen = view(trade, officer, [declaration])
    body = messages.PutTerms("packing loan", "Pudong", "USD", amount, 325, trade.day(183), "ACME", "R-1")
    terms = trade.submit(officer, ops.TERMS_PUT, body).terms
    pledge = messages.Pledge(0, declaration.number, amount, amount, amount)
    mark = trade.submit(officer, ops.LOCK, messages.Lock(seen, terms, "USD", amount, (pledge,))).mark
    trade.submit(approver, ops.APPROVE, messages.Approve(mark, amount))
    slip = trade.submit(officer, ops.SLIP_PUT, messages.PutSlip("payment 1", "")).slip
    for act, paper in (
        (messages.Disburse(mark, amount, trade.today), slip),
        (messages.Repay(mark, "OWN_FUNDS", amount, trade.today), ""),
    ):
        prepared = trade.submit(officer, ops.PREPARE, messages.Prepare(act, paper)).act
        moved = trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(prepared)).mark
    assert moved is not None
    assert moved.state == "SETTLED"
    return time.perf_counter() - began


def look(trade: NetworkTrade, pair: tuple[str, int], given: Sequence[messages.Declaration]) -> None:
    """A view of a hundred documents on record, and its answer."""
    officer = pair[0], f"officer{pair[1]}"
    asked = messages.ReadViews((view(trade, officer, given),))
    (answer,) = trade.ask(officer, ops.VIEW_READ, asked).views
    assert len(answer.invoices) + len(answer.declarations) == DOCUMENTS_A_VIEW


def side_by_side(count: int, work: Callable[[tuple[str, int], int], float]) -> tuple[float, list[float]]:
    """Every pair works `count` times, all at once; seconds in all, and what each piece of work gave."""
    began = time.perf_counter()

    def of_pair(place: int) -> list[float]:
        return [work(PAIRS[place], place * count + number) for number in range(count)]

    with ThreadPoolExecutor(len(PAIRS)) as pool:
        found = [each for its in pool.map(of_pair, range(len(PAIRS))) for each in its]
    return time.perf_counter() - began, found


def measure(trade: NetworkTrade, documents: Documents, cycles: int, views: int) -> dict[str, object]:
    """The figures of the ledger as it is; `cycles` and `views` are each pair's."""
    needed = documents.declarations(cycles * len(PAIRS), 1)
    documents.publish(needed)
    before = disk(trade)
    seconds, each = side_by_side(cycles, lambda pair, at: cycle(trade, pair, needed[at]))
    trade.network.await_level_peers()
    done, after = cycles * len(PAIRS), disk(trade)
    wide = documents.declarations(DOCUMENTS_A_VIEW // 50, 49)
    documents.publish(wide)

    def looked(pair: tuple[str, int], _: int) -> float:
        look(trade, pair, wide)
        return 0.0

    looking, looks = side_by_side(views, looked)
    return {
        "cycles_a_second": done / seconds,
        "transactions_a_second": done * TRANSACTIONS_A_CYCLE / seconds,
        "cycle_median": statistics.median(each),
        "views_a_second": len(looks) / looking,
        "documents_a_second": len(looks) * DOCUMENTS_A_VIEW / looking,
        "bytes_a_cycle": {name: (after[name] - before[name]) / done for name in after},
    }


def disk(trade: NetworkTrade) -> dict[str, int]:
    """Allocated bytes of every organisation's peer, and of the orderer."""
    folder = trade.network.folder
    roots = {name: folder.peer(name) for name in ORGANISATIONS} | {"Orderer": folder.root / "orderer"}
    return {name: sum(map(_allocated, root.rglob("*"))) for name, root in roots.items()}


def _allocated(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512 if path.is_file() else 0
    except FileNotFoundError:  # dropped between the listing and the look
        return 0


def run(engine: str, chosen: argparse.Namespace) -> list[Figures]:
    """An engine's figures on an empty ledger, and on the same one loaded."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_network(Path(name) / "network", trade_chaincode(MSP_IDS), engine=engine) as network,
        NetworkTrade(network, Path(name) / "journals") as trade,
    ):
        documents = Documents(trade)
        measure(trade, documents, 1, 1)  # connections, caches
        found = [Figures(engine, 1, 0, 0.0, **measure(trade, documents, chosen.cycles, chosen.views))]  # type: ignore[arg-type]  # the figures by their names
        tell(f"{engine}, empty: {found[0].cycles_a_second:.2f} cycles a second")
        if chosen.scale:
            enterprises, invoices = (
                max(1, int(most * chosen.scale)) for most in (ENTERPRISES, INVOICES[engine])
            )
            began = time.perf_counter()
            fill(trade, documents, enterprises, invoices)
            loading = time.perf_counter() - began
            loaded = measure(trade, documents, chosen.cycles, chosen.views)
            found.append(Figures(engine, enterprises, invoices, loading, **loaded))  # type: ignore[arg-type]  # as above
            tell(f"{engine}, loaded: {found[1].cycles_a_second:.2f} cycles a second")
    return found


def tables(all_figures: Sequence[Figures]) -> str:
    """As people read them."""
    head = (
        "| engine | enterprises | invoices | loaded in | cycles/s | transactions/s | median cycle "
        "| documents viewed/s |\n|---|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| {each.engine} | {each.enterprises:,} | {each.invoices:,} | {each.loading:.0f} s "
        f"| {each.cycles_a_second:.2f} | {each.transactions_a_second:.1f} | {each.cycle_median:.2f} s "
        f"| {each.documents_a_second:.0f} |"
        for each in all_figures
    ]
    disks = [
        f"| {each.engine} | "
        + " | ".join(f"{each.bytes_a_cycle[name]:,.0f}" for name in (*ORGANISATIONS, "Orderer"))
        + " |"
        for each in all_figures
        if not each.invoices  # what was loaded before is moved about by the data bases meanwhile
    ]
    names = " | ".join((*ORGANISATIONS, "Orderer"))
    title = f"| bytes a cycle on the disk of | {names} |\n|---|{'---|' * (len(ORGANISATIONS) + 1)}"
    return "\n".join([head, *rows, "", title, *disks])


def tell(text: str) -> None:
    """Say how far it has come, apart from the figures."""
    print(text, file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--engines", nargs="+", choices=[EMBEDDED, FABRIC], default=[EMBEDDED, FABRIC])
    parser.add_argument("--scale", type=float, default=0.1, help="of the real platform's load; 0 for none")
    parser.add_argument("--cycles", type=int, default=20, help="of each of four pairs of people")
    parser.add_argument("--views", type=int, default=20, help="of each pair, a hundred documents each")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the load, few cycles")
    parser.add_argument("--json", type=Path, help="also write all figures there")
    found = parser.parse_args()
    if found.quick:
        found.scale, found.cycles, found.views = 0.001, 3, 3
    return found


def main() -> None:
    """Measure the engines one after the other."""
    chosen = options()
    all_figures = [each for engine in chosen.engines for each in run(engine, chosen)]
    print(f"{os.cpu_count()} cores, load average at the end {os.getloadavg()[0]:.1f}\n")
    print(tables(all_figures))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in all_figures], indent=2) + "\n")


if __name__ == "__main__":
    main()
