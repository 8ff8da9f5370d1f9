"""Nodes that are away: what their gateways, the others and readers of events are told; then they are back."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from counterfoil import CounterfoilError, FileCheckpointer, GatewayError, Network, SubmitError, lifecycle
from counterfoil_network.deployment.ports import free_ports
from counterfoil_protocol.chaincode_package import build_package

from tests.acceptance.cases.events import height, network
from tests.acceptance.cases.lifecycle import Channel, definition
from tests.acceptance.registry import OPEN, case
from tests.acceptance.stage import ENDORSERS, NOBODY_SAID, NotTogether, Stage

_BACK_SECONDS = 90.0
_EVENT_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
_NOT_FOUND = "failed to find any endorsing peers"
_NOBODY_THERE = "no peers available"
_OTHERS = ("BankAMSP", "PortMSP")


@contextmanager
def halted(stage: Stage, organisation: str) -> Iterator[None]:
    """Without that organisation's node; afterwards every peer has every block, and every one can endorse."""
    stage.surroundings.halt(organisation)
    try:
        yield
    finally:
        stage.surroundings.resume(organisation)
        await_all(stage)


def await_all(stage: Stage) -> None:
    """Wait until each peer endorses through each gateway, and a transaction has come to all of them."""
    names = stage.surroundings.organisations
    for by in names:
        contract = network(stage, by).contract("probe")
        for of in names:
            until(lambda: contract.evaluate("run", "[]", target_organizations=[f"{of}MSP"]))  # noqa: B023 - called at once
    script = json.dumps([["put", stage.key("back"), "x"]])
    contract = network(stage).contract("probe")
    until(lambda: contract.submit("run", script, endorsing_organizations=ENDORSERS))
    stage.surroundings.await_height(height(stage))


def until(call: Callable[[], Any]) -> None:
    """Call until it is answered."""
    deadline = time.monotonic() + _BACK_SECONDS
    while True:
        try:
            call()
        except CounterfoilError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def await_known_dead(stage: Stage, msp_id: str) -> None:
    """Wait until BankA's gateway knows that the peer has gone."""
    deadline = time.monotonic() + _BACK_SECONDS
    contract = network(stage).contract("probe")
    while time.monotonic() < deadline:
        try:
            contract.propose("run", "[]", endorsing_organizations=[msp_id]).endorse()
        except GatewayError as error:
            if _NOT_FOUND in error.message:
                return
        time.sleep(_PAUSE_SECONDS)
    raise TimeoutError(f"{msp_id}'s peer is still looked for")


@case("down/an endorsing peer", halts=True, network=OPEN)
def endorsing_peer(stage: Stage) -> None:
    a = stage.key("a")
    stage.submit(["private_put", "open", a, "1"], endorsers=["BankAMSP"])
    with halted(stage, "Regulator"):
        before = len(stage.transcript)
        call_regulator(stage)
        if any(told in str(stage.transcript[before:]) for told in (_NOT_FOUND, _NOBODY_THERE)):
            raise NotTogether("the gateway knew too early that the peer has gone")
        await_known_dead(stage, "RegulatorMSP")
        call_regulator(stage)
        stage.evaluate(["get", a], at=["RegulatorMSP", "BankAMSP"])
        # Both of its members must endorse the one; the other wants one more member to have it.
        stage.endorse(["private_put", "guarded", a, "1"], endorsers=NOBODY_SAID)
        stage.endorse(["private_put", "open", a, "2"], endorsers=["BankAMSP"])
        stage.submit(["put", stage.key("meanwhile"), "1"], endorsers=_OTHERS)
    stage.evaluate(
        ["get", stage.key("meanwhile")], ["private_get", "open", a], by="Regulator", at=["RegulatorMSP"]
    )
    stage.submit(["private_put", "guarded", a, "2"], endorsers=NOBODY_SAID)


def call_regulator(stage: Stage) -> None:
    """What only its peer can do: refused as soon as it is called, then not called any more."""
    a = stage.key("a")
    stage.endorse(["put", a, "1"], endorsers=ENDORSERS)
    stage.endorse(["put", a, "1"], endorsers=["RegulatorMSP"])
    stage.evaluate(["get", a], at=["RegulatorMSP"])


@case("down/the gateway's own peer, and events after its restart", halts=True, network=OPEN)
def own_peer(stage: Stage) -> None:
    start = height(stage)
    for name in ("one", "two", "three"):
        stage.submit(["event", name, name], ["put", stage.key(name), "1"])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.json"
        seen = FileCheckpointer(path)
        names = []
        with network(stage).chaincode_events("probe", start_block=start, timeout=_EVENT_SECONDS) as events:
            for event in events:
                seen.transaction(event.block_number, event.transaction_id)
                names.append(event.event_name)
                if len(names) == 2:
                    break
        stage.note("seen before", names)
        running = network(stage).chaincode_events("probe", timeout=_EVENT_SECONDS)
        with halted(stage, "BankA"):
            stage.note("a stream that was open", code_of(lambda: next(running)))
            stage.note("evaluate", code_of(lambda: network(stage).contract("probe").evaluate("run", "[]")))
            stage.evaluate(["get", stage.key("one")], by="BankB")
            stage.submit(
                ["event", "four", "4"],
                ["put", stage.key("four"), "1"],
                by="BankB",
                endorsers=("PortMSP", "BankBMSP"),
            )
        after = FileCheckpointer(path)
        stage.note("seen after", list(events_until(network(stage), "four", checkpoint=after)))
        after.block(start)
        stage.note(
            "from the block after the first", list(events_until(network(stage), "four", checkpoint=after))
        )


@case("down/the orderer, and blocks meanwhile", halts=True, network=OPEN)
def orderer(stage: Stage) -> None:
    start = height(stage)
    stage.submit(["event", "one", "1"], ["put", stage.key("a"), "1"])
    endorsed = stage.endorse(["event", "two", "2"], ["get", stage.key("a")], ["put", stage.key("a"), "2"])
    assert endorsed is not None
    signed = endorsed.sign()
    with halted(stage, "Orderer"):
        stage.attempt("submit", lambda: bool(signed.submit()))
        stage.attempt("submit again", lambda: bool(signed.submit()))
        stage.evaluate(["get", stage.key("a")])
        stage.endorse(["put", stage.key("a"), "3"])
        stage.note("events", list(events_until(network(stage), "one", start_block=start)))
        numbers = [
            block.number - start
            for block in network(stage).filtered_block_events(
                start_block=start, stop_block=height(stage) - 1, timeout=_EVENT_SECONDS
            )
        ]
        stage.note("blocks", numbers)
        waiting = network(stage).chaincode_events("probe", start_block=height(stage), timeout=_EVENT_SECONDS)
    until_submitted(signed.submit)
    stage.note("status", signed.submit().status(timeout=_EVENT_SECONDS).name)
    stage.note("the stream goes on with", next(waiting).event_name)
    waiting.close()
    stage.surroundings.await_height(height(stage))
    stage.evaluate(["get", stage.key("a")])


def until_submitted(submit: Callable[[], Any]) -> None:
    """Hand the same envelope over until it is taken."""
    deadline = time.monotonic() + _BACK_SECONDS
    while True:
        try:
            submit()
        except SubmitError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def events_until(channel: Network, last: str, **start: Any) -> Iterator[str]:
    """The names of the chaincode's events up to that one."""
    with channel.chaincode_events("probe", timeout=_EVENT_SECONDS, **start) as events:
        for event in events:
            yield event.event_name
            if event.event_name == last:
                return


def code_of(call: Callable[[], Any]) -> str:
    """The gRPC code alone: the text is the client library's."""
    try:
        call()
    except GatewayError as error:
        return error.code.name
    return "answered"


@case("down/a chaincode service that nobody runs", network=OPEN)
def chaincode_service(stage: Stage) -> None:
    channel = Channel(stage)
    [port] = free_ports(1)
    address = f"127.0.0.1:{port}"
    stage.names.addresses = {**stage.names.addresses, address: "<nobody>"}
    connection = {"address": address, "dial_timeout": "1s", "tls_required": False}
    package = build_package("away_1", "ccaas", {"connection.json": json.dumps(connection).encode()})
    wanted = definition("away")
    for who in ("Regulator", "Port", "BankA"):
        installed = lifecycle.install(stage.surroundings.gateway(who), package)
        stage.names.addresses = {**stage.names.addresses, installed.package_id: "<away>"}
        channel.approve(who, wanted, installed.package_id)
    channel.commit(wanted, endorsers=["RegulatorMSP", "PortMSP", "BankAMSP"])
    stage.evaluate(["get", "x"], chaincode="away", at=["BankAMSP"])
    stage.endorse(["get", "x"], chaincode="away", endorsers=["BankAMSP"])
    stage.endorse(["get", "x"], chaincode="away", endorsers=NOBODY_SAID)
