"""Chaincode definitions: who may install, approve and commit them, and what is refused."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from counterfoil import GatewayError, lifecycle
from counterfoil.lifecycle import ChaincodeDefinition
from counterfoil_protocol.collection import CollectionDefinition, parse_collections_json

from tests.acceptance.registry import case
from tests.acceptance.sample import COLLECTIONS, POLICY
from tests.acceptance.stage import ENDORSERS, Stage

_ORGANISATIONS = ("Regulator", "Port", "BankA", "BankB")
_MSPS = tuple(f"{name}MSP" for name in _ORGANISATIONS)


def definition(name: str, sequence: int = 1, **changes: Any) -> ChaincodeDefinition:
    return ChaincodeDefinition(name, "1", sequence, POLICY, **changes)


def refused(collection: str) -> tuple[CollectionDefinition, ...]:
    return parse_collections_json(f"[{collection}]")


class Channel:
    """The lifecycle on the channel, as administrators of organisations call it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def network(self, who: str = "BankA") -> Any:
        return self._stage.surroundings.gateway(who).network(self._stage.surroundings.channel)

    def do(self, what: str, call: Callable[[], Any]) -> None:
        """Make a call, and wait until every peer has what it committed."""

        def done() -> Any:
            result = call()
            surroundings = self._stage.surroundings
            surroundings.await_height(max(surroundings.height(name) for name in _ORGANISATIONS))
            return result

        self._stage.attempt(what, done)

    def approve(self, who: str, wanted: ChaincodeDefinition, package: str | None = None) -> None:
        self.do(
            f"{who} approves {wanted.name} {wanted.sequence}",
            lambda: lifecycle.approve(self.network(who), wanted, package),
        )

    def ready(self, wanted: ChaincodeDefinition) -> None:
        def ask() -> Any:
            found = lifecycle.check_commit_readiness(self.network(), wanted)
            return [found.approvals, {name: list(each) for name, each in found.mismatches.items()}]

        self.do(f"readiness of {wanted.name} {wanted.sequence}", ask)

    def commit(
        self, wanted: ChaincodeDefinition, who: str = "BankA", endorsers: Sequence[str] = _MSPS
    ) -> None:
        self.do(
            f"{who} commits {wanted.name} {wanted.sequence}",
            lambda: lifecycle.commit(self.network(who), wanted, endorsing_organizations=endorsers),
        )

    def committed(self, name: str) -> None:
        def ask() -> Any:
            found = lifecycle.query_committed(self.network(), name)
            if found is None:
                return None
            return [found.definition.version, found.definition.sequence, dict(found.approvals)]

        self.do(f"committed {name}", ask)


def own_package(channel: Channel) -> str | None:
    """The package that BankA runs for the definition of `probe` in force."""
    found = lifecycle.query_committed(channel.network(), "probe")
    assert found is not None
    return lifecycle.query_approved(channel.network(), "probe", found.definition.sequence).package_id


@case("lifecycle/installed packages are the administrators' business")
def installed(stage: Stage) -> None:
    for user in ("BankA/Admin", "BankA/officer1"):
        gateway = stage.surroundings.gateway(user)
        stage.attempt(
            f"{user} lists",
            lambda: [each.label for each in lifecycle.query_installed(gateway)],  # noqa: B023 - at once
        )
        stage.attempt(f"{user} installs nonsense", lambda: lifecycle.install(gateway, b"nonsense").label)  # noqa: B023 - at once
    gateway = stage.surroundings.gateway("BankA/Admin")
    stage.evaluate_raw("QueryInstalledChaincode", b"", chaincode="_lifecycle", at=["BankAMSP"])
    stage.attempt(
        "an unknown type",
        lambda: lifecycle.install(gateway, lifecycle.package("odd_1", "odd", {"a": b"b"})).label,
    )


@case("lifecycle/who may approve and commit")
def roles(stage: Stage) -> None:
    channel = Channel(stage)
    wanted = definition("roles")
    channel.approve("BankA/officer1", wanted)
    channel.ready(wanted)
    channel.commit(wanted, "BankA/officer1")
    channel.committed("roles")


@case("lifecycle/the life of a definition")
def life(stage: Stage) -> None:
    channel = Channel(stage)
    wanted = definition("life")
    channel.ready(wanted)
    channel.commit(wanted)
    channel.approve("BankA", wanted)
    channel.approve("BankA", wanted)
    channel.ready(wanted)
    channel.commit(wanted)
    channel.approve("Port", replace(wanted, version="2"))
    channel.ready(wanted)
    channel.approve("Port", wanted)
    channel.approve("Regulator", wanted)
    channel.ready(wanted)
    # BankB has not approved, so its peer endorses no commit; the others are enough.
    channel.commit(wanted)
    channel.commit(wanted, endorsers=_MSPS[:3])
    channel.committed("life")
    # Nobody gave a package: nothing runs it.
    stage.evaluate([], chaincode="life", by="BankA")
    stage.endorse(["get", "x"], chaincode="life")
    stage.endorse(["get", "x"], chaincode="life", endorsers=[])
    channel.approve("BankA", wanted)
    channel.approve("BankA", replace(wanted, version="3"))
    channel.commit(wanted)
    channel.ready(replace(wanted, sequence=3))
    channel.ready(replace(wanted, sequence=2, init_required=True))


@case("lifecycle/definitions that are refused")
def refused_definitions(stage: Stage) -> None:
    channel = Channel(stage)
    channel.approve("BankA", definition("x y"))
    channel.approve("BankA", replace(definition("version"), version="a b"))
    channel.approve("BankA", definition("far", 7))
    channel.approve("BankA", replace(definition("_lifecycle"), name="qscc"))
    channel.approve("BankA", replace(definition("plugin"), endorsement_plugin="odd", validation_plugin="odd"))
    channel.approve("BankA", definition("package"), "nothing:" + "0" * 64)
    member = '"policy": "OR(\'BankAMSP.member\')"'
    for number, collection in enumerate(
        (
            '{"name": "a", "policy": "OR(\'NobodyMSP.member\')", "maxPeerCount": 1}',
            f'{{"name": "a", {member}, "requiredPeerCount": 2, "maxPeerCount": 1}}',
            f'{{"name": "a", {member}, "maxPeerCount": 0}}, {{"name": "a", {member}, "maxPeerCount": 0}}',
            f'{{"name": "_a", {member}, "maxPeerCount": 0}}',
            f'{{"name": "a b", {member}, "maxPeerCount": 0}}',
            '{"name": "a", "policy": "AND(\'BankAMSP.member\',\'PortMSP.member\')", "maxPeerCount": 0}',
        )
    ):
        wanted = definition(f"collections{number}", collections=refused(collection))
        channel.approve("BankA", wanted)


@case("lifecycle/questions about what there is not")
def unknown(stage: Stage) -> None:
    from counterfoil_protocol.messages import lifecycle as messages

    def ask(function: str, arguments: bytes) -> None:
        stage.evaluate_raw(function, arguments, chaincode="_lifecycle", at=["BankAMSP"])

    name = messages.QueryChaincodeDefinitionArgs(name="nothing").SerializeToString()
    ask("QueryChaincodeDefinition", name)
    approved = messages.QueryApprovedChaincodeDefinitionArgs(name="nothing", sequence=1).SerializeToString()
    ask("QueryApprovedChaincodeDefinition", approved)
    ask(
        "QueryApprovedChaincodeDefinition",
        messages.QueryApprovedChaincodeDefinitionArgs(name="nothing").SerializeToString(),
    )
    ask(
        "QueryInstalledChaincode",
        messages.QueryInstalledChaincodeArgs(package_id="nothing:00").SerializeToString(),
    )
    ask(
        "GetInstalledChaincodePackage",
        messages.GetInstalledChaincodePackageArgs(package_id="nothing:00").SerializeToString(),
    )
    ask("Nothing", b"")
    ask("CheckCommitReadiness", b"\xff")
    ask(
        "CommitChaincodeDefinition",
        messages.CommitChaincodeDefinitionArgs(name="x", version="1").SerializeToString(),
    )


@case("lifecycle/an upgrade between endorsement and commit")
def upgrade_between(stage: Stage) -> None:
    channel = Channel(stage)
    found = lifecycle.query_committed(channel.network(), "probe")
    assert found is not None
    package = own_package(channel)
    early = stage.endorse(["put", stage.key("a"), "1"])
    wanted = ChaincodeDefinition(
        "probe", "1", found.definition.sequence + 1, POLICY, parse_collections_json(COLLECTIONS)
    )
    for who in _ORGANISATIONS:
        lifecycle.approve(channel.network(who), wanted, package)
    stage.surroundings.await_height(max(stage.surroundings.height(name) for name in _ORGANISATIONS))
    channel.commit(replace(wanted, collections=wanted.collections[1:]))
    channel.commit(wanted)
    stage.commit(early)
    stage.submit(["put", stage.key("a"), "2"])


@case("lifecycle/a collection cannot be dropped")
def dropped(stage: Stage) -> None:
    channel = Channel(stage)
    found = lifecycle.query_committed(channel.network(), "probe")
    assert found is not None
    wanted = ChaincodeDefinition(
        "probe", "1", found.definition.sequence + 1, POLICY, parse_collections_json(COLLECTIONS)[1:]
    )
    channel.approve("BankA", wanted)
    changed = replace(parse_collections_json(COLLECTIONS)[0], block_to_live=9)
    channel.approve("BankA", replace(wanted, collections=(changed, *wanted.collections)))


@case("lifecycle/a member that has not approved")
def not_approved(stage: Stage) -> None:
    channel = Channel(stage)
    package = own_package(channel)
    wanted = definition("partly")
    for who in ("Regulator", "Port", "BankA"):
        channel.approve(who, wanted, package)
    channel.commit(wanted, endorsers=_MSPS[:3])
    put = ["put", stage.key("a"), "1"]
    await_endorsed(stage, "BankA", put, ["RegulatorMSP", "PortMSP", "BankAMSP"])
    await_endorsed(stage, "BankB", put, ["RegulatorMSP", "PortMSP", "BankAMSP"])
    stage.submit(put, chaincode="partly")
    stage.endorse(put, chaincode="partly", endorsers=["BankBMSP"])
    stage.endorse(put, chaincode="partly", endorsers=["BankAMSP", "BankBMSP"], by="BankB")
    stage.evaluate(["get", stage.key("a")], chaincode="partly", at=["BankBMSP"])
    stage.evaluate(["get", stage.key("a")], chaincode="partly", by="BankB", at=["BankBMSP"])
    stage.evaluate(["get", stage.key("a")], ["call", "partly", [["get", stage.key("a")]]])
    stage.endorse(["call", "partly", [put]], endorsers=["BankAMSP", "BankBMSP"])
    stage.submit(put, ["call", "partly", [["get", stage.key("a")], put]])
    channel.approve("BankB", wanted, package)
    await_endorsed(stage, "BankB", put, ["BankBMSP"])
    stage.submit(put, chaincode="partly", endorsers=["BankBMSP", "PortMSP"], by="BankB")


def await_endorsed(stage: Stage, who: str, step: list[Any], msp_ids: list[str]) -> None:
    """Wait until a gateway knows that these organisations' peers run the chaincode: members gossip it.

    What was gossiped and lost comes again with the next block only (Fabric gossip/gossip/channel).
    """
    network = stage.surroundings.gateway(who).network(stage.surroundings.channel)
    contract, other = network.contract("partly"), network.contract("probe")
    for msp_id in msp_ids:
        deadline = time.monotonic() + 60
        while True:
            try:
                contract.propose("run", json.dumps([step]), endorsing_organizations=[msp_id]).endorse()
                break
            except GatewayError:
                if time.monotonic() > deadline:
                    raise
                nudge = json.dumps([["put", stage.key("nudge"), "x"]])
                other.submit("run", nudge, endorsing_organizations=ENDORSERS)
