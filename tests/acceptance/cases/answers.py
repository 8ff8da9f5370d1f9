"""What the Gateway answers when something is wrong: codes, messages, details."""

from typing import Any

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, gateway, proposal
from counterfoil_protocol.proposal import build_proposal, sign_proposal

from tests.acceptance.registry import case
from tests.acceptance.stage import NOBODY_SAID, Stage
from tests.acceptance.strangers import msp_certificate, msp_signer

_NOTHING = "nothing"


@case("answers/the chaincode says 500")
def chaincode_error(stage: Stage) -> None:
    stage.endorse(["respond", 500, "boom"])
    stage.endorse(["respond", 500, "boom"], endorsers=NOBODY_SAID)
    stage.endorse(["respond", 500, "boom"], endorsers=["PortMSP"])
    stage.evaluate(["respond", 500, "boom"])
    stage.evaluate(["respond", 500, "boom"], at=["PortMSP"])


@case("answers/the chaincode says 404")
def chaincode_not_found(stage: Stage) -> None:
    stage.endorse(["respond", 404, "there is none"])
    stage.evaluate(["respond", 404, "there is none"])


@case("answers/statuses below 400 are successes")
def chaincode_statuses(stage: Stage) -> None:
    for status in (200, 201, 299, 399, 400, 599):
        stage.endorse(["respond", status, f"message {status}", f"payload {status}"])
        stage.evaluate(["respond", status, f"message {status}", f"payload {status}"])


@case("answers/one endorser of two refuses")
def one_refuses(stage: Stage) -> None:
    stage.endorse(["fail_at", "RegulatorMSP", 500, "not here"])
    stage.endorse(["fail_at", "BankAMSP", 500, "not here"])


@case("answers/unknown function")
def unknown_function(stage: Stage) -> None:
    stage.evaluate_raw("walk", "x")


@case("answers/unknown chaincode")
def unknown_chaincode(stage: Stage) -> None:
    stage.endorse(["get", "x"], chaincode=_NOTHING, endorsers=NOBODY_SAID)
    stage.endorse(["get", "x"], chaincode=_NOTHING)
    stage.evaluate_raw("run", "[]", chaincode=_NOTHING)
    stage.evaluate_raw("run", "[]", chaincode=_NOTHING, at=["BankAMSP"])


@case("answers/unknown channel")
def unknown_channel(stage: Stage) -> None:
    stage.endorse(["get", "x"], channel="nowhere", endorsers=NOBODY_SAID)
    stage.endorse(["get", "x"], channel="nowhere")
    stage.evaluate(["get", "x"], channel="nowhere")


@case("answers/unknown organisations are named")
def unknown_organisation(stage: Stage) -> None:
    stage.endorse(["get", "x"], endorsers=["NobodyMSP"])
    stage.endorse(["get", "x"], endorsers=["NobodyMSP", "BankAMSP"])
    stage.evaluate(["get", "x"], at=["NobodyMSP"])


@case("answers/the results of the endorsers differ")
def different_results(stage: Stage) -> None:
    stage.endorse(["peer"])


@case("answers/a transaction id is used again")
def used_transaction_id(stage: Stage) -> None:
    contract = stage.surroundings.gateway("BankA").network(stage.surroundings.channel).contract("probe")
    script = f'[["put", "{stage.key("a")}", "1"]]'
    proposed = contract.propose("run", script, endorsing_organizations=["BankAMSP", "RegulatorMSP"])
    stage.names.transaction(proposed.transaction_id)
    stage.commit(proposed.endorse())
    stage.attempt("endorse again", proposed.endorse)
    stage.attempt("evaluate again", lambda: proposed.evaluate().decode())


@case("answers/the same envelope twice")
def same_envelope(stage: Stage) -> None:
    endorsed = stage.endorse(["put", stage.key("a"), "1"])
    assert endorsed is not None
    signed = endorsed.sign()
    first = signed.submit().status()
    again = signed.submit().status()
    stage.note("statuses", [first.name, again.name, first.block_number == again.block_number])
    # The copy is in a later block, or in the same one, flagged; it changes nothing.
    stage.submit(["get", stage.key("a")], ["put", stage.key("b"), "1"])


@case("answers/empty requests")
def empty_requests(stage: Stage) -> None:
    stub = stage.surroundings.gateway_stub("BankA")
    stage.attempt("endorse", lambda: stub.Endorse(gateway.EndorseRequest(), timeout=5))
    stage.attempt("evaluate", lambda: stub.Evaluate(gateway.EvaluateRequest(), timeout=5))
    stage.attempt("submit", lambda: stub.Submit(gateway.SubmitRequest(), timeout=5))
    stage.attempt("commit status", lambda: stub.CommitStatus(gateway.SignedCommitStatusRequest(), timeout=5))
    stage.attempt(
        "chaincode events",
        lambda: list(stub.ChaincodeEvents(gateway.SignedChaincodeEventsRequest(), timeout=5)),
    )


@case("answers/nonsense in requests")
def nonsense(stage: Stage) -> None:
    stub = stage.surroundings.gateway_stub("BankA")
    for content in (b"\xff", b"\x12\x00", bytes(8)):
        signed = proposal.SignedProposal(proposal_bytes=content, signature=b"x")
        envelope = common.Envelope(payload=content, signature=b"x")
        label = content.hex()
        endorse = gateway.EndorseRequest(proposed_transaction=signed)
        evaluate = gateway.EvaluateRequest(proposed_transaction=signed)
        status = gateway.SignedCommitStatusRequest(request=content, signature=b"x")
        submit = gateway.SubmitRequest(
            channel_id=stage.surroundings.channel, transaction_id="x", prepared_transaction=envelope
        )
        stage.attempt(f"endorse {label}", lambda: stub.Endorse(endorse, timeout=5))  # noqa: B023 - called at once
        stage.attempt(f"evaluate {label}", lambda: stub.Evaluate(evaluate, timeout=5))  # noqa: B023 - at once
        stage.attempt(f"status {label}", lambda: stub.CommitStatus(status, timeout=5))  # noqa: B023 - at once
        stage.attempt(f"submit {label}", lambda: stub.Submit(submit, timeout=5))  # noqa: B023 - at once


@case("answers/system chaincodes")
def system_chaincodes(stage: Stage) -> None:
    channel = stage.surroundings.channel
    for arguments in (
        ("GetChainInfo", "nowhere"),
        ("GetBlockByNumber", channel, "999999"),
        ("GetBlockByNumber", channel, "x"),
        ("GetBlockByNumber", channel),
        ("GetBlockByHash", channel, "x"),
        ("GetTransactionByID", channel, "x"),
        ("GetBlockByTxID", channel, "x"),
        ("Nothing", channel, "x"),
        ("GetChainInfo",),
    ):
        stage.evaluate_raw(*arguments, chaincode="qscc", at=["BankAMSP"])
    stage.evaluate_raw("GetChannels", chaincode="cscc", at=["BankAMSP"])
    stage.evaluate_raw("Nothing", channel, chaincode="cscc", at=["BankAMSP"])
    stage.evaluate(["attempt", "call", "qscc", []])


@case("answers/system chaincodes judge by the channel that is asked about")
def system_chaincodes_and_channels(stage: Stage) -> None:
    """Not by the channel of the proposal, which may be another or none."""
    channel = stage.surroundings.channel
    for function in ("GetConfigBlock", "GetChannelConfig"):
        stage.evaluate_raw(function, "nowhere", chaincode="cscc", at=["BankAMSP"])
        stage.evaluate_raw(function, "", chaincode="cscc", at=["BankAMSP"])
        stage.evaluate_raw(function, chaincode="cscc", at=["BankAMSP"])
    stub = stage.surroundings.endorser_stub("BankA")
    for user in ("BankA", "BankA/officer1", "BankB"):
        msp = stage.surroundings.user_msp(user)
        creator = Identity(f"{user.partition('/')[0]}MSP", msp_certificate(msp)).serialize()
        for of, chaincode, function, about in (
            ("", "cscc", "GetChannels", None),
            ("", "cscc", "GetConfigBlock", channel),
            ("", "cscc", "GetChannelConfig", channel),
            ("", "cscc", "GetConfigBlock", "nowhere"),
            ("", "cscc", "Nothing", channel),
            ("", "qscc", "GetChainInfo", channel),
            ("", "qscc", "GetChainInfo", "nowhere"),
            (channel, "cscc", "GetChannels", None),
            (channel, "cscc", "GetConfigBlock", channel),
        ):
            arguments = [function.encode(), *([about.encode()] if about is not None else [])]
            built = build_proposal(of, chaincode, arguments, creator)
            stage.names.transaction(built.transaction_id)
            signed = sign_proposal(built, msp_signer(msp))
            stage.attempt(
                f"{user}: {chaincode} {function} {about}, {'in' if of else 'without'} a channel",
                lambda: asked(stub, signed),  # noqa: B023 - called at once
            )


def asked(stub: Any, signed: proposal.SignedProposal) -> list[Any]:
    """Status and message; of what was answered only whether it is anything."""
    reply = stub.ProcessProposal(signed, timeout=60)
    return [reply.response.status, reply.response.message, bool(reply.response.payload)]
