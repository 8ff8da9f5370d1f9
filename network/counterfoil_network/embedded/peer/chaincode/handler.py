"""The peer's side of one chaincode connection: register, execute, answer what the chaincode asks.

Source: core/chaincode/handler.go. Requests are answered inline on the loop, in the order they come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from counterfoil_protocol.ledger.simulator import SimulationError
from counterfoil_protocol.messages import chaincode, chaincode_shim
from google.protobuf.message import DecodeError

from counterfoil_network.embedded.peer.chaincode.failure import (
    EXECUTION_TIMEOUT,
    STREAM_TERMINATED,
    ChaincodeFailure,
)
from counterfoil_network.embedded.peer.chaincode.query_requests import QUERY_REQUESTS
from counterfoil_network.embedded.peer.chaincode.state_requests import STATE_REQUESTS, features
from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation, TransactionContext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from counterfoil_network.embedded.peer.chaincode.stream import ChaincodeStream

    Invoker = Callable[[Invocation], Awaitable[chaincode_shim.ChaincodeMessage]]

_Message = chaincode_shim.ChaincodeMessage
_REQUESTS = STATE_REQUESTS | QUERY_REQUESTS


class ChaincodeHandler:
    """One connected chaincode; `attach` gives it its stream before the first message."""

    def __init__(self, invoker: Invoker) -> None:
        """`invoker` runs a chaincode called by this one."""
        loop = asyncio.get_running_loop()
        self._invoker = invoker
        self._stream: ChaincodeStream | None = None
        self._contexts: dict[tuple[str, str], TransactionContext] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    def attach(self, stream: ChaincodeStream) -> None:
        """Say where to send."""
        self._stream = stream

    @property
    def is_ready(self) -> bool:
        """Whether the chaincode has registered and is still connected."""
        return self.ready.done() and not self.ready.cancelled() and not self.ended.done()

    def received(self, message: chaincode_shim.ChaincodeMessage) -> None:
        """Take one message from the chaincode."""
        if message.type == _Message.KEEPALIVE:
            return
        if not self.ready.done():
            self._register(message)
        elif message.type in (_Message.COMPLETED, _Message.ERROR):
            self._completed(message)
        else:
            self._requested(message)

    def stream_ended(self) -> None:
        """The chaincode is gone: everything it was executing fails."""
        if not self.ended.done():
            self.ended.set_result(None)
        if not self.ready.done():
            self.ready.cancel()
        for context in self._contexts.values():
            if not context.response.done():
                context.response.set_exception(ChaincodeFailure(STREAM_TERMINATED))

    def close(self) -> None:
        """Hang up."""
        if self._stream is not None:
            self._stream.close()
        self.stream_ended()

    async def execute(self, invocation: Invocation, timeout: float) -> chaincode_shim.ChaincodeMessage:
        """Send the invocation and wait for COMPLETED or ERROR; `timeout` in seconds.

        Raises:
            ChaincodeFailure: time ran out, the stream ended, or the chaincode already runs in this
                transaction (a call of itself, which Fabric refuses, too).

        """
        key = (invocation.channel_id, invocation.transaction_id)
        if key in self._contexts:
            raise ChaincodeFailure(f"txid: {key[1]}({key[0]}) exists")
        if self.ended.done():
            raise ChaincodeFailure(STREAM_TERMINATED)
        context = TransactionContext(
            invocation=invocation,
            namespace=invocation.chaincode_name,
            is_init=invocation.is_init,
            response=asyncio.get_running_loop().create_future(),
        )
        self._contexts[key] = context
        try:
            self._send(_execution_message(invocation))
            async with asyncio.timeout(timeout):
                return await context.response
        except TimeoutError:
            raise ChaincodeFailure(EXECUTION_TIMEOUT) from None
        finally:
            del self._contexts[key]

    def _register(self, message: chaincode_shim.ChaincodeMessage) -> None:
        identifier = _registered_name(message)
        if not identifier:
            self.close()
            return
        self._send(_Message(type=_Message.REGISTERED))
        self._send(_Message(type=_Message.READY, payload=features()))
        self.ready.set_result(identifier)

    def _completed(self, message: chaincode_shim.ChaincodeMessage) -> None:
        context = self._contexts.get((message.channel_id, message.txid))
        if context is not None and not context.response.done():
            context.queries.clear()
            context.response.set_result(message)

    def _requested(self, message: chaincode_shim.ChaincodeMessage) -> None:
        context = self._contexts.get((message.channel_id, message.txid))
        if context is None:
            self._refuse(message, "no ledger context")
        elif context.busy:
            # One request at a time in a transaction; Fabric drops a second one, too.
            return
        elif message.type == _Message.INVOKE_CHAINCODE:
            context.busy = True
            task = asyncio.get_running_loop().create_task(self._invoke(message, context))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._answer(message, context)

    def _answer(self, message: chaincode_shim.ChaincodeMessage, context: TransactionContext) -> None:
        request = _REQUESTS.get(message.type)
        if request is None:
            self.close()
            return
        try:
            if context.invocation.simulator is None:
                raise ChaincodeFailure("no ledger context")
            self._respond(message, request(message.payload, context, context.invocation.simulator))
        except (ChaincodeFailure, SimulationError) as failure:
            self._refuse(message, str(failure))
        except DecodeError:
            self._refuse(message, "unmarshal failed")

    async def _invoke(self, message: chaincode_shim.ChaincodeMessage, context: TransactionContext) -> None:
        try:
            spec = chaincode.ChaincodeSpec.FromString(message.payload)
            name, _, channel = spec.chaincode_id.name.partition("/")
            if channel not in ("", context.invocation.channel_id):
                # What Fabric's ACL says of a channel that the peer has not joined.
                self._refuse(message, f"Failed to get policy manager for channel [{channel}]")
                return
            called = context.invocation.called(name.partition(":")[0], list(spec.input.args))
            answer = await self._invoker(called)
        except ChaincodeFailure as failure:
            self._refuse(message, f"execute failed: {failure}")
        except DecodeError:
            self._refuse(message, "unmarshal failed")
        else:
            self._respond(message, answer.SerializeToString())
        finally:
            context.busy = False

    def _respond(self, message: chaincode_shim.ChaincodeMessage, payload: bytes) -> None:
        txid, channel = message.txid, message.channel_id
        self._send(_Message(type=_Message.RESPONSE, payload=payload, txid=txid, channel_id=channel))

    def _refuse(self, message: chaincode_shim.ChaincodeMessage, reason: str) -> None:
        name = chaincode_shim.ChaincodeMessage.Type.Name(message.type)
        text = f"{name} failed: transaction ID: {message.txid}: {reason}"
        self._send(
            _Message(
                type=_Message.ERROR, payload=text.encode(), txid=message.txid, channel_id=message.channel_id
            )
        )

    def _send(self, message: chaincode_shim.ChaincodeMessage) -> None:
        assert self._stream is not None, "a handler is attached to its stream before it is used"
        self._stream.send(message)


def _registered_name(message: chaincode_shim.ChaincodeMessage) -> str:
    if message.type != _Message.REGISTER:
        return ""
    try:
        return chaincode.ChaincodeID.FromString(message.payload).name
    except DecodeError:
        return ""


def _execution_message(invocation: Invocation) -> chaincode_shim.ChaincodeMessage:
    specification = chaincode.ChaincodeInput(args=invocation.args, is_init=invocation.is_init)
    return _Message(
        type=_Message.INIT if invocation.is_init else _Message.TRANSACTION,
        payload=specification.SerializeToString(),
        txid=invocation.transaction_id,
        channel_id=invocation.channel_id,
        proposal=invocation.signed_proposal,
    )
