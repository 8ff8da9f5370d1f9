"""`counterfoil demo`: from nothing to a financed, twice-refused and audited invoice."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from counterfoil_cli.engine_name import EngineName
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import complain


class StoryName(StrEnum):
    """What is told."""

    EXPORT = "export"
    FREIGHT = "freight"
    CREDIT = "credit"
    ALL = "all"


DEFAULT_FOLDER = Path(".counterfoil") / "demo"

app = typer.Typer(invoke_without_command=True)


@app.callback()
def demo(
    *,
    seed: Annotated[int, typer.Option(min=1, help="Draws parties and amounts; 1 is samples/.")] = 1,
    folder: Annotated[
        Path, typer.Option("--dir", help="Where everything is put; an earlier demo there is removed.")
    ] = DEFAULT_FOLDER,
    story: Annotated[StoryName, typer.Option(help="What is told.")] = StoryName.EXPORT,
    engine: Annotated[EngineName, typer.Option(help="What runs the network.")] = EngineName.EMBEDDED,
    fabric_bin: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Folder of Fabric's programs.", show_default="FABRIC_BIN, else PATH"
        ),
    ] = None,
) -> None:
    """Start a network and run the story on it, from the declarations to the audit.

    Every figure is compared with plain sums that know nothing of the program. The files stay in the folder,
    to be looked at.

    Examples:

        counterfoil demo

        counterfoil demo --seed 7 --dir /var/tmp/demo

        counterfoil demo --story all

        counterfoil demo --engine fabric

    Exit codes: 0 every step came out as expected; 1 one did not; 3 a network runs in the folder; 8 Fabric's
    programs were not found.
    """
    from counterfoil_demo.narration import Narration
    from counterfoil_demo.story import MARKER, run_story
    from counterfoil_network.deployment import NetworkFolder
    from counterfoil_network.deployment.lock import is_locked

    options = ["--engine", engine.value]
    if engine is EngineName.FABRIC:
        options += ["--fabric-bin", str(_programs(fabric_bin))]
    if folder.exists():
        if not (folder / MARKER).is_file():
            raise typer.Exit(complain(f"{folder} is there and is no demo's folder", ExitCode.USAGE))
        if is_locked(NetworkFolder(folder / "network").lock):
            raise typer.Exit(complain(f"a demo runs in {folder}", ExitCode.NETWORK_IN_USE))
        shutil.rmtree(folder)
    if not run_story(folder.absolute(), seed, Narration(), options=options, story=story.value):
        raise typer.Exit(ExitCode.FAILED)


def _programs(stated: Path | None) -> Path:
    """The folder of Fabric's programs, found before anything is removed or started."""
    from counterfoil_network.deployment import ProgramsMissing
    from counterfoil_network.fabric.programs import find_programs

    try:
        return find_programs(stated).peer.parent
    except ProgramsMissing as error:
        raise typer.Exit(complain(str(error), ExitCode.MISSING_PROGRAMS)) from error
