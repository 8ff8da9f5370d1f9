"""Blocks where the channel leaves Fabric's defaults: every member reads them, and open collections."""

from typing import Any

from tests.acceptance.cases.events import counted, height, network, private_data_at_each_peer
from tests.acceptance.registry import OPEN, case
from tests.acceptance.stage import Stage

case("open/blocks and private data, each organisation at each peer", network=OPEN)(private_data_at_each_peer)


@case("open/whole blocks", network=OPEN)
def whole_blocks(stage: Stage) -> None:
    start = height(stage)
    stage.submit(["event", "one", "payload"], ["put", stage.key("a"), "1"])
    stage.submit(["put", stage.key("a"), "2"], endorsers=["BankAMSP"])
    span: dict[str, Any] = {"start_block": start, "stop_block": height(stage) - 1, "timeout": 60.0}
    for organisation in stage.surroundings.organisations:
        blocks = list(network(stage, organisation).block_events(**span))
        codes = [code for block in blocks for code in block.proto.metadata.metadata[2]]
        stage.note(f"{organisation}: blocks from the first on", [block.number - start for block in blocks])
        stage.note(f"{organisation}: codes", codes)
    stage.attempt("a user, too", counted(network(stage, "BankB/officer1").block_events, span))
    behind: dict[str, Any] = {"start_block": 7, "stop_block": 3, "timeout": 60.0}
    stage.attempt("a span that ends before it begins", counted(network(stage).block_events, behind))
