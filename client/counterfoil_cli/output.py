"""What the commands print: with colour and progress in a terminal, plain lines where the output is piped."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterfoil_cli.exit_codes import ExitCode


class Output:
    """Standard output for results, standard error for complaints."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking."""
        return self._console.is_terminal

    def line(self, text: str = "", style: str | None = None) -> None:
        """Print a line."""
        self._console.print(text, style=style)
        sys.stdout.flush()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table: drawn in a terminal, columns padded with spaces in plain text."""
        if self.is_terminal:
            table = Table(*columns, box=None, pad_edge=False, header_style="bold")
            for row in rows:
                table.add_row(*row)
            self._console.print(table)
            return
        widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
        for row in (columns, *rows):
            self.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    @contextmanager
    def steps(self) -> Iterator["Steps"]:
        """Tell steps as they are done, each with its time."""
        if not self.is_terminal:
            steps = Steps(self)
            yield steps
            steps.end()
            return
        with self._console.status("") as status:
            # A plain text would be read as markup here.
            steps = Steps(self, lambda step: status.update(Text(step)))
            yield steps
            steps.end()


class Steps:
    """Call it with what is done next."""

    def __init__(self, output: Output, show: Callable[[str], None] | None = None) -> None:
        self._output = output
        self._show = show
        self._current = ""
        self._since = 0.0

    def __call__(self, step: str) -> None:
        """Begin a step, and so end the one before it."""
        self.end()
        self._current, self._since = step, time.monotonic()
        if self._show is not None:
            self._show(step)

    def end(self) -> None:
        """End the step that is being done."""
        if self._current:
            self._output.line(f"  {self._current:<40} {time.monotonic() - self._since:6.2f} s")
        self._current = ""


def complain(text: str, code: ExitCode) -> int:
    """Print a complaint on standard error; give the exit code back."""
    Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True).print(
        f"counterfoil: {text}", style="red"
    )
    return int(code)
