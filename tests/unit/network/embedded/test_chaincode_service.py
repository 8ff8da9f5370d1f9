"""Chaincode as a service: the peer dials, the chaincode registers and works over gRPC."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.service import connect_service
from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal, proposal_response
from counterfoil_protocol.services import ChaincodeServicer, add_ChaincodeServicer_to_server

Message = chaincode_shim.ChaincodeMessage


class Scripted(ChaincodeServicer):
    """A chaincode that asks for one key, which needs a ledger, and answers what it was told."""

    async def Connect(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[Message], _: Any
    ) -> AsyncIterator[Message]:
        name = chaincode.ChaincodeID(name="remote:1").SerializeToString()
        yield Message(type=Message.REGISTER, payload=name)
        async for message in request_iterator:
            answer = Message(txid=message.txid, channel_id=message.channel_id)
            if message.type == Message.TRANSACTION:
                answer.type = Message.GET_STATE
                answer.payload = chaincode_shim.GetState(key="k").SerializeToString()
                yield answer
            elif message.type in (Message.RESPONSE, Message.ERROR):
                told = proposal_response.Response(status=200, payload=message.payload)
                answer.type = Message.COMPLETED
                answer.payload = told.SerializeToString()
                yield answer


def invocation() -> Invocation:
    return Invocation(
        channel_id="trade",
        transaction_id="tx",
        creator=b"",
        signed_proposal=proposal.SignedProposal(),
        proposed="remote",
        chaincode_name="remote",
        args=[b"read"],
        is_init=False,
    )


async def nobody(_: Invocation) -> Message:
    raise AssertionError("it calls no other chaincode")


async def connected() -> None:
    server = grpc.aio.server()
    add_ChaincodeServicer_to_server(Scripted(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    handler = await connect_service("svc:1", json.dumps({"address": f"127.0.0.1:{port}"}).encode(), nobody)
    assert await handler.ready == "remote:1"
    answer = await handler.execute(invocation(), 5)
    told = proposal_response.Response.FromString(answer.payload)
    assert told.payload == b"GET_STATE failed: transaction ID: tx: no ledger context"
    await server.stop(0)
    await asyncio.wait_for(handler.ended, 5)
    with pytest.raises(ChaincodeFailure, match="chaincode stream terminated"):
        await handler.execute(invocation(), 5)


def test_a_service_is_called_and_its_end_is_noticed() -> None:
    asyncio.run(connected())


def test_nobody_at_the_address() -> None:
    description = json.dumps({"address": "127.0.0.1:1", "dial_timeout": "200ms"}).encode()
    with pytest.raises(ChaincodeFailure, match=r"dial tcp 127\.0\.0\.1:1: connect: connection refused"):
        asyncio.run(connect_service("svc:1", description, nobody))
