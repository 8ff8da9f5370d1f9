"""Officers and approvers of a bank at work, while the engine dies under them and comes back."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from counterfoil import Deadlines, Gateway
from counterfoil.trade import Entry, Journal, Patience, State, TradeClient
from counterfoil_contracts.export_invoice import operations as trade
from trade_ready import ReadyTrade, Shipment, lock

STAMINA = Patience(attempts=200, seconds=300, pause_seconds=0.05, pause_seconds_max=0.4, visible_seconds=120)
"""More than an engine takes to come back."""
_DEADLINES = Deadlines(evaluate=20, endorse=30, submit=10, commit_status=20)


@dataclass(frozen=True, slots=True)
class Desk:
    """A pair of people and the documents that are theirs alone, each with its invoice's place in the view.

    Pairs of one bank share view and consent: the consent counts what is locked, so their locks conflict.
    """

    bank: str
    officer: str
    approver: str
    shipments: tuple[tuple[int, Shipment], ...]
    view: str
    terms: str


@dataclass(slots=True)
class Work:
    """What one pair did; `failure` is what ended it before its time."""

    desk: Desk
    journals: tuple[Journal, Journal]
    financings: int = 0
    failure: BaseException | None = None
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def committed(self) -> list[Entry]:
        """The requests whose transactions were answered VALID, by now."""
        entries = (entry for journal in self.journals for entry in journal.entries)
        return [entry for entry in entries if entry.state is State.COMMITTED and entry.block is not None]


class BusyBanks:
    """All pairs, each in a thread of its own, from `start` until `stop`."""

    def __init__(self, ready: ReadyTrade, desks: list[Desk], deadlines: Deadlines = _DEADLINES) -> None:
        self._ready = ready
        self._deadlines = deadlines
        self._stack = ExitStack()
        self._end = threading.Event()
        self.works = [self._work(desk) for desk in desks]

    def start(self) -> None:
        for work in self.works:
            work.thread = threading.Thread(target=self._run, args=(work,), daemon=True)
            work.thread.start()

    def stop(self, timeout: float) -> None:
        """Let everybody finish what he began.

        Raises:
            AssertionError: somebody did not.
        """
        self._end.set()
        for work in self.works:
            assert work.thread is not None
            work.thread.join(timeout)
            assert not work.thread.is_alive(), work.desk

    def close(self) -> None:
        self._stack.close()

    @property
    def committed(self) -> list[Entry]:
        return [entry for work in self.works for entry in work.committed]

    def _work(self, desk: Desk) -> Work:
        paths = (self._path(desk.bank, user) for user in (desk.officer, desk.approver))
        officer, approver = (self._stack.enter_context(Journal(path)) for path in paths)
        return Work(desk, (officer, approver))

    def _path(self, bank: str, user: str) -> Path:
        return self._ready.journals / f"busy-{bank}-{user}.journal"

    def _run(self, work: Work) -> None:
        try:
            with ExitStack() as stack:
                people = [
                    TradeClient(self._connect(work.desk, user, stack), journal, patience=STAMINA)
                    for user, journal in zip(
                        (work.desk.officer, work.desk.approver), work.journals, strict=True
                    )
                ]
                for _ in self._acts(work, *people):
                    if self._end.is_set():
                        return
        except BaseException as error:
            work.failure = error

    def _connect(self, desk: Desk, user: str, stack: ExitStack) -> Any:
        profile = self._ready.network.folder.connection_profile(desk.bank)
        gateway = stack.enter_context(Gateway.from_profile(profile, user, deadlines=self._deadlines))
        return gateway.network("trade")

    def _acts(self, work: Work, officer: TradeClient, approver: TradeClient) -> Iterator[None]:
        """Lock, approve, pay out, take back in full: then the documents are free again. A yield, a step."""
        desk, today = work.desk, date.today().isoformat()
        while True:
            at, shipment = desk.shipments[work.financings % len(desk.shipments)]
            (share,) = shipment.shares
            body = lock(desk.view, desk.terms, [(at, shipment.number, share.line)])
            mark = officer.submit(trade.LOCK, body).answer.mark
            yield
            kept = share.line - 1 - work.financings % 1000
            approver.submit(trade.APPROVE, trade.Approve(mark, kept))
            yield
            for act in (trade.Disburse(mark, kept, today), trade.Repay(mark, "OWN_FUNDS", kept, today)):
                prepared = officer.submit(trade.PREPARE, trade.Prepare(act)).answer.act
                yield
                approver.submit(trade.CONFIRM, trade.ConfirmAct(prepared))
                yield
            work.financings += 1
