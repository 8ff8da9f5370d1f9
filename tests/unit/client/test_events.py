"""Event streams: what they ask for, what they deliver, and how they end."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from counterfoil import Checkpointer, EventsError, FileCheckpointer, Gateway, aio
from counterfoil_protocol.messages import atomic_broadcast, chaincode_event, common, events, gateway, rwset
from counterfoil_protocol.signing import verify

NEXT = atomic_broadcast.SeekPosition(next_commit=atomic_broadcast.SeekNextCommit())


def seek_of(envelope: common.Envelope) -> tuple[common.ChannelHeader, atomic_broadcast.SeekInfo]:
    payload = common.Payload.FromString(envelope.payload)
    header = common.ChannelHeader.FromString(payload.header.channel_header)
    return header, atomic_broadcast.SeekInfo.FromString(payload.data)


def specified(number: int) -> atomic_broadcast.SeekPosition:
    return atomic_broadcast.SeekPosition(specified=atomic_broadcast.SeekSpecified(number=number))


def test_blocks_come_from_the_start_asked_for(
    peer: Any, connected: Gateway, delivered: Callable[[int], events.DeliverResponse]
) -> None:
    peer.scripts["Deliver"] = [delivered(3), delivered(4), "end"]
    with connected.network("trade").block_events(start_block=3, stop_block=4) as stream:
        found = list(stream)
    assert [each.number for each in found] == [3, 4]
    assert found[0].proto.header.number == 3
    header, seek = seek_of(peer.calls("Deliver")[0])
    assert (header.type, header.channel_id) == (common.DELIVER_SEEK_INFO, "trade")
    assert (seek.start, seek.stop) == (specified(3), specified(4))


def test_a_stream_is_asked_for_with_the_clients_signature(
    peer: Any, connected: Gateway, delivered: Callable[[int], events.DeliverResponse]
) -> None:
    peer.scripts["Deliver"] = [delivered(1), "end"]
    list(connected.network("trade").block_events())
    (envelope,) = peer.calls("Deliver")
    assert verify(connected.identity.x509, envelope.payload, envelope.signature)
    assert seek_of(envelope)[1].start == NEXT


def test_filtered_blocks_tell_transactions_and_codes(peer: Any, connected: Gateway) -> None:
    block = events.FilteredBlock(channel_id="trade", number=5)
    block.filtered_transactions.add(txid="ab", tx_validation_code=0)
    block.filtered_transactions.add(txid="cd", tx_validation_code=11)
    peer.scripts["DeliverFiltered"] = [events.DeliverResponse(filtered_block=block), "end"]
    (event,) = connected.network("trade").filtered_block_events(start_block=5)
    assert (event.number, event.channel) == (5, "trade")
    assert [(each.transaction_id, each.successful) for each in event.transactions] == [
        ("ab", True),
        ("cd", False),
    ]


def test_private_data_comes_by_the_number_of_its_transaction(peer: Any, connected: Gateway) -> None:
    private = events.BlockAndPrivateData(block=common.Block(header=common.BlockHeader(number=6)))
    private.private_data_map[2].CopyFrom(rwset.TxPvtReadWriteSet(data_model=rwset.TxReadWriteSet.KV))
    private.private_data_map[2].ns_pvt_rwset.add(namespace="trade")
    peer.scripts["DeliverWithPrivateData"] = [events.DeliverResponse(block_and_private_data=private), "end"]
    (event,) = connected.network("trade").block_and_private_data_events(start_block=6)
    assert event.number == 6
    assert rwset.TxPvtReadWriteSet.FromString(event.private_data[2]).ns_pvt_rwset[0].namespace == "trade"
    assert "trade" not in repr(event)


@pytest.mark.parametrize(
    ("status", "code"),
    [(common.FORBIDDEN, grpc.StatusCode.PERMISSION_DENIED), (common.NOT_FOUND, grpc.StatusCode.ABORTED)],
)
def test_a_refused_stream_says_so(
    peer: Any, connected: Gateway, status: common.Status.ValueType, code: grpc.StatusCode
) -> None:
    peer.scripts["Deliver"] = [events.DeliverResponse(status=status), "end"]
    with pytest.raises(EventsError, match=common.Status.Name(status)) as caught:
        list(connected.network("trade").block_events(start_block=0))
    assert caught.value.code is code


def test_the_end_of_a_span_is_no_error(
    peer: Any, connected: Gateway, delivered: Callable[[int], events.DeliverResponse]
) -> None:
    peer.scripts["Deliver"] = [delivered(0), events.DeliverResponse(status=common.SUCCESS), "end"]
    assert len(list(connected.network("trade").block_events(start_block=0, stop_block=0))) == 1


def test_a_stream_that_breaks_is_an_events_error(
    peer: Any, connected: Gateway, delivered: Callable[[int], events.DeliverResponse], failing: Any
) -> None:
    peer.scripts["Deliver"] = [delivered(0), failing(grpc.StatusCode.UNAVAILABLE, "gone")]
    stream = connected.network("trade").block_events(start_block=0)
    assert next(stream).number == 0
    with pytest.raises(EventsError) as caught:
        next(stream)
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE


def test_closing_one_stream_ends_the_thread_waiting_in_it_and_no_other(
    peer: Any, connected: Gateway, delivered: Callable[[int], events.DeliverResponse]
) -> None:
    peer.scripts["Deliver"] = [delivered(0)]
    closed, open_one = (connected.network("trade").block_events(start_block=0) for _ in range(2))
    next(closed)
    next(open_one)
    ended: list[Any] = []
    waiting = threading.Thread(target=lambda: ended.extend(closed))
    waiting.start()
    closed.close()
    waiting.join(5)
    assert not waiting.is_alive()
    assert ended == []
    assert peer.streams_ended.acquire(timeout=5)
    assert not peer.streams_ended.acquire(timeout=0.2)
    open_one.close()
    assert peer.streams_ended.acquire(timeout=5)


def test_chaincode_events_come_one_by_one_from_the_checkpoint(peer: Any, connected: Gateway) -> None:
    response = gateway.ChaincodeEventsResponse(block_number=9)
    for name in ("ab", "cd"):
        response.events.append(
            chaincode_event.ChaincodeEvent(tx_id=name, chaincode_id="asset", event_name="made", payload=b"p")
        )
    peer.scripts["ChaincodeEvents"] = [response, "end"]
    checkpoint = Checkpointer()
    checkpoint.transaction(9, "aa")
    with connected.network("trade").contract("asset").events(start_block=1, checkpoint=checkpoint) as stream:
        found = list(stream)
    assert [(each.block_number, each.transaction_id, each.payload) for each in found] == [
        (9, "ab", b"p"),
        (9, "cd", b"p"),
    ]
    (signed,) = peer.calls("ChaincodeEvents")
    request = gateway.ChaincodeEventsRequest.FromString(signed.request)
    assert verify(connected.identity.x509, signed.request, signed.signature)
    assert (request.channel_id, request.chaincode_id) == ("trade", "asset")
    assert (request.start_position, request.after_transaction_id) == (specified(9), "aa")


def test_a_checkpoint_that_has_seen_nothing_gives_way_to_the_start(peer: Any, connected: Gateway) -> None:
    peer.scripts["ChaincodeEvents"] = ["end"]
    list(connected.network("trade").contract("asset").events(start_block=4, checkpoint=Checkpointer()))
    request = gateway.ChaincodeEventsRequest.FromString(peer.calls("ChaincodeEvents")[0].request)
    assert (request.start_position, request.after_transaction_id) == (specified(4), "")


@pytest.mark.parametrize(
    ("number", "error"), [(-1, ValueError), (2**64, ValueError), ("1", TypeError), (True, TypeError)]
)
def test_what_is_no_block_number_is_told_before_any_network(
    peer: Any, connected: Gateway, number: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        connected.network("trade").block_events(start_block=number)
    assert peer.handled == []


def test_the_asyncio_face_reads_and_closes_streams(
    peer: Any, face: Any, delivered: Callable[[int], events.DeliverResponse]
) -> None:
    if face.name == "blocking":
        return  # tested above
    peer.scripts["Deliver"] = [delivered(0), delivered(1)]

    async def reads(connected: aio.Gateway) -> list[int]:
        found = []
        async with connected.network("trade").block_events(start_block=0) as stream:
            async for event in stream:
                found.append(event.number)
                if event.number == 1:
                    stream.close()
        return found

    def case(connected: aio.Gateway) -> Any:
        return (yield reads(connected))

    assert face(case) == [0, 1]
    assert peer.streams_ended.acquire(timeout=5)


def test_a_file_checkpoint_outlives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    first = FileCheckpointer(path)
    assert first.block_number is None
    first.transaction(7, "ab")
    again = FileCheckpointer(path)
    assert (again.block_number, again.transaction_id) == (7, "ab")
    again.block(7)
    last = FileCheckpointer(path)
    assert (last.block_number, last.transaction_id) == (8, "")


@pytest.mark.parametrize("text", ["", "[]", '{"blockNumber": "x"}'])
def test_a_damaged_checkpoint_is_refused_not_forgotten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "checkpoint.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="no checkpoint file"):
        FileCheckpointer(path)
