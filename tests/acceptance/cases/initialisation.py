"""Chaincodes whose definition says that they must be initialised before anything else."""

import time

from counterfoil import GatewayError
from counterfoil.lifecycle import ChaincodeDefinition

from tests.acceptance.cases.lifecycle import Channel, definition, own_package
from tests.acceptance.registry import case
from tests.acceptance.stage import ENDORSERS, Stage

_APPROVERS = ("Regulator", "Port", "BankA", "BankB")
_NOT_FOUND = "failed to find any endorsing peers"
_KNOWN_SECONDS = 60.0


def bring_into_force(stage: Stage, wanted: ChaincodeDefinition) -> None:
    """Approve by all, commit, and wait until BankA's gateway knows who runs it."""
    channel = Channel(stage)
    package = own_package(channel)
    for who in _APPROVERS:
        channel.approve(who, wanted, package)
    channel.commit(wanted)
    for msp_id in ENDORSERS:
        await_found(stage, wanted.name, msp_id)


def await_found(stage: Stage, chaincode: str, msp_id: str) -> None:
    """Wait until BankA's gateway finds this organisation's peer; a refusal by the peer itself is as good."""
    network = stage.surroundings.gateway("BankA").network(stage.surroundings.channel)
    deadline = time.monotonic() + _KNOWN_SECONDS
    nudge = f'[["put", "{stage.key("nudge")}", "x"]]'
    while True:
        try:
            network.contract(chaincode).propose("run", "[]", endorsing_organizations=[msp_id]).endorse()
            return
        except GatewayError as error:
            if _NOT_FOUND not in error.message:
                return
            assert time.monotonic() < deadline, f"BankA's gateway finds no peer of {msp_id}"
        # What was gossiped and lost comes again with the next block only.
        network.contract("probe").submit("run", nudge, endorsing_organizations=ENDORSERS)


@case("init/a chaincode that must be initialised")
def required(stage: Stage) -> None:
    bring_into_force(stage, definition("started", init_required=True))
    put = ["put", stage.key("a"), "1"]
    stage.endorse(put, chaincode="started")
    stage.endorse(put, chaincode="started", endorsers=())
    stage.evaluate(["get", stage.key("a")], chaincode="started")
    stage.endorse(["call", "started", [put]])
    first = stage.endorse(put, chaincode="started", is_init=True)
    late = stage.endorse(put, chaincode="started", is_init=True)
    stage.commit(first)
    stage.commit(late)
    stage.submit(["get", stage.key("a")], ["put", stage.key("a"), "2"], chaincode="started")
    stage.endorse(put, chaincode="started", is_init=True)
    stage.submit(["call", "started", [["get", stage.key("a")]]], ["put", stage.key("b"), "1"])


@case("init/it is needed again for another version")
def another_version(stage: Stage) -> None:
    bring_into_force(stage, definition("again", init_required=True))
    put = ["put", stage.key("a"), "1"]
    stage.commit(stage.endorse(put, chaincode="again", is_init=True))
    bring_into_force(stage, definition("again", 2, init_required=True))
    stage.submit(put, chaincode="again")
    bring_into_force(
        stage,
        ChaincodeDefinition("again", "2", 3, definition("again").endorsement_policy, init_required=True),
    )
    stage.endorse(put, chaincode="again")
    stage.commit(stage.endorse(put, chaincode="again", is_init=True))
    stage.submit(put, chaincode="again")


@case("init/what Init may do")
def what_it_may(stage: Stage) -> None:
    bring_into_force(stage, definition("limited", init_required=True))
    a = stage.key("a")
    stage.endorse(["attempt", "private_put", "open", a, "1"], chaincode="limited", is_init=True)
    stage.endorse(["attempt", "private_get", "open", a], chaincode="limited", is_init=True)
    stage.endorse(["respond", 400, "no"], chaincode="limited", is_init=True)
    stage.endorse(["respond", 500, "no"], chaincode="limited", is_init=True)
    stage.endorse(["put", a, "1"], ["event", "begun", "x"], chaincode="limited", is_init=True)


@case("init/a chaincode that need not be")
def not_required(stage: Stage) -> None:
    stage.endorse(["put", stage.key("a"), "1"], is_init=True)
    stage.endorse(["put", stage.key("a"), "1"], is_init=True, endorsers=())
