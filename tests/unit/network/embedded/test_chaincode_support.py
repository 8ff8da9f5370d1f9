"""Chaincode in real child processes: executed, killed when it loops, started again, gone when it dies."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.launcher import ChaincodeLauncher
from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore
from counterfoil_network.embedded.peer.chaincode.support import ChaincodeSupport
from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
from counterfoil_network.embedded.peer.lifecycle.endorsement_info import EndorsementInfo
from counterfoil_protocol.chaincode_package import build_package
from counterfoil_protocol.ledger.simulator import CollectionAccess, Simulator
from counterfoil_protocol.ledger.state import Version, VersionedValue
from counterfoil_protocol.messages import proposal
from counterfoil_protocol.proposal import build_proposal
from counterfoil_protocol.rwset import ReadWriteSet

T = TypeVar("T")
ASSET = Path(__file__).parents[3] / "engine" / "chaincodes" / "asset" / "asset_chaincode.py"
CREATOR = b"not looked at"


class FixedState:
    """Public keys of one namespace, as a StateReader; no private data."""

    height = 5

    def __init__(self, values: Mapping[str, bytes]) -> None:
        self._values = {key: VersionedValue(value, Version(1, 0)) for key, value in values.items()}

    def get_state(self, _namespace: str, key: str) -> VersionedValue | None:
        return self._values.get(key)

    def get_state_range(self, _namespace: str, start: str, end: str) -> Iterator[tuple[str, VersionedValue]]:
        return ((k, v) for k, v in sorted(self._values.items()) if k >= start and (not end or k < end))

    def get_private(self, _namespace: str, _collection: str, _key: str) -> VersionedValue | None:
        return None

    def get_private_range(
        self, _namespace: str, _collection: str, _start: str, _end: str
    ) -> Iterator[tuple[str, VersionedValue]]:
        return iter(())

    def get_private_hash(self, _namespace: str, _collection: str, _key_hash: bytes) -> VersionedValue | None:
        return None


class Bench:
    """A peer's chaincode support with the package `asset` installed."""

    def __init__(self, folder: Path, execute_timeout: float, source: str) -> None:
        packages = PackageStore(folder / "chaincodes")
        files = {
            "chaincode.json": json.dumps({"entry_point": "asset_chaincode:CHAINCODE"}).encode(),
            "src/asset_chaincode.py": source.encode(),
        }
        installed = packages.install(build_package("asset_1", "python", files))
        info = EndorsementInfo("1.0", init_required=False, package_id=installed.package_id)
        launcher = ChaincodeLauncher("BankAMSP", packages, folder / "chaincode.log")
        self.support = ChaincodeSupport(
            launcher, lambda _: info, {}, check_call=lambda _: None, execute_timeout=execute_timeout
        )
        self.package_id = installed.package_id

    async def run(
        self, *args: str, state: Mapping[str, bytes] | None = None
    ) -> tuple[int, str, ReadWriteSet]:
        """Execute; status, message or payload, and what the simulation gives."""
        built = build_proposal("trade", "asset", [each.encode() for each in args], identity())
        simulator = Simulator(
            FixedState(state or {}),
            transaction_id=built.transaction_id,
            channel_id="trade",
            collections=lambda _get, _name: {"marks": CollectionAccess()},
        )
        invocation = Invocation(
            channel_id="trade",
            transaction_id=built.transaction_id,
            creator=CREATOR,
            signed_proposal=proposal.SignedProposal(proposal_bytes=built.proposal_bytes, signature=b"s"),
            proposed="asset",
            chaincode_name="asset",
            args=[each.encode() for each in args],
            is_init=False,
            simulator=simulator,
        )
        response, _ = await self.support.execute(invocation)
        return response.status, response.message or response.payload.decode(), simulator.result().public


def identity() -> bytes:
    from counterfoil_protocol.identity import Identity

    return Identity("BankAMSP", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").serialize()


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., None]:
    """Give a function that runs a scenario on a bench of its own and stops its children."""

    def run(
        scenario: Callable[[Bench], Awaitable[None]],
        *,
        execute_timeout: float = 10.0,
        source: str | None = None,
    ) -> None:
        async def main() -> None:
            made = Bench(tmp_path, execute_timeout, source or ASSET.read_text(encoding="utf-8"))
            try:
                await scenario(made)
            finally:
                await made.support.stop()

        asyncio.run(main())

    return run


@contextmanager
def failing(ending: str) -> Iterator[None]:
    with pytest.raises(ChaincodeFailure) as refused:
        yield
    assert str(refused.value).endswith(ending), str(refused.value)
    assert str(refused.value).startswith("failed to execute transaction ")


def test_writes_come_out_of_the_simulation(bench: Callable[..., None]) -> None:
    async def scenario(made: Bench) -> None:
        status, _, rwset = await made.run("asset:create", "a", "tom", "5")
        assert status == 200
        [namespace] = rwset.namespaces
        assert [write.key for write in namespace.writes] == ["a"]
        assert [read.key for read in namespace.reads] == ["a"]

    bench(scenario)


def test_a_long_range_comes_in_several_messages(bench: Callable[..., None]) -> None:
    state = {f"k{number:04}": b"{}" for number in range(350)}

    async def scenario(made: Bench) -> None:
        status, answer, rwset = await made.run("asset:list", "k", "l", state=state)
        assert status == 200
        assert json.loads(answer) == sorted(state)
        [namespace] = rwset.namespaces
        assert namespace.range_queries[0].exhausted

    bench(scenario)


def test_several_run_at_once(bench: Callable[..., None]) -> None:
    async def scenario(made: Bench) -> None:
        answers = await asyncio.gather(*(made.run("asset:create", f"a{n}", "tom", "5") for n in range(20)))
        assert [status for status, _, _ in answers] == [200] * 20

    bench(scenario)


def test_a_looping_chaincode_is_killed_and_started_again(bench: Callable[..., None]) -> None:
    async def scenario(made: Bench) -> None:
        await made.run("asset:create", "a", "tom", "5")
        with failing("error sending: timeout expired while executing transaction"):
            await made.run("asset:loop")
        status, _, _ = await made.run("asset:create", "a", "tom", "5")
        assert status == 200

    bench(scenario, execute_timeout=1.5)


def test_a_chaincode_that_dies_fails_what_it_was_doing(bench: Callable[..., None]) -> None:
    async def scenario(made: Bench) -> None:
        await made.run("asset:create", "a", "tom", "5")
        running = made.support._running[made.package_id]
        assert running.process is not None
        looping = asyncio.create_task(made.run("asset:loop"))
        await asyncio.sleep(0.2)
        os.kill(running.process.pid, signal.SIGKILL)
        with failing("error sending: chaincode stream terminated"):
            await looping
        status, _, _ = await made.run("asset:create", "a", "tom", "5")
        assert status == 200

    bench(scenario)


def test_a_package_that_cannot_start_says_so(bench: Callable[..., None]) -> None:
    async def scenario(made: Bench) -> None:
        with failing("chaincode registration failed: container exited with 2"):
            await made.run("asset:who")

    bench(scenario, source="raise SystemExit(1)")


def test_children_end_with_the_support(bench: Callable[..., None]) -> None:
    processes = []

    async def scenario(made: Bench) -> None:
        await made.run("asset:create", "a", "tom", "5")
        running = made.support._running[made.package_id]
        assert running.process is not None
        processes.append(running.process)

    bench(scenario)
    assert processes[0].returncode is not None
