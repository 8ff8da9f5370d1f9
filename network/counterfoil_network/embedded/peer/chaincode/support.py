"""Run chaincodes for one peer: find what a name stands for, keep it running, execute within the time limit.

Source: core/chaincode/chaincode_support.go.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from counterfoil_protocol.messages import chaincode_shim, proposal_response
from google.protobuf.message import DecodeError

from counterfoil_network.embedded.peer.chaincode.failure import (
    EXECUTION_TIMEOUT,
    STREAM_TERMINATED,
    ChaincodeFailure,
)
from counterfoil_network.embedded.peer.chaincode.stream import MAX_MESSAGE_BYTES
from counterfoil_network.embedded.settings import EXECUTE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from counterfoil_protocol.messages import chaincode_event

    from counterfoil_network.embedded.peer.chaincode.launcher import ChaincodeLauncher, RunningChaincode
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
    from counterfoil_network.embedded.peer.lifecycle.endorsement_info import EndorsementInfo

INITIALIZED_KEY = "\x00\U0010ffffinitialized"
"""Key that keeps the version for which Init has run (Fabric: InitializedKeyName)."""


_TAG_MAX = 6
"""Bytes before an argument in a message."""
_HEADERS_MAX = 4096
"""Bytes that ids and tags around a proposal take at most."""


class SystemChaincode(Protocol):
    """A chaincode that is part of the peer."""

    def invoke(self, invocation: Invocation) -> proposal_response.Response:
        """Run inline; errors are error responses."""
        ...


class ChaincodeSupport:
    """Executes invocations of one peer."""

    def __init__(
        self,
        launcher: ChaincodeLauncher,
        endorsement_info: Callable[[Invocation], EndorsementInfo],
        system: Mapping[str, SystemChaincode],
        *,
        check_call: Callable[[Invocation], None],
        execute_timeout: float = EXECUTE_TIMEOUT,
    ) -> None:
        """`endorsement_info` and `check_call` raise ChaincodeFailure for what may not be run."""
        self._launcher = launcher
        self._endorsement_info = endorsement_info
        self._system = system
        self._check_call = check_call
        self._timeout = execute_timeout
        self._running: dict[str, RunningChaincode] = {}
        self._launching: dict[str, asyncio.Task[RunningChaincode]] = {}

    def is_system(self, name: str) -> bool:
        """Whether a name is one of the peer's own chaincodes."""
        return name in self._system

    async def execute(
        self, invocation: Invocation
    ) -> tuple[proposal_response.Response, chaincode_event.ChaincodeEvent | None]:
        """Run the chaincode that a proposal names; return its response and event.

        Raises:
            ChaincodeFailure: it could not be run, with Fabric's text.

        """
        prefix = f"failed to execute transaction {invocation.transaction_id}"
        try:
            answer = await self.invoke(invocation)
        except ChaincodeFailure as failure:
            raise failure.within(prefix) from None
        if answer.type == chaincode_shim.ChaincodeMessage.ERROR:
            raise ChaincodeFailure(
                f"transaction returned with failure: {answer.payload.decode(errors='replace')}",
                quotes_chaincode=True,
            )
        if answer.type != chaincode_shim.ChaincodeMessage.COMPLETED:
            raise ChaincodeFailure(
                f"unexpected response type {answer.type} for transaction {invocation.transaction_id}"
            )
        try:
            response = proposal_response.Response.FromString(answer.payload)
        except DecodeError:
            raise ChaincodeFailure(
                f"failed to unmarshal response for transaction {invocation.transaction_id}"
            ) from None
        if not answer.HasField("chaincode_event"):
            return response, None
        event = answer.chaincode_event
        event.chaincode_id = invocation.chaincode_name
        event.tx_id = invocation.transaction_id
        return response, event

    async def invoke(self, invocation: Invocation) -> chaincode_shim.ChaincodeMessage:
        """Run a chaincode, started if need be, and return its COMPLETED or ERROR message.

        Raises:
            ChaincodeFailure: unknown, not approved or not installed here, or it broke.

        """
        system = self._system.get(invocation.chaincode_name)
        if system is not None:
            response = system.invoke(invocation)
            return chaincode_shim.ChaincodeMessage(
                type=chaincode_shim.ChaincodeMessage.COMPLETED, payload=response.SerializeToString()
            )
        _check_size(invocation)
        package_id = self._check(invocation)
        running = await self._launched(package_id)
        try:
            return await running.handler.execute(invocation, self._timeout)
        except ChaincodeFailure as failure:
            if str(failure) in (EXECUTION_TIMEOUT, STREAM_TERMINATED):
                # It may be looping and would answer nobody again; the next call starts it anew.
                await self._discard(package_id, running)
            raise failure.within("error sending") from None

    def prepare(self, package_id: str) -> None:
        """Start a package before it is asked for (Fabric's ChaincodeCustodian); failures show when it is."""
        running = self._running.get(package_id)
        if (running is None or not running.handler.is_ready) and package_id not in self._launching:
            # Whoever calls it hears of a failure; here nobody waits for the outcome.
            self._start(package_id).add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _invoke_called(self, invocation: Invocation) -> chaincode_shim.ChaincodeMessage:
        """Run a chaincode that another one calls, if the client may call it."""
        if not self.is_system(invocation.chaincode_name):
            self._check_call(invocation)
        return await self.invoke(invocation)

    async def stop(self) -> None:
        """End all chaincodes."""
        launching = list(self._launching.values())
        for task in launching:
            task.cancel()
        await asyncio.gather(*launching, return_exceptions=True)
        await asyncio.gather(*(running.stop() for running in self._running.values()))
        self._running.clear()

    def _check(self, invocation: Invocation) -> str:
        name, channel = invocation.chaincode_name, invocation.channel_id
        try:
            info = self._endorsement_info(invocation)
        except ChaincodeFailure as failure:
            info_failed = f"[channel {channel}] failed to get chaincode container info for {name}"
            raise failure.within(info_failed).within("invalid invocation") from None
        self._check_initialized(invocation, info)
        return info.package_id

    def _check_initialized(self, invocation: Invocation, info: EndorsementInfo) -> None:
        name = invocation.chaincode_name
        simulator = invocation.simulator
        needed = False
        if info.init_required:
            assert simulator is not None, "application chaincodes always run on a simulator"
            needed = simulator.get_state(name, INITIALIZED_KEY) != info.version.encode()
        if not invocation.is_init:
            if needed:
                raise ChaincodeFailure(
                    f"invalid invocation: chaincode '{name}' has not been initialized for this version, "
                    "must call as init first"
                )
            return
        if not info.init_required:
            raise ChaincodeFailure(
                f"invalid invocation: chaincode '{name}' does not require initialization but called as init"
            )
        if not needed:
            raise ChaincodeFailure(
                f"invalid invocation: chaincode '{name}' is already initialized but called as init"
            )
        assert simulator is not None
        simulator.put_state(name, INITIALIZED_KEY, info.version.encode())

    async def _launched(self, package_id: str) -> RunningChaincode:
        running = self._running.get(package_id)
        if running is not None and running.handler.is_ready:
            return running
        task = self._launching.get(package_id) or self._start(package_id)
        try:
            # Shielded: a caller that gives up must not stop the launch others wait for.
            return await asyncio.shield(task)
        except ChaincodeFailure as failure:
            raise failure.within(f"could not launch chaincode {package_id}") from None

    def _start(self, package_id: str) -> asyncio.Task[RunningChaincode]:
        task = asyncio.get_running_loop().create_task(self._launch(package_id))
        self._launching[package_id] = task
        task.add_done_callback(lambda _: self._launching.pop(package_id, None))
        return task

    async def _launch(self, package_id: str) -> RunningChaincode:
        running = await self._launcher.launch(package_id, self._invoke_called)
        self._running[package_id] = running
        return running

    async def _discard(self, package_id: str, running: RunningChaincode) -> None:
        if self._running.get(package_id) is running:
            del self._running[package_id]
        await running.stop(kill=True)


def _check_size(invocation: Invocation) -> None:
    """Refuse what does not fit into one message, in which arguments stand twice: the proposal is in it, too.

    Sent, it would end the chaincode's stream, and with it every other transaction that runs there.
    """
    size = invocation.signed_proposal.ByteSize() + sum(len(arg) + _TAG_MAX for arg in invocation.args)
    if size + _HEADERS_MAX > MAX_MESSAGE_BYTES:
        raise ChaincodeFailure(
            f"error sending: trying to send message larger than max ({size} vs. {MAX_MESSAGE_BYTES})"
        )
