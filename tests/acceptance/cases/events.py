"""What clients are told of blocks: chaincode events, filtered blocks, blocks, private data."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from counterfoil import EventStream, Identity, Network
from counterfoil_protocol.messages import rwset
from counterfoil_protocol.rwset import PrivateReadWriteSet

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage
from tests.acceptance.strangers import connected, msp_certificate, msp_signer

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint: what a client has seen."""

    block_number: int
    transaction_id: str


def height(stage: Stage) -> int:
    return stage.surroundings.height("BankA")


def network(stage: Stage, organisation: str = "BankA") -> Network:
    return stage.surroundings.gateway(organisation).network(stage.surroundings.channel)


@case("events/of a chaincode")
def chaincode_events(stage: Stage) -> None:
    start = height(stage)
    stage.submit(["event", "one", "1"], ["put", stage.key("a"), "1"])
    stage.submit(["put", stage.key("a"), "2"])
    failed = stage.endorse(["event", "failed", "x"], ["put", stage.key("a"), "3"], endorsers=["BankAMSP"])
    stage.commit(failed)
    stage.submit(["event", "two", "2"])
    seen = []
    with network(stage).chaincode_events("probe", start_block=start, timeout=_SECONDS) as events:
        for event in events:
            seen.append(
                [event.transaction_id, event.chaincode_name, event.event_name, event.payload.decode()]
            )
            if event.event_name == "two":
                break
    stage.note("events", seen)


@case("events/of a chaincode, from a transaction on")
def after_a_transaction(stage: Stage) -> None:
    start = height(stage)
    first = stage.endorse(["event", "one", "1"], ["put", stage.key("a"), "1"])
    assert first is not None
    stage.commit(first)
    stage.submit(["event", "two", "2"])
    checkpoint = Seen(start, first.transaction_id)
    with network(stage).chaincode_events("probe", checkpoint=checkpoint, timeout=_SECONDS) as events:
        stage.note("first after", next(events).event_name)


@case("events/of an unknown chaincode and channel")
def unknown(stage: Stage) -> None:
    gateway = stage.surroundings.gateway("BankA")

    def first(stream: EventStream[Any]) -> str:
        return str(next(stream))

    stage.attempt(
        "unknown channel", lambda: first(gateway.network("nowhere").chaincode_events("probe", timeout=2))
    )
    stage.attempt(
        "unknown channel, blocks", lambda: first(gateway.network("nowhere").block_events(timeout=2))
    )


@case("events/filtered blocks as each organisation")
def filtered(stage: Stage) -> None:
    start = height(stage)
    stage.submit(["event", "one", "1"], ["put", stage.key("a"), "1"])
    stage.submit(["put", stage.key("a"), "2"], endorsers=["BankAMSP"])
    stop = height(stage) - 1
    for organisation in stage.surroundings.organisations:
        stage.note(organisation, list(filtered_blocks(stage, organisation, start, stop)))


def filtered_blocks(stage: Stage, organisation: str, start: int, stop: int) -> Iterator[Any]:
    stream = network(stage, organisation).filtered_block_events(
        start_block=start, stop_block=stop, timeout=_SECONDS
    )
    for block in stream:
        for each in block.proto.filtered_transactions:
            events = [action.chaincode_event for action in each.transaction_actions.chaincode_actions]
            names = [[event.chaincode_id, event.event_name, len(event.payload)] for event in events]
            yield [each.txid, each.type, each.tx_validation_code, names]


@case("events/blocks and private data, each organisation at each peer")
def private_data_at_each_peer(stage: Stage) -> None:
    a = stage.key("a")
    start = height(stage)
    stage.submit(["private_put", "open", a, "secret"], endorsers=["BankAMSP"])
    stage.submit(["private_put", "members", a, "secret"], endorsers=["BankAMSP"])
    stage.submit(["private_put", "guarded", a, "invalid"], endorsers=["BankAMSP"])
    stop = height(stage) - 1
    for who in stage.surroundings.organisations:
        msp = stage.surroundings.user_msp(who)
        identity = Identity(f"{who}MSP", msp_certificate(msp))
        for peer in stage.surroundings.organisations:
            with connected(stage.surroundings, peer, identity, msp_signer(msp)) as gateway:
                channel = gateway.network(stage.surroundings.channel)
                span = {"start_block": start, "stop_block": stop, "timeout": _SECONDS}
                stage.attempt(f"{who} asks {peer} for blocks", counted(channel.block_events, span))
                stage.attempt(
                    f"{who} asks {peer} for private data",
                    private_data(channel.block_and_private_data_events, span),
                )


def counted(open_stream: Callable[..., EventStream[Any]], span: dict[str, Any]) -> Callable[[], int]:
    return lambda: len(list(open_stream(**span)))


def private_data(open_stream: Callable[..., EventStream[Any]], span: dict[str, Any]) -> Callable[[], Any]:
    def read() -> Any:
        return [
            [number, written(data)]
            for block in open_stream(**span)
            for number, data in block.private_data.items()
        ]

    return read


def written(data: bytes) -> Any:
    parsed = PrivateReadWriteSet.from_message(rwset.TxPvtReadWriteSet.FromString(data))
    return [
        [
            namespace.namespace,
            collection.name,
            [[write.key, write.value.decode()] for write in collection.writes],
        ]
        for namespace in parsed.namespaces
        for collection in namespace.collections
    ]
