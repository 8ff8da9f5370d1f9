"""The supervisor's program: `python -m counterfoil_network.fabric.supervisor_main FOLDER`.

Reads commands from its standard input and writes events to its standard output, a line of JSON each
(`process_plan`). Ends in order on SIGTERM, and when its standard input ends, for then whoever started it has
gone. Which processes run stands in FOLDER/processes.json.
"""

import json
import logging
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from counterfoil_network.fabric.process_plan import Command, Event
from counterfoil_network.fabric.supervisor import Supervisor

PROCESSES_FILE = "processes.json"
_POLL_SECONDS = 0.05
_logger = logging.getLogger("counterfoil_network.fabric.supervisor")


def main() -> None:
    """Run until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    ending: list[int] = []
    # A poll later it is seen; nothing may be interrupted half done.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ending.append(number))
    processes = Path(sys.argv[1]) / PROCESSES_FILE
    supervisor = Supervisor(_tell)
    try:
        _run(supervisor, processes, ending)
    finally:
        supervisor.stop_all()
        processes.unlink(missing_ok=True)


def _run(supervisor: Supervisor, processes: Path, ending: list[int]) -> None:
    source = sys.stdin.fileno()
    buffered, written = b"", {"": (0, 0)}
    while not ending:
        readable, _, _ = select.select([source], [], [], _POLL_SECONDS)
        if readable:
            chunk = os.read(source, 1 << 16)
            if not chunk:
                return
            buffered += chunk
            *lines, buffered = buffered.split(b"\n")
            for line in lines:
                _obey(supervisor, Command.parse(line))
        supervisor.tend()
        if supervisor.processes != written:
            written = supervisor.processes
            _write(processes, written)


def _obey(supervisor: Supervisor, command: Command) -> None:
    supervisor.stop(command.stop)
    for plan in command.start:
        supervisor.start(plan)


def _write(path: Path, processes: dict[str, tuple[int, int]]) -> None:
    document = {name: {"pid": pid, "restarts": restarts} for name, (pid, restarts) in processes.items()}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    partial.rename(path)


def _tell(event: Event) -> None:
    _logger.log(logging.WARNING if event.what == "ended" else logging.INFO, "%s", event)
    # Whoever listened may have gone; that is noticed at the standard input.
    with suppress(OSError):
        os.write(sys.stdout.fileno(), event.line())


if __name__ == "__main__":
    main()
