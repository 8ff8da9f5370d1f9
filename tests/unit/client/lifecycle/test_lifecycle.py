"""Administration of chaincode: Fabric's own messages, to the right peers."""

from typing import Any

import grpc
import pytest
from counterfoil import EndorseError, Gateway, lifecycle
from counterfoil.lifecycle import ChaincodeDefinition
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import parse_collections_json
from counterfoil_protocol.messages import lifecycle as messages
from counterfoil_protocol.messages import proposal_response
from counterfoil_protocol.proposal import ParsedProposal
from counterfoil_protocol.signature_policy import parse_policy

POLICY = "AND('RegulatorMSP.peer','PortMSP.peer')"
COLLECTIONS = parse_collections_json('[{"name": "authority", "policy": "OR(\'PortMSP.member\')"}]')
DEFINITION = ChaincodeDefinition("trade", "1.0", 2, POLICY, COLLECTIONS)


def answering(peer: Any, **answers: Any) -> list[ParsedProposal]:
    """Let the peer answer lifecycle functions by name; the proposals it receives."""
    received: list[ParsedProposal] = []

    def chaincode(parsed: ParsedProposal) -> bytes:
        received.append(parsed)
        message = answers.get(parsed.args[0].decode())
        return b"" if message is None else bytes(message.SerializeToString())

    peer.chaincode = chaincode
    return received


def test_a_package_is_installed_on_the_peer_itself(peer: Any, connected: Gateway) -> None:
    package = lifecycle.package("trade_1", "ccaas", {"connection.json": b"{}"})
    result = messages.InstallChaincodeResult(package_id="trade_1:ab", label="trade_1")
    received = answering(peer, InstallChaincode=result)
    assert lifecycle.install(connected, package) == lifecycle.InstalledChaincode("trade_1:ab", "trade_1")
    (proposal,) = received
    assert peer.methods == ["ProcessProposal"]
    assert (proposal.channel_id, proposal.chaincode_name) == ("", "_lifecycle")
    assert messages.InstallChaincodeArgs.FromString(proposal.args[1]).chaincode_install_package == package


def test_a_refused_installation_says_why(peer: Any, connected: Gateway) -> None:
    text = "failed to invoke backing implementation of 'InstallChaincode': already installed"
    response = proposal_response.Response(status=500, message=text)
    peer.scripts["ProcessProposal"] = [proposal_response.ProposalResponse(response=response)]
    with pytest.raises(EndorseError, match="already installed") as caught:
        lifecycle.install(connected, b"package")
    assert caught.value.code is grpc.StatusCode.ABORTED


def test_a_peer_that_refuses_an_installer_says_so(peer: Any, connected: Gateway, failing: Any) -> None:
    peer.scripts["ProcessProposal"] = [failing(grpc.StatusCode.UNKNOWN, "access denied")]
    with pytest.raises(EndorseError, match="access denied"):
        lifecycle.install(connected, b"package")


def test_installed_packages_are_listed(peer: Any, connected: Gateway) -> None:
    result = messages.QueryInstalledChaincodesResult()
    result.installed_chaincodes.add(package_id="trade_1:ab", label="trade_1")
    answering(peer, QueryInstalledChaincodes=result)
    assert lifecycle.query_installed(connected) == (lifecycle.InstalledChaincode("trade_1:ab", "trade_1"),)


def test_an_approval_is_endorsed_by_the_own_organisation(peer: Any, connected: Gateway) -> None:
    received = answering(peer)
    lifecycle.approve(connected.network("trade"), DEFINITION, "trade_1:ab")
    (request,) = peer.calls("Endorse")
    assert list(request.endorsing_organizations) == ["BankAMSP"]
    assert len(peer.ordered) == 1
    arguments = messages.ApproveChaincodeDefinitionForMyOrgArgs.FromString(received[0].args[1])
    assert received[0].args[0] == b"ApproveChaincodeDefinitionForMyOrg"
    assert (arguments.name, arguments.version, arguments.sequence) == ("trade", "1.0", 2)
    assert arguments.source.local_package.package_id == "trade_1:ab"
    policy = ApplicationPolicy.parse(arguments.validation_parameter)
    assert policy.signature_policy == parse_policy(POLICY).SerializeToString()
    assert arguments.collections.config[0].static_collection_config.name == "authority"


def test_an_approval_without_a_package_says_so(peer: Any, connected: Gateway) -> None:
    received = answering(peer)
    lifecycle.approve(connected.network("trade"), DEFINITION, None)
    arguments = messages.ApproveChaincodeDefinitionForMyOrgArgs.FromString(received[0].args[1])
    assert arguments.source.WhichOneof("Type") == "unavailable"


def test_all_three_steps_say_the_same_definition(peer: Any, connected: Gateway) -> None:
    received = answering(peer, CheckCommitReadiness=messages.CheckCommitReadinessResult())
    network = connected.network("trade")
    lifecycle.approve(network, DEFINITION, None)
    lifecycle.check_commit_readiness(network, DEFINITION)
    lifecycle.commit(network, DEFINITION, endorsing_organizations=["RegulatorMSP", "PortMSP"])
    approved = messages.ApproveChaincodeDefinitionForMyOrgArgs.FromString(received[0].args[1])
    approved.ClearField("source")
    assert approved.SerializeToString() == received[1].args[1] == received[2].args[1]
    assert list(peer.calls("Endorse")[1].endorsing_organizations) == ["RegulatorMSP", "PortMSP"]


def test_every_field_of_a_definition_is_sent() -> None:
    definition = ChaincodeDefinition(
        "trade",
        "1.0",
        2,
        POLICY,
        COLLECTIONS,
        init_required=True,
        endorsement_plugin="e",
        validation_plugin="v",
    )
    arguments = messages.CommitChaincodeDefinitionArgs(**definition.arguments())
    assert (arguments.init_required, arguments.endorsement_plugin, arguments.validation_plugin) == (
        True,
        "e",
        "v",
    )
    assert {field.name for field, _ in arguments.ListFields()} == set(definition.arguments())


def test_readiness_tells_who_has_approved_and_who_differs_in_what(peer: Any, connected: Gateway) -> None:
    result = messages.CheckCommitReadinessResult(approvals={"PortMSP": True, "BankAMSP": False})
    result.mismatches["BankAMSP"].items.append("Collections")
    answering(peer, CheckCommitReadiness=result)
    readiness = lifecycle.check_commit_readiness(connected.network("trade"), DEFINITION)
    assert readiness.approvals == {"PortMSP": True, "BankAMSP": False}
    assert readiness.mismatches == {"BankAMSP": ("Collections",)}
    assert list(peer.calls("Evaluate")[0].target_organizations) == ["BankAMSP"]


def test_a_committed_definition_reads_as_it_was_approved(peer: Any, connected: Gateway) -> None:
    listed = messages.QueryChaincodeDefinitionsResult()
    listed.chaincode_definitions.add(name="trade")
    found = messages.QueryChaincodeDefinitionResult(approvals={"PortMSP": True})
    arguments = DEFINITION.arguments()
    arguments.pop("name")
    found.MergeFrom(messages.QueryChaincodeDefinitionResult(**arguments))
    answering(peer, QueryChaincodeDefinitions=listed, QueryChaincodeDefinition=found)
    network = connected.network("trade")
    committed = lifecycle.query_committed(network, "trade")
    assert committed is not None
    assert committed.approvals == {"PortMSP": True}
    assert committed.definition.arguments() == DEFINITION.arguments()
    assert lifecycle.query_committed(network, "other") is None


def test_an_approved_definition_names_its_package(peer: Any, connected: Gateway) -> None:
    arguments = {key: value for key, value in DEFINITION.arguments().items() if key != "name"}
    found = messages.QueryApprovedChaincodeDefinitionResult(**arguments)
    found.source.local_package.package_id = "trade_1:ab"
    received = answering(peer, QueryApprovedChaincodeDefinition=found)
    approved = lifecycle.query_approved(connected.network("trade"), "trade")
    assert (approved.package_id, approved.definition.sequence) == ("trade_1:ab", 2)
    asked = messages.QueryApprovedChaincodeDefinitionArgs.FromString(received[0].args[1])
    assert (asked.name, asked.sequence) == ("trade", 0)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", b""),
        (
            "/Channel/Application/Endorsement",
            ApplicationPolicy(channel_policy="/Channel/Application/Endorsement").serialize(),
        ),
        (
            ApplicationPolicy(channel_policy="/Channel/X"),
            ApplicationPolicy(channel_policy="/Channel/X").serialize(),
        ),
    ],
)
def test_a_policy_may_be_the_channels(policy: Any, expected: bytes) -> None:
    assert ChaincodeDefinition("trade", "1.0", 1, policy).arguments()["validation_parameter"] == expected


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (("", "1.0", 1), ValueError),
        (("trade", "", 1), ValueError),
        (("trade", "1.0", 0), ValueError),
        (("trade", "1.0", "1"), TypeError),
        (("trade", "1.0", True), TypeError),
    ],
)
def test_a_definition_that_cannot_be_right(fields: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        ChaincodeDefinition(*fields)


def test_a_policy_that_is_none_is_told_before_any_network(peer: Any, connected: Gateway) -> None:
    definition = ChaincodeDefinition("trade", "1.0", 1, "AND('RegulatorMSP.peer'")
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's own text
        lifecycle.approve(connected.network("trade"), definition, None)
    assert peer.handled == []
