"""The engine dies under the SDK's calls: each fails by its own type in its time, and clients go on."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
from counterfoil import (
    Commit,
    CommitStatusError,
    Contract,
    Deadlines,
    EndorseError,
    EvaluateError,
    EventsError,
    Gateway,
    GatewayError,
    SubmitError,
    Transaction,
)
from running_network import RunningNetwork, asset_chaincode, running_network

DEADLINE = 3.0
"""Seconds of each step: longer than a broken connection takes to be noticed, to tell one from the other."""
MARGIN = 2.0
"""Seconds that a busy machine may add."""
UNDER_WAY = 0.5
"""Seconds after which every call has reached the engine, which is stopped and answers none."""
ENDORSERS = ("BankAMSP", "PortMSP")


@dataclass(frozen=True, slots=True)
class Ending:
    """What a call raised, and when (CLOCK_MONOTONIC) it began and ended."""

    error: GatewayError
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Client:
    """BankA's and the regulator's connections, which outlive the engine, and a call of every kind."""

    bank: Gateway
    regulator: Gateway
    submitted: Transaction = field(repr=False)
    unheard_of: Transaction = field(repr=False)

    @property
    def contract(self) -> Contract:
        return self.bank.network("trade").contract("asset")

    @property
    def calls(self) -> dict[type[GatewayError], Callable[[], object]]:
        """By the error that each becomes: the steps, and a stream that waits for the next block."""
        return {
            EvaluateError: lambda: self.contract.evaluate("asset:list", "", ""),
            EndorseError: lambda: endorse(self.bank),
            SubmitError: self.submitted.submit,
            CommitStatusError: lambda: Commit(self.bank, self.unheard_of.data).status(),
            EventsError: lambda: list(self.regulator.network("trade").block_events(timeout=DEADLINE)),
        }


def endorse(gateway: Gateway) -> Transaction:
    proposal = gateway.network("trade").contract("asset").propose(
        "asset:create", uuid.uuid4().hex, "tom", "5", endorsing_organizations=ENDORSERS
    )  # fmt: skip
    return proposal.endorse().sign()


@contextmanager
def connected(network: RunningNetwork) -> Iterator[Client]:
    deadlines = Deadlines(evaluate=DEADLINE, endorse=DEADLINE, submit=DEADLINE, commit_status=DEADLINE)
    profiles = (network.folder.connection_profile(each) for each in ("BankA", "Regulator"))
    bank, regulator = (Gateway.from_profile(each, "Admin", deadlines=deadlines) for each in profiles)
    with bank, regulator:
        regulator.network("trade").contract("asset").evaluate("asset:list", "", "")
        yield Client(bank, regulator, endorse(bank), endorse(bank))


def timed(call: Callable[[], object]) -> Ending:
    began = time.monotonic()
    with pytest.raises(GatewayError) as raised:
        call()
    return Ending(raised.value, began, time.monotonic())


@contextmanager
def under_way(client: Client, pid: int) -> Iterator[dict[type[GatewayError], Ending]]:
    """Stop the engine, make every call, run the block, and give how they ended."""
    endings: dict[type[GatewayError], Ending] = {}
    os.kill(pid, signal.SIGSTOP)
    calls = client.calls
    with ThreadPoolExecutor(len(calls)) as pool:
        running = {kind: pool.submit(timed, call) for kind, call in calls.items()}
        time.sleep(UNDER_WAY)
        assert not any(future.done() for future in running.values())
        yield endings
        endings |= {kind: future.result(timeout=DEADLINE + MARGIN) for kind, future in running.items()}


def check(endings: dict[type[GatewayError], Ending], code: grpc.StatusCode) -> None:
    assert {kind: type(ending.error) for kind, ending in endings.items()} == {kind: kind for kind in endings}
    assert {ending.error.code for ending in endings.values()} == {code}


def come_back(client: Client) -> None:
    """Ask until the engine answers the same connection again."""
    until = time.monotonic() + DEADLINE + MARGIN
    while True:
        try:
            client.contract.evaluate("asset:list", "", "")
        except EvaluateError:
            assert time.monotonic() < until, "the client never came back"
            time.sleep(0.05)
        else:
            return


def test_calls_under_way_fail_when_the_engine_is_killed_and_the_client_goes_on(tmp_path: Path) -> None:
    with ExitStack() as connections:
        with running_network(tmp_path, asset_chaincode()) as network:
            client = connections.enter_context(connected(network))
            with under_way(client, network.pid) as endings:
                killed = time.monotonic()
                os.kill(network.pid, signal.SIGKILL)
            check(endings, grpc.StatusCode.UNAVAILABLE)
            assert max(ending.ended for ending in endings.values()) < killed + MARGIN, (
                "noticed, not timed out"
            )
            refused = {kind: timed(call) for kind, call in client.calls.items()}
            check(refused, grpc.StatusCode.UNAVAILABLE)
            assert all(ending.ended < ending.began + DEADLINE + MARGIN for ending in refused.values())
        submit = endings[SubmitError].error
        assert isinstance(submit, SubmitError)
        assert submit.may_have_arrived
        with running_network(tmp_path):
            come_back(client)
            assert client.bank.settle(client.submitted).successful
            assert endorse(client.bank).submit().status().successful
            with client.regulator.network("trade").block_events(start_block=0) as blocks:
                assert next(iter(blocks)).number == 0


def test_calls_to_an_engine_that_answers_nothing_end_at_their_deadlines(tmp_path: Path) -> None:
    with running_network(tmp_path, asset_chaincode()) as network, connected(network) as client:
        with under_way(client, network.pid) as endings:
            pass
        os.kill(network.pid, signal.SIGCONT)
        check(endings, grpc.StatusCode.DEADLINE_EXCEEDED)
        for kind, ending in endings.items():
            assert DEADLINE <= ending.ended - ending.began < DEADLINE + MARGIN, kind
        come_back(client)
        assert client.bank.settle(client.submitted).successful
