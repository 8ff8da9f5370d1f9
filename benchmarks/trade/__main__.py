"""What people do a second in the trade network, on an empty ledger and on a loaded one.

    python benchmarks/trade --quick                     # both engines, small loads: below three minutes
    python benchmarks/trade fill DIR --engine fabric    # a tenth of the real platform's load
    python benchmarks/trade --loaded DIR [DIR ...]      # each ledger beside an empty one, by turns

Measured are full cycles of export financing (from the enterprise's consent to the loan's repayment),
documents viewed, freight payments, tax invoices verified, and credit reports, each by four pairs of people at
once; and bytes a cycle on each organisation's disk. `fill` makes a network in DIR or goes on with the one
that is there, also after a kill, and stops it at the end.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
ENGINES = ("embedded", "fabric")
SMALL = (400, 1_000, 500, 4)
"""Enterprises, invoices, tax invoices and reports of a quick comparison."""


def main(arguments: Sequence[str]) -> None:
    """Do what was asked for."""
    # People and networks are those of the tests; nothing that imports them is imported before this.
    sys.path[1:1] = [str(BENCHMARKS), str(BENCHMARKS.parent / "tests" / "support")]
    chosen = _options(arguments)
    if arguments[:1] == ["fill"]:
        _fill(chosen)
    else:
        _compare(chosen)


def _fill(chosen: argparse.Namespace) -> None:
    from loading import fill
    from standing import Folder, Load

    load = Load(chosen.enterprises, chosen.invoices, chosen.tax_invoices, chosen.reports, chosen.at_once)
    folder = Folder(chosen.folder)
    seconds = fill(folder, chosen.engine, load)
    sizes = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in folder.disk().items())
    print(f"loaded in {seconds:.0f} s; on disk: {sizes}")


def _compare(chosen: argparse.Namespace) -> None:
    from comparing import FULL, QUICK, compare, tables
    from loading import fill
    from standing import Folder, Load

    extent = QUICK if chosen.quick else FULL
    extent = replace(extent, runs=chosen.runs or extent.runs)
    found = []
    with tempfile.TemporaryDirectory() as name:
        folders = [Folder(each) for each in chosen.loaded]
        if not folders:
            folders = [Folder(Path(name) / engine) for engine in chosen.engines]
            for engine, folder in zip(chosen.engines, folders, strict=True):
                fill(folder, engine, Load(*SMALL))
        found = [compare(folder, extent) for folder in folders]
    print(f"{os.cpu_count()} cores, load average at the end {os.getloadavg()[0]:.1f}\n")
    print(tables(found))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in found], indent=2) + "\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    if arguments[:1] == ["fill"]:
        parser = argparse.ArgumentParser("benchmarks/trade fill", description="Load a ledger by batches.")
        parser.add_argument("folder", type=Path)
        parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
        parser.add_argument("--enterprises", type=int, default=16_000)
        parser.add_argument("--invoices", type=int, default=100_000, help="of exports")
        parser.add_argument("--tax-invoices", type=int, default=10_000, help="of freight")
        parser.add_argument("--reports", type=int, default=100, help="of credit, three transactions each")
        parser.add_argument(
            "--at-once", type=int, default=500, help="documents a transaction, 25 a declaration"
        )
        return parser.parse_args(arguments[1:])
    parser = argparse.ArgumentParser(
        "benchmarks/trade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--loaded", type=Path, nargs="+", default=[], metavar="DIR", help="what `fill` made")
    parser.add_argument("--quick", action="store_true", help="few runs, without DIR on small loads")
    parser.add_argument(
        "--engines", nargs="+", choices=ENGINES, default=ENGINES, help="where no DIR is given"
    )
    parser.add_argument("--runs", type=int, default=0, help="pairs of runs, if not 5")
    parser.add_argument("--json", type=Path, help="also write all figures there")
    found = parser.parse_args(arguments)
    if not found.loaded and not found.quick:
        parser.error("give --loaded DIR, or --quick")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
