"""The stories from beginning to end: an export invoice financed once, freight paid once, and audited.

Chapters are functions of other modules; this one puts them in order and says whether all came out well.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from counterfoil import CounterfoilError
from counterfoil_network.deployment.description import CRYPTO_CONFIG, description_file
from counterfoil_network.identities import open_crypto_folder

from counterfoil_demo import cheating, credit, financing, freight, looking, opening, picture
from counterfoil_demo.cast import Cast
from counterfoil_demo.engine import NetworkDidNotStart, network_up
from counterfoil_demo.enterprise import open_enterprise
from counterfoil_demo.figures import WORKED_EXAMPLE_SEED
from counterfoil_demo.knowledge import Knowledge
from counterfoil_demo.narration import StoryBroken
from counterfoil_demo.sample_files import write_samples
from counterfoil_demo.samples import make_samples
from counterfoil_demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil_network.identities import Enterprise

    from counterfoil_demo.desk import Loan
    from counterfoil_demo.narration import Narration

MARKER: Final = "this-is-a-counterfoil-demo"
"""An empty file that tells the demo's own folder from any other: the next run removes it."""


STORIES: Final = ("export", "freight", "credit", "all")
"""What may be told: export invoices, freight payments, credit authorizations, or all on one network."""


def run_story(  # noqa: PLR0913 - what may be told, where and how
    folder: Path,
    seed: int,
    narration: Narration,
    *,
    looks: bool = True,
    options: Sequence[str] = (),
    story: str = "export",
) -> bool:
    """Run it in `folder`, which must be new; whether every step came out as expected.

    Everything stays there to be looked at: samples, the network's files, exports. Without `looks` the story
    ends when the banks are done: no search, no audit. `options` are those of `counterfoil network up`: which
    engine, and where its programs are. `story` is one of `STORIES`.
    """
    began = time.monotonic()
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    try:
        _run(folder, seed, narration, options, looks=looks, story=story)
    except (CounterfoilError, NetworkDidNotStart, StoryBroken) as error:
        narration.broke_off(f"{type(error).__name__}: {error}")
    came_out = narration.end(time.monotonic() - began)
    if came_out and looks and story in {"export", "all"}:
        narration.invite(own_invoice(folder / "network", options))
    return came_out


def own_invoice(network: Path, options: Sequence[str]) -> tuple[str, Sequence[str]]:
    """What keeps the story's network up, and three commands to try on an invoice file of one's own."""
    folder = network.relative_to(Path.cwd()) if network.is_relative_to(Path.cwd()) else network
    engine = options if "fabric" in options else ()
    up = " ".join(["counterfoil network up --dir", str(folder), *engine])
    return up, (
        "counterfoil invoice read my-invoice.xml",
        f"counterfoil invoice rehearse my-invoice.xml --dir {folder}",
        f"counterfoil consent view my-invoice.consent --dir {folder} --org BankA --user officer1",
    )


def _run(  # noqa: PLR0913 - as `run_story`
    folder: Path, seed: int, narration: Narration, options: Sequence[str], *, looks: bool, story: str
) -> None:
    samples = make_samples(seed)
    write_samples(samples, folder / "samples")
    drawn = "the files in samples/" if seed == WORKED_EXAMPLE_SEED else f"drawn by seed {seed}"
    narration.chapter("The documents", f"six invoices on four declarations, {drawn}")
    narration.remark(f"{samples.seller.name} ({samples.seller.code}) sells; files in {folder / 'samples'}")
    narration.chapter(
        "The network", "Orderer, Regulator, Port, BankA, BankB on this machine, in a process of its own"
    )
    began = time.monotonic()
    knowledge = Knowledge()
    with network_up(folder / "network", options) as (network, state):
        narration.remark(
            f"up after {time.monotonic() - began:.1f} s, engine {state.engine}, process {state.pid}, "
            f"files in {network.root}"
        )
        with Cast(network, folder / "journals", knowledge) as cast:
            crypto = open_crypto_folder(description_file(CRYPTO_CONFIG, None), network.crypto)
            stage = Stage(
                samples=samples,
                folder=network,
                sample_folder=folder / "samples",
                crypto=crypto,
                cast=cast,
                knowledge=knowledge,
                narration=narration,
                random=Random(f"papers {seed}"),  # noqa: S311 - sample data, nothing secret
            )
            _tell(stage, seed, story, folder, looks=looks)


def _tell(stage: Stage, seed: int, story: str, folder: Path, *, looks: bool) -> None:
    """The chapters of a story, on a network that runs."""
    enterprise = open_enterprise(stage)
    opening.open_registry(stage)
    if story != "freight":
        opening.publish_declarations(stage)
    loans = _banks(stage, enterprise) if story in {"export", "all"} else None
    if story in {"freight", "all"}:
        freight.tell(stage, seed)
    if story in {"credit", "all"}:
        credit.be_read_by_leave(stage, enterprise)
    if not looks:
        return
    if loans is None:
        stage.narration.chapter("The audit", "an auditor's own process, on exported files only")
        export = cheating.export_and_verify(stage, folder)
    else:
        first, second = loans
        looking.side_by_side(stage, first, second)
        looking.search_files(stage)
        export = cheating.audit_and_cheat(stage, folder, first)
    if story in {"credit", "all"}:
        picture.draw(stage, export, enterprise.uscc)


def _banks(stage: Stage, enterprise: Enterprise) -> tuple[Loan, Loan]:
    """Everything that the banks do; gives both loans on the first declaration."""
    first = financing.finance_first_invoice(stage, enterprise)
    second = financing.be_refused_and_take_the_rest(stage, enterprise)
    financing.repay_from_own_funds(stage, first, second)
    third = financing.be_paid_by_the_buyer(stage, enterprise)
    financing.put_right_and_extend(stage, third)
    financing.finance_in_yen(stage, enterprise)
    return first, second
