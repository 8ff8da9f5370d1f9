"""The SDK on a running engine, each case through the blocking and the asyncio face."""

import asyncio
import dataclasses
import inspect
import json
import threading
import uuid
from collections.abc import Callable, Generator
from typing import Any

import grpc
import pytest
from counterfoil import (
    Checkpointer,
    CommitError,
    Deadlines,
    EndorseError,
    EvaluateError,
    EventsError,
    Gateway,
    aio,
    lifecycle,
)
from running_network import RunningNetwork

Case = Generator[Any, Any, Any]
Face = Callable[[Callable[[Any], Case]], Any]


def new_id() -> str:
    return uuid.uuid4().hex


def run_blocking(profile: Any, case: Callable[[Any], Case]) -> Any:
    with Gateway.from_profile(profile, "Admin") as gateway:
        running = case(gateway)
        try:
            value = next(running)
            while True:
                value = running.send(value)
        except StopIteration as stop:
            return stop.value


async def run_asyncio(profile: Any, case: Callable[[Any], Case]) -> Any:
    async with aio.Gateway.from_profile(profile, "Admin") as gateway:
        running = case(gateway)
        try:
            value = next(running)
            while True:
                value = running.send(await value if inspect.isawaitable(value) else value)
        except StopIteration as stop:
            return stop.value


@pytest.fixture(params=["blocking", "asyncio"])
def face(request: pytest.FixtureRequest, network: RunningNetwork) -> Face:
    profile = network.folder.connection_profile("BankA")

    def run(case: Callable[[Any], Case]) -> Any:
        return (
            run_blocking(profile, case)
            if request.param == "blocking"
            else asyncio.run(run_asyncio(profile, case))
        )

    return run


def asset(gateway: Any) -> Any:
    return gateway.network("trade").contract("asset", "asset")


def test_submit_and_evaluate(face: Face) -> None:
    name = new_id()

    def case(gateway: Any) -> Case:
        created = yield asset(gateway).submit("create", name, "tom", "5")
        return created, (yield asset(gateway).evaluate("read", name))

    created, read = face(case)
    assert json.loads(created) == json.loads(read) == {"id": name, "owner": "tom", "value": 5}


def test_the_steps_one_by_one(face: Face) -> None:
    def case(gateway: Any) -> Case:
        proposal = asset(gateway).propose("create", new_id(), "tom", "5")
        prepared = yield proposal.endorse()
        commit = yield prepared.submit()
        return proposal, prepared, (yield commit.status())

    proposal, prepared, status = face(case)
    assert proposal.transaction_id == prepared.transaction_id == status.transaction_id
    assert json.loads(prepared.result)["owner"] == "tom"
    assert (status.successful, status.name) == (True, "VALID")
    assert status.block_number > 0


def test_a_refusal_reaches_the_caller_with_the_peers_words(face: Face) -> None:
    name = new_id()

    def case(gateway: Any) -> Case:
        yield asset(gateway).evaluate("read", name)

    with pytest.raises(EvaluateError) as caught:
        face(case)
    assert caught.value.code is grpc.StatusCode.UNKNOWN
    (detail,) = caught.value.details
    assert detail.msp_id == "BankAMSP"
    assert detail.message == f"chaincode response 404, NOT_FOUND: there is no asset {name}"


def test_every_named_endorser_says_why_it_refuses(face: Face) -> None:
    def case(gateway: Any) -> Case:
        yield asset(gateway).submit(
            "transfer", new_id(), "ann", endorsing_organizations=["RegulatorMSP", "PortMSP"]
        )

    with pytest.raises(EndorseError) as caught:
        face(case)
    assert caught.value.code is grpc.StatusCode.ABORTED
    assert {detail.msp_id for detail in caught.value.details} == {"RegulatorMSP", "PortMSP"}
    assert all("NOT_FOUND" in detail.message for detail in caught.value.details)


def test_two_endorsed_before_either_is_submitted_conflict(face: Face, network: RunningNetwork) -> None:
    name = new_id()

    def case(gateway: Any) -> Case:
        yield asset(gateway).submit("create", name, "tom", "5")
        network.await_level_peers()
        first = yield asset(gateway).propose("transfer", name, "ann").endorse()
        second = yield asset(gateway).propose("transfer", name, "bob").endorse()
        statuses = []
        for prepared in (first, second):
            commit = yield prepared.submit()
            statuses.append((yield commit.status()))
        return statuses

    first, second = face(case)
    assert (first.name, second.name) == ("VALID", "MVCC_READ_CONFLICT")


def test_too_few_endorsements_are_a_commit_error(face: Face) -> None:
    def case(gateway: Any) -> Case:
        yield asset(gateway).submit("create", new_id(), "tom", "5", endorsing_organizations=["BankAMSP"])

    with pytest.raises(CommitError) as caught:
        face(case)
    assert (caught.value.validation_code, caught.value.name) == (10, "ENDORSEMENT_POLICY_FAILURE")


def test_signing_elsewhere(face: Face) -> None:
    def case(gateway: Any) -> Case:
        sign = gateway.session.sign
        keyless = dataclasses.replace(gateway.session, signer=None)
        elsewhere = type(gateway)(gateway._driver, keyless, gateway.peer_msp_id)
        proposal = asset(elsewhere).propose("create", new_id(), "tom", "5")
        signed = elsewhere.proposal_from_bytes(proposal.serialize(), sign(proposal.to_sign))
        prepared = yield signed.endorse()
        signed_elsewhere = elsewhere.transaction_from_bytes(prepared.serialize(), sign(prepared.to_sign))
        yield signed_elsewhere.submit()
        return (yield gateway.settle(signed_elsewhere))

    assert face(case).successful


def test_settling_a_transaction_nobody_has_seen_sends_it(face: Face) -> None:
    """As after a crash between writing the envelope down and submitting it."""
    name = new_id()

    def case(gateway: Any) -> Case:
        prepared = (yield asset(gateway).propose("create", name, "tom", "5").endorse()).sign()
        # Waited for in full, as nobody has submitted; then the block must come within it.
        deadlines = Deadlines(commit_status=2.5)
        first = yield gateway.settle(prepared.serialize(), deadlines=deadlines)
        again = yield gateway.settle(prepared.serialize(), deadlines=deadlines)
        return first, again, (yield asset(gateway).evaluate("read", name))

    first, again, read = face(case)
    assert first.successful
    assert again == first
    assert json.loads(read)["id"] == name


def test_the_same_envelope_twice_counts_once(face: Face) -> None:
    def case(gateway: Any) -> Case:
        prepared = (yield asset(gateway).propose("create", new_id(), "tom", "5").endorse()).sign()
        statuses = []
        for _ in range(2):
            commit = yield prepared.submit()
            statuses.append((yield commit.status()))
        return statuses

    first, second = face(case)
    assert first == second
    assert first.successful


def test_chaincode_events_from_a_block_on(network: RunningNetwork) -> None:
    names = [new_id() for _ in range(3)]
    with network.gateway("BankA") as gateway:
        contract = asset(gateway)
        start = contract.submit_nowait("create", names[0], "tom", "5").status().block_number
        for name in names[1:]:
            contract.submit("create", name, "tom", "5")
        checkpoint = Checkpointer()
        with contract.events(start_block=start) as events:
            found = []
            for event in events:
                if event.payload.decode() in names:
                    found.append(event)
                    checkpoint.transaction(event.block_number, event.transaction_id)
                if len(found) == 2:
                    break
        with contract.events(checkpoint=checkpoint) as events:
            found.append(next(event for event in events if event.payload.decode() in names))
    assert [event.payload.decode() for event in found] == names
    assert {(event.chaincode_name, event.event_name) for event in found} == {("asset", "created")}


def test_the_regulator_alone_reads_blocks(network: RunningNetwork) -> None:
    with (
        network.gateway("Regulator") as gateway,
        gateway.network("trade").block_events(start_block=0, stop_block=1) as blocks,
    ):
        found = list(blocks)
    assert [block.number for block in found] == [0, 1]
    assert found[0].proto.header.previous_hash == b""
    for organisation in ("Port", "BankA"):
        with network.gateway(organisation) as gateway:
            for stream in ("block_events", "block_and_private_data_events"):
                with pytest.raises(EventsError) as caught:
                    list(getattr(gateway.network("trade"), stream)(start_block=0, stop_block=0))
                assert caught.value.code is grpc.StatusCode.PERMISSION_DENIED


def test_the_regulator_reads_private_data_with_the_block(network: RunningNetwork) -> None:
    name = new_id()
    secret = b"7234567 minor units"
    with network.gateway("BankA") as gateway:
        commit = asset(gateway).submit_nowait(
            "appraise", "members", name, transient={"appraisal": secret}, endorsing_organizations=["BankAMSP"]
        )
        block = commit.status().block_number
    network.await_level_peers()
    with network.gateway("Regulator") as gateway:
        stream = gateway.network("trade").block_and_private_data_events(start_block=block, stop_block=block)
        (event,) = stream
    assert event.number == block
    assert secret in b"".join(event.private_data.values())
    assert secret not in event.proto.block.SerializeToString()


def test_everybody_reads_filtered_blocks_and_closing_one_stream_leaves_the_other(
    network: RunningNetwork,
) -> None:
    with network.gateway("BankB") as gateway:
        channel = gateway.network("trade")
        closed, kept = (channel.filtered_block_events(start_block=1) for _ in range(2))
        assert next(closed).number == next(kept).number == 1
        closed.close()
        assert list(closed) == []
        height = asset(gateway).submit_nowait("create", new_id(), "tom", "5").status().block_number
        seen = next(event for event in kept if event.number == height)
        kept.close()
    assert [each.successful for each in seen.transactions] == [True]


def test_a_thread_waiting_for_the_next_block_is_released_by_close(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway:
        stream = gateway.network("trade").filtered_block_events()
        ended: list[Any] = []
        waiting = threading.Thread(target=lambda: ended.extend(stream))
        waiting.start()
        stream.close()
        waiting.join(5)
    assert not waiting.is_alive()


def test_asyncio_reads_events(network: RunningNetwork) -> None:
    async def read() -> list[int]:
        async with aio.Gateway.from_profile(
            network.folder.connection_profile("Regulator"), "Admin"
        ) as gateway:
            stream = gateway.network("trade").block_events(start_block=0, stop_block=2)
            return [event.number async for event in stream]

    assert asyncio.run(read()) == [0, 1, 2]


def test_lifecycle_shows_what_is_deployed(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway:
        committed = lifecycle.query_committed(gateway.network("trade"), "asset")
        approved = lifecycle.query_approved(gateway.network("trade"), "asset")
        installed = lifecycle.query_installed(gateway)
        assert lifecycle.query_committed(gateway.network("trade"), "absent") is None
    assert committed is not None
    assert all(committed.approvals.values())
    assert committed.definition.sequence == approved.definition.sequence
    assert approved.package_id in {each.package_id for each in installed}


def test_installing_needs_an_administrator(network: RunningNetwork) -> None:
    package = lifecycle.package("other_1", "ccaas", {"connection.json": b"{}"})
    with network.gateway("BankA", "officer1") as gateway, pytest.raises(EndorseError, match="not an admin"):
        lifecycle.install(gateway, package)


def test_an_unknown_channel_and_a_closed_connection_are_errors(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway:
        with pytest.raises(EvaluateError) as caught:
            gateway.network("absent").contract("asset").evaluate("asset:read", "x")
        assert caught.value.code is grpc.StatusCode.UNAVAILABLE
        with pytest.raises(EndorseError) as refused:
            gateway.network("trade").contract("absent").submit("f")
        assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION
