"""Killed anywhere, the client's program is started again and nothing is done twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counterfoil import Gateway, _drivers
from counterfoil.trade import Journal, Outcome, Patience, TradeClient

STEPS = 3


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it."""


class Instants:
    """Counts the instants at which the process could die, and ends it at the one chosen."""

    def __init__(self) -> None:
        self.passed = 0
        self.fatal: int | None = None
        self.names: list[str] = []

    def pass_by(self, name: str) -> None:
        self.names.append(name)
        if self.passed == self.fatal:
            raise Killed(name)
        self.passed += 1


@pytest.fixture
def instants(monkeypatch: pytest.MonkeyPatch) -> Instants:
    counted = Instants()
    unary, append = _drivers._unary, Journal._append

    def call(channel: Any, step: Any) -> Callable[..., Any]:
        def sent(request: Any, timeout: float) -> Any:
            counted.pass_by(f"before {step.method}")
            reply = unary(channel, step)(request, timeout=timeout)
            counted.pass_by(f"after {step.method}")
            return reply

        return sent

    def appended(journal: Journal, entry: Any) -> None:
        counted.pass_by(f"before journal {entry.state}")
        append(journal, entry)
        counted.pass_by(f"after journal {entry.state}")

    monkeypatch.setattr(_drivers, "_unary", call)
    monkeypatch.setattr(Journal, "_append", appended)
    return counted


def program(client: TradeClient, operations: Any) -> list[Outcome[Any]]:
    """What a bank does for one loan."""
    return [
        client.submit(operations.TERMS, operations.Lock("I1", 100), step="loan-1/terms"),
        client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock"),
        client.submit(operations.LOCK, operations.Lock("I2", 50), step="loan-1/second lock"),
    ]


@pytest.fixture
def start(connected: Gateway, journal_path: Path, patience: Patience, operations: Any) -> Callable[..., Any]:
    """Start the client's process: read the journal, perhaps resume, run the program."""

    def started(*, resume: bool) -> list[Outcome[Any]]:
        with Journal(journal_path) as journal:
            client = TradeClient(connected.network("trade"), journal, patience=patience)
            if resume:
                client.resume([operations.TERMS, operations.LOCK])
            return program(client, operations)

    return started


@pytest.mark.parametrize("resume", [False, True], ids=["run again", "resume and run again"])
def test_killed_at_any_instant_it_resumes_and_nothing_is_done_twice(
    start: Callable[..., Any], instants: Instants, ledger: Any, peer: Any, journal_path: Path, resume: bool
) -> None:
    start(resume=False)
    whole = instants.names.copy()
    for fatal in range(len(whole)):
        journal_path.unlink()
        ledger.outcomes.clear()
        ledger.done.clear()
        instants.__init__()  # type: ignore[misc]  # counts from nought again
        instants.fatal = fatal
        with pytest.raises(Killed):
            start(resume=False)
        instants.fatal = None
        outcomes = start(resume=resume)
        assert [outcome.answer.available for outcome in outcomes] == [99, 99, 49], whole[fatal]
        assert sorted(ledger.done.values()) == [1] * STEPS, whole[fatal]
    assert {
        "before /gateway.Gateway/Submit",
        "after /gateway.Gateway/Submit",
        "after journal prepared",
    } <= set(whole)


def test_killed_again_and_again_it_gets_there(
    start: Callable[..., Any], instants: Instants, ledger: Any
) -> None:
    outcomes: list[Outcome[Any]] = []
    for life in range(60):
        instants.fatal = instants.passed + 4 + life
        try:
            outcomes = start(resume=True)
        except Killed:
            continue
        break
    assert [outcome.answer.available for outcome in outcomes] == [99, 99, 49]
    assert sorted(ledger.done.values()) == [1] * STEPS
