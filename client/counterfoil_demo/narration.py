"""How the story is told: a line a step, with colour and a spinner in a terminal, plain text when piped.

This is the one place that writes to the screen and the one that counts what did not come out as expected.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from counterfoil_documents.currency import format_amount
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXT_WIDTH: Final = 76
_TRANSACTION_CHARACTERS: Final = 12


class StoryBroken(Exception):  # noqa: N818 - what happened, for the last line of the story
    """A step that all later ones need did not come about."""


@dataclass(frozen=True, slots=True)
class Check:
    """What somebody else reads of a step, against what it must be."""

    by: str
    what: str
    seen: object
    expected: object

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return self.seen == self.expected

    def __str__(self) -> str:
        """In words, with amounts as people write them."""
        if self.holds:
            return f"{self.what} {_shown(self.seen)}"
        return f"{self.what} {_shown(self.seen)}, EXPECTED {_shown(self.expected)}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that prints as people write it."""

    amount: int
    currency: str

    def __str__(self) -> str:
        whole, point, fraction = format_amount(self.amount, self.currency).partition(".")
        return f"{int(whole):,}{point}{fraction} {self.currency}"


def _padded(text: str, width: int) -> str:
    """Chinese characters take two columns."""
    return text + " " * (width - cell_len(text))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or "none"
    return str(value)


class Narration:
    """Tells the story and counts what came out otherwise than expected.

    With `stops_at_failure`, the first step that does raises StoryBroken.
    """

    def __init__(self, console: Console | None = None, *, stops_at_failure: bool = False) -> None:
        self._stops_at_failure = stops_at_failure
        self._console = console or Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.steps = 0
        self.failures: list[str] = []

    def chapter(self, title: str, text: str = "") -> None:
        """Begin a chapter."""
        self._console.print()
        self._console.print(title, style="bold cyan")
        if text:
            self._console.print(f"  {text}", style="dim")

    @contextmanager
    def doing(self, text: str) -> Iterator[None]:
        """Show what is being done while it is being done, in a terminal only."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(text):
            yield

    def remark(self, text: str) -> None:
        """A line that belongs to the step before it."""
        self._console.print(f"      {text}", style="dim")

    def committed(
        self, actor: str, text: str, transaction: tuple[str, int | None, float], checks: Sequence[Check]
    ) -> None:
        """A step that is on the ledger: transaction id, block, seconds, and what others read of it."""
        transaction_id, block, seconds = transaction
        told = f"tx {transaction_id[:_TRANSACTION_CHARACTERS]}  block {block:>3}  {seconds * 1000:5.0f} ms"
        self._step(actor, text, told, checks)

    def refused(
        self,
        actor: str,
        text: str,
        transaction: tuple[str, str, float],
        expected: str,
        checks: Sequence[Check],
    ) -> None:
        """A step that the contract refused: it has a transaction id and a code, and is in no block."""
        transaction_id, code, seconds = transaction
        told = (
            f"tx {transaction_id[:_TRANSACTION_CHARACTERS]:12}  refused    {seconds * 1000:5.0f} ms  {code}"
        )
        wrong = [] if code == expected else [Check(actor, "refused as", code, expected or "nothing")]
        self._step(actor, text, told, [*wrong, *checks])

    def looked(self, actor: str, text: str, seconds: float, checks: Sequence[Check]) -> None:
        """A step that only looks."""
        self._step(actor, text, f"{'':15}  looks only {seconds * 1000:5.0f} ms", checks, "")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table: drawn in a terminal, padded columns in plain text."""
        if self._console.is_terminal:
            table = Table(*columns, header_style="bold")
            for row in rows:
                table.add_row(*row)
            self._console.print(table)
            return
        widths = [max(map(cell_len, column)) for column in zip(columns, *rows, strict=True)]
        for row in (columns, *rows):
            cells = (_padded(cell, width) for cell, width in zip(row, widths, strict=True))
            self._console.print(f"  {'  '.join(cells).rstrip()}")

    def end(self, seconds: float) -> bool:
        """The last lines; whether everything came out as expected."""
        self._console.print()
        if self.failures:
            self._console.print(
                f"{len(self.failures)} of {self.steps} steps did not come out as expected:", style="bold red"
            )
            for failure in self.failures:
                self._console.print(f"  {failure}", style="red")
        else:
            text = f"All {self.steps} steps came out as expected, in {seconds:.1f} s."
            self._console.print(text, style="bold green")
        return not self.failures

    def invite(self, own: tuple[str, Sequence[str]]) -> None:
        """What to do next: the command that keeps the network up, and those to try meanwhile."""
        up, commands = own
        self._console.print()
        self._console.print("Now with an invoice of your own, UBL or CII", style="bold cyan")
        self._console.print(f"  the same network stays up with   {up}", style="dim")
        for command in commands:
            self._console.print(f"  $ {command}")

    def broke_off(self, text: str) -> None:
        """The story cannot go on."""
        self.failures.append(text)
        self._console.print(f"  The story breaks off: {text}", style="bold red")

    def _step(
        self, actor: str, text: str, told: str, checks: Sequence[Check], how: str = "read back by "
    ) -> None:
        self.steps += 1
        wrong = [check for check in checks if not check.holds]
        mark, style = ("✗", "bold red") if wrong else ("✓", "green")
        self._console.print(f"  {mark} ", style=style, end="")
        self._console.print(f"{_padded(f'{actor} {text}', _TEXT_WIDTH)} ", end="")
        self._console.print(told, style="dim")
        for reader, found in groupby(checks, key=lambda check: check.by):
            read = "; ".join(str(check) for check in found if check.holds)
            if read:
                self._console.print(f"      {how}{reader}: {read}", style="dim")
        for check in wrong:
            self._console.print(f"      {check.by}: {check}", style="bold red")
        if wrong:
            self.failures.append(f"{actor} {text}: {wrong[0].by}: {wrong[0]}")
            if self._stops_at_failure:
                raise StoryBroken(f"at step {self.steps}")
