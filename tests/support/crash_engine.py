"""The engine's program, killed with SIGKILL when a commit passes a phase: `crash_engine.py FOLDER`.

Environment: CRASH_PHASE, one of the ledger's phases; CRASH_AFTER, how many times it is passed before, counted
over all peers.
"""

import itertools
import os
import signal

from counterfoil_network.deployment import engine_main
from counterfoil_network.embedded.ledger import phases


def install(phase: str, after: int) -> None:
    """Arm the kill."""
    passed = itertools.count()

    def hook(name: str, _: int) -> None:
        if name == phase and next(passed) == after:
            os.kill(os.getpid(), signal.SIGKILL)

    phases.announce(hook)


if __name__ == "__main__":
    if os.environ.get("CRASH_PHASE"):
        install(os.environ["CRASH_PHASE"], int(os.environ["CRASH_AFTER"]))
    engine_main.main()
