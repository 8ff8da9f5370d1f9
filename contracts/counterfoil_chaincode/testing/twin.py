"""Runs each transaction again in other processes, under another PYTHONHASHSEED, and compares what it does.

with Twin("asset:CHAINCODE") as twin:
    ledger = Ledger(CHAINCODE, ["Org1MSP"], twin=twin)
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from counterfoil_protocol.messages import chaincode, chaincode_event, chaincode_shim, proposal_response

from ..child import FD_VARIABLE
from ..errors import PeerError, StreamClosed
from ..shim.frames import FrameReader, FrameWriter
from ..shim.invocation import Invocation
from ..shim.ledger_access import PeerCall
from ..shim.peer_features import PeerFeatures

MESSAGE = chaincode_shim.ChaincodeMessage
SEEDS = (1, 2, 3)
"""Three: two names in a set come out in the same order under every other seed."""
_END_SECONDS = 10


class NotDeterministic(AssertionError):  # noqa: N818 - reads as what happened
    """Two runs of one transaction on one state differ; the text says in what, not with which values."""


class TwinNotLoaded(ValueError):  # noqa: N818 - reads as what happened
    """A twin's process could not load the chaincode; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class TwinRun:
    """One run to repeat: the invocation, whose peer runs it (MSP ID), its time in seconds, what it offers."""

    invocation: Invocation
    msp_id: str
    clock: float
    features: PeerFeatures


@dataclass(frozen=True, slots=True)
class TwinAnswer:
    """What a run answered: response and event, both serialized; the event is empty if there is none."""

    response: bytes = field(repr=False)
    event: bytes = field(repr=False)


class Twin:
    """Processes that run the chaincode of an entry point `module:attribute`, one a seed.

    The module must be found from `path` (folders, put first) or where this process finds its own modules.
    """

    def __init__(self, entry_point: str, seeds: Sequence[int] = SEEDS, path: Sequence[str] = ()) -> None:
        self._entry_point = entry_point
        self._seeds = tuple(seeds)
        self._path = [*path, *(folder for folder in sys.path if folder)]
        self._processes: list[_Process] = []

    def __enter__(self) -> "Twin":
        """Start the processes, all at once.

        Raises:
            TwinNotLoaded: one of them cannot load the chaincode.
        """
        self._processes = [_Process(self._entry_point, seed, self._path) for seed in self._seeds]
        try:
            for process in self._processes:
                process.wait_until_loaded(self._entry_point)
        except TwinNotLoaded:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for process in self._processes:
            process.close()
        self._processes = []

    def check(self, run: TwinRun, simulate: Callable[["Repeat"], object], expected: object) -> None:
        """Repeat a run in every process. `simulate` calls it with a fresh simulation and says what it did.

        Raises:
            NotDeterministic: it is not what was `expected`.
            StreamClosed: a process has ended; its standard error says why.
            ValueError: the twin is not running.
        """
        if not self._processes:
            raise ValueError(
                f"twin {self._entry_point} is not running; enter it with `with Twin(...) as twin`"
            )
        for seed, process in zip(self._seeds, self._processes, strict=True):
            found = simulate(lambda call, process=process: process.run(run, call))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if found != expected:
                function = run.invocation.args[0].decode(errors="replace") if run.invocation.args else ""
                raise NotDeterministic(
                    f"{function} at {run.msp_id} does something else under PYTHONHASHSEED={seed}"
                )


Repeat = Callable[[PeerCall], TwinAnswer]
"""Runs the transaction again, its requests answered by the call."""


class _Process:
    def __init__(self, entry_point: str, seed: int, path: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            **os.environ,
            FD_VARIABLE: str(theirs.fileno()),
            "PYTHONHASHSEED": str(seed),
            "PYTHONPATH": os.pathsep.join(path),
        }
        command = [sys.executable, "-m", "counterfoil_chaincode.testing.twin_child", entry_point]
        with theirs:
            self._process = subprocess.Popen(command, env=environment, pass_fds=(theirs.fileno(),))  # noqa: S603 - our own module
        self._connection = ours
        self._reader = FrameReader(ours)
        self._writer = FrameWriter(ours)

    def wait_until_loaded(self, entry_point: str) -> None:
        try:
            message = self._receive()
        except StreamClosed:
            raise TwinNotLoaded(
                f"a twin ended while it loaded {entry_point}; its standard error says why"
            ) from None
        if message.type == MESSAGE.ERROR:
            raise TwinNotLoaded(f"a twin could not load {entry_point}: {message.payload.decode()}")

    def run(self, run: TwinRun, call: PeerCall) -> TwinAnswer:
        told = {
            "msp_id": run.msp_id,
            "clock": repr(run.clock),
            "write_batch": run.features.write_batch,
            "multiple_keys": run.features.multiple_keys,
        }
        invocation = run.invocation
        given = chaincode.ChaincodeInput(args=invocation.args, decorations=dict(invocation.decorations))
        self._send(MESSAGE(type=MESSAGE.REGISTER, payload=json.dumps(told).encode()))
        self._send(
            MESSAGE(
                type=MESSAGE.TRANSACTION,
                payload=given.SerializeToString(),
                txid=invocation.transaction_id,
                channel_id=invocation.channel_id,
                proposal=invocation.signed_proposal,
            )
        )
        while (message := self._receive()).type != MESSAGE.COMPLETED:
            try:
                self._send(MESSAGE(type=MESSAGE.RESPONSE, payload=call(message.type, message.payload)))
            except PeerError as error:
                self._send(MESSAGE(type=MESSAGE.ERROR, payload=str(error).encode()))
        return TwinAnswer(message.payload, message.chaincode_event.SerializeToString())

    def close(self) -> None:
        self._connection.close()
        self._process.wait(_END_SECONDS)

    def _send(self, message: MESSAGE) -> None:
        self._writer.write(message.SerializeToString())

    def _receive(self) -> MESSAGE:
        data = self._reader.read()
        if data is None:
            raise StreamClosed("a twin has ended; its standard error says why")
        return MESSAGE.FromString(data)


def answer_of(
    response: proposal_response.Response, event: chaincode_event.ChaincodeEvent | None
) -> TwinAnswer:
    """The same of a run in this process."""
    return TwinAnswer(response.SerializeToString(), event.SerializeToString() if event else b"")
