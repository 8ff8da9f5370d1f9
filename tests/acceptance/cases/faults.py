"""Chaincodes that hang or die: cases that wait half a minute, or that kill something."""

import time

from counterfoil import CounterfoilError

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage

_BACK_SECONDS = 60.0


def await_chaincodes(stage: Stage) -> None:
    """Wait until every organisation's chaincode answers again."""
    network = stage.surroundings.gateway("BankA").network(stage.surroundings.channel)
    for organisation in stage.surroundings.organisations:
        deadline = time.monotonic() + _BACK_SECONDS
        while True:
            try:
                network.contract("probe").evaluate("run", "[]", target_organizations=[f"{organisation}MSP"])
                break
            except CounterfoilError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


@case("faults/the chaincode process dies", is_fault=True)
def dies(stage: Stage) -> None:
    stage.evaluate(["die"])
    await_chaincodes(stage)
    stage.endorse(["die"])
    await_chaincodes(stage)
    stage.submit(["put", stage.key("a"), "1"])


@case("faults/the chaincode takes more than half a minute", is_fault=True)
def hangs(stage: Stage) -> None:
    stage.endorse(["sleep", 32], endorsers=["BankAMSP"])
    await_chaincodes(stage)
    stage.submit(["put", stage.key("a"), "1"])
