"""A client in a process of its own that submits without end: `submitting_client.py FOLDER BANK USER TOLD`.

It puts terms of loans, one after the other, by the SDK alone: nothing is tried twice but an envelope of which
nobody knows what became, which is sent again until somebody does. How each call ended is a line in TOLD. It
ends with its standard input, after the call under way.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec
from counterfoil import (
    CommitStatusError,
    CommitUnknown,
    Deadlines,
    EndorseError,
    Gateway,
    Status,
    SubmitError,
    Transaction,
)
from counterfoil.trade._refusals import Meaning, read_failure
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment import NetworkFolder
from racing_bank import Bank, terms

DEADLINES = Deadlines(evaluate=5, endorse=8, submit=5, commit_status=5)
"""Shorter than the half minute in which Fabric itself gives up, so that what is frozen is met."""
SETTLE_SECONDS_MAX = 180.0
PAUSE_SECONDS = 0.2
VALID = "VALID"
NOT_ENDORSED = "not endorsed"
NOT_ORDERED = "not ordered"
UNSETTLED = "unsettled"
UNTYPED = "untyped"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a client, as it ended.

    Attributes:
        began, ended: seconds (CLOCK_MONOTONIC, one for the whole machine).
        outcome: a validation code's name, or one of the words above.
        met: the errors on the way, type and gRPC status, in order.
        given_up: errors among them that the typed client would not try again after.
        transaction_id, block: of what was submitted.
    """

    began: float
    ended: float
    outcome: str
    met: tuple[str, ...]
    transaction_id: str = ""
    block: int = -1
    given_up: tuple[str, ...] = ()

    @property
    def was_unknown(self) -> bool:
        """Whether the client had to find out by sending the same envelope again."""
        return any(not each.startswith("EndorseError") for each in self.met)


@dataclass(slots=True)
class _Attempt:
    """A call while it runs."""

    gateway: Gateway
    met: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    transaction: Transaction | None = None

    def run(self, endorse: Callable[[], Transaction]) -> tuple[str, int]:
        """Outcome and block."""
        try:
            self.transaction = endorse()
        except EndorseError as error:
            self.met.append(f"EndorseError {error.code.name}")
            if read_failure(error, ()).meaning is not Meaning.PASSING:
                self.given_up.append(str(error))
            return NOT_ENDORSED, -1
        try:
            status = self.transaction.submit().status()
        except (SubmitError, CommitStatusError) as error:
            self.met.append(f"{type(error).__name__} {error.code.name}")
            if isinstance(error, SubmitError) and not error.may_have_arrived:
                return NOT_ORDERED, -1
            found = self._settled(self.transaction)
            if found is None:
                return UNSETTLED, -1
            status = found
        return status.name, status.block_number

    def _settled(self, transaction: Transaction) -> Status | None:
        until = time.monotonic() + SETTLE_SECONDS_MAX
        while time.monotonic() < until:
            try:
                return self.gateway.settle(transaction)
            except CommitUnknown as error:
                cause = error.__cause__
                assert isinstance(cause, SubmitError | CommitStatusError)
                self.met.append(f"CommitUnknown {type(cause).__name__} {cause.code.name}")
                time.sleep(PAUSE_SECONDS)
        return None


def one_call(bank: Bank, gateway: Gateway, number: int) -> Call:
    attempt = _Attempt(gateway)
    began = time.monotonic()
    try:
        outcome, block = attempt.run(lambda: bank.endorse(trade.TERMS_PUT, terms(number)))
    except Exception as error:  # whatever is no error of a step is what the test looks for
        outcome, block = UNTYPED, -1
        attempt.met.append(repr(error))
    transaction_id = attempt.transaction.transaction_id if attempt.transaction else ""
    met, given_up = tuple(attempt.met), tuple(attempt.given_up)
    return Call(began, time.monotonic(), outcome, met, transaction_id, block, given_up)


class SubmittingClient:
    """The process, from the test's side."""

    def __init__(self, folder: NetworkFolder, bank: str, user: str, told: Path) -> None:
        self.name = f"{bank} {user}"
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder.root), bank, user, str(told)], stdin=subprocess.PIPE
        )

    @property
    def calls(self) -> list[Call]:
        """How its calls ended, up to now."""
        if not self._told.exists():
            return []
        *lines, _ = self._told.read_text(encoding="utf-8").split("\n")
        return [msgspec.json.decode(line, type=Call) for line in lines]

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self, timeout: float) -> None:
        """Let it finish its call.

        Raises:
            subprocess.TimeoutExpired: it did not.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout)

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


def main(folder: Path, bank: str, user: str, told: Path) -> None:
    """Submit until the input ends."""
    profile = NetworkFolder(folder).connection_profile(bank)
    with Gateway.from_profile(profile, user, deadlines=DEADLINES) as gateway, told.open("a") as file:
        client = Bank(gateway)
        number = os.getpid()
        while not select.select([sys.stdin], [], [], 0)[0]:
            call = one_call(client, gateway, number)
            print(json.dumps(asdict(call)), file=file, flush=True)
            number += 1
            if call.outcome != VALID:
                time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
