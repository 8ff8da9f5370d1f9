"""The commands with which the demo ends are tried as they are printed, on an invoice of one's own."""

import os
import re
import shlex
import subprocess
from pathlib import Path

from counterfoil_demo.engine import network_up
from story_told import BIN, Story

INVITATION = re.compile(r"stays up with   (counterfoil network up --dir \S+)\n((?:  \$ .*\n?)+)")
NUMBER = re.compile(r"EXP-2610-\d+")


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    program, *arguments = shlex.split(command)
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [str(BIN / program), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_printed_commands_bring_an_own_invoice_before_a_bank(story: Story, tmp_path: Path) -> None:
    invitation = INVITATION.search(story.printed)
    assert invitation is not None, story.printed[-500:]
    up, commands = invitation[1], [line[4:] for line in invitation[2].splitlines()]
    assert len(commands) == 3
    sample = (story.folder / "samples" / "invoice-3.ubl.xml").read_text(encoding="utf-8")
    (tmp_path / "my-invoice.xml").write_text(NUMBER.sub("OWN-1", sample), encoding="utf-8")
    network = Path(up.rpartition(" ")[2])
    assert network == story.folder / "network"
    with network_up(network):
        done = [run(command, tmp_path) for command in commands]
    assert [each.returncode for each in done] == [0, 0, 0], "".join(each.stderr for each in done)
    assert "OWN-1" in done[0].stdout
    assert commands[2] in done[1].stdout.replace(f"--dir {network}/", f"--dir {network}")
    assert "63,000.00 USD" in done[2].stdout  # ninety per cent of seventy thousand
    assert "OWN-1" in done[2].stdout
