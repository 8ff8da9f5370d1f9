"""Evaluate and submit, each case through the blocking and the asyncio face."""

from collections.abc import Generator
from typing import Any

import grpc
import pytest
from counterfoil import (
    CommitError,
    CommitStatusError,
    CommitUnknown,
    Deadlines,
    EndorseError,
    ErrorDetail,
    EvaluateError,
    SubmitError,
)
from counterfoil_protocol.identity import parse_certificate
from counterfoil_protocol.messages import gateway, transaction
from counterfoil_protocol.proposal import parse_signed_proposal
from counterfoil_protocol.signing import verify

Case = Generator[Any, Any, Any]
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
SECRET = b"seven-million-two-hundred-thousand"


def contract_of(connected: Any, name: str = "") -> Any:
    return connected.network("trade").contract("asset", name)


def evaluates(connected: Any) -> Case:
    return (yield contract_of(connected).evaluate("read", "k1", b"\xff"))


def submits(connected: Any) -> Case:
    return (yield contract_of(connected).submit("create", "k1"))


def test_evaluate_gives_the_response_of_the_function_with_its_arguments(peer: Any, face: Any) -> None:
    assert face(evaluates) == b"read/k1/\xff"
    assert peer.methods == ["Evaluate"]


def test_a_proposal_is_signed_by_the_client_for_its_channel_and_chaincode(
    peer: Any, face: Any, connection: dict[str, Any]
) -> None:
    face(evaluates)
    (request,) = peer.calls("Evaluate")
    signed = request.proposed_transaction
    parsed = parse_signed_proposal(signed)
    assert (parsed.channel_id, parsed.chaincode_name) == ("trade", "asset")
    assert (request.channel_id, request.transaction_id) == ("trade", parsed.transaction_id)
    assert parsed.creator == connection["identity"].serialize()
    certificate = parse_certificate(connection["identity"].certificate)
    assert verify(certificate, signed.proposal_bytes, signed.signature)


def test_a_contract_is_a_namespace_of_its_chaincode(face: Any) -> None:
    def case(connected: Any) -> Case:
        return (yield contract_of(connected, "export_invoice").evaluate("inquire"))

    assert face(case) == b"export_invoice:inquire"


def test_targets_and_transient_data_reach_the_peer(peer: Any, face: Any) -> None:
    def case(connected: Any) -> Case:
        yield contract_of(connected).evaluate(
            "read", transient={"a": SECRET, "b": "text"}, target_organizations=["RegulatorMSP"]
        )

    face(case)
    (request,) = peer.calls("Evaluate")
    assert list(request.target_organizations) == ["RegulatorMSP"]
    assert parse_signed_proposal(request.proposed_transaction).transient == {"a": SECRET, "b": b"text"}


def test_submit_endorses_submits_and_waits(peer: Any, face: Any, connection: dict[str, Any]) -> None:
    assert face(submits) == b"create/k1"
    assert peer.methods == ["Endorse", "Submit", "CommitStatus"]
    (envelope,) = peer.ordered
    certificate = parse_certificate(connection["identity"].certificate)
    assert verify(certificate, envelope.payload, envelope.signature)
    (asked,) = peer.calls("CommitStatus")
    assert verify(certificate, asked.request, asked.signature)


def test_endorsers_are_named_and_transient_data_is_in_no_envelope(peer: Any, face: Any) -> None:
    def case(connected: Any) -> Case:
        yield contract_of(connected).submit(
            "create", transient={"request": SECRET}, endorsing_organizations=["RegulatorMSP", "PortMSP"]
        )

    face(case)
    (request,) = peer.calls("Endorse")
    assert list(request.endorsing_organizations) == ["RegulatorMSP", "PortMSP"]
    assert SECRET in request.proposed_transaction.proposal_bytes
    assert SECRET not in peer.ordered[0].payload


def test_submit_nowait_gives_the_response_first_and_the_status_later(peer: Any, face: Any) -> None:
    def case(connected: Any) -> Case:
        commit = yield contract_of(connected).submit_nowait("create", "k1")
        assert peer.methods == ["Endorse", "Submit"]
        return commit, (yield commit.status())

    commit, status = face(case)
    assert commit.result == b"create/k1"
    assert (status.transaction_id, status.code, status.name) == (commit.transaction_id, 0, "VALID")
    assert status.successful
    assert status.block_number == 7


def test_a_failed_evaluate_tells_what_each_peer_said(peer: Any, face: Any, failing: Any) -> None:
    said = ("peer0:7051", "BankAMSP", "chaincode response 500, boom")
    peer.scripts["Evaluate"] = [failing(grpc.StatusCode.UNKNOWN, "evaluate call failed", (said,))]
    with pytest.raises(EvaluateError) as caught:
        face(evaluates)
    assert caught.value.code is grpc.StatusCode.UNKNOWN
    assert caught.value.message == "evaluate call failed"
    assert caught.value.details == (ErrorDetail(*said),)
    assert caught.value.transaction_id == peer.calls("Evaluate")[0].transaction_id


def test_a_failed_endorse_orders_nothing(peer: Any, face: Any, failing: Any) -> None:
    peer.scripts["Endorse"] = [failing(grpc.StatusCode.ABORTED, "failed to endorse transaction")]
    with pytest.raises(EndorseError, match="failed to endorse transaction") as caught:
        face(submits)
    assert caught.value.transaction_id
    assert peer.methods == ["Endorse"]


def test_an_orderer_that_refuses_is_a_submit_error(peer: Any, face: Any, failing: Any) -> None:
    peer.scripts["Submit"] = [failing(grpc.StatusCode.ABORTED, "status=FORBIDDEN")]
    with pytest.raises(SubmitError):
        face(submits)
    assert peer.methods == ["Endorse", "Submit"]


def test_an_invalid_transaction_is_a_commit_error(peer: Any, face: Any) -> None:
    peer.scripts["CommitStatus"] = [
        gateway.CommitStatusResponse(result=transaction.MVCC_READ_CONFLICT, block_number=9)
    ]
    with pytest.raises(CommitError) as caught:
        face(submits)
    error = caught.value
    assert (error.validation_code, error.name, error.block_number) == (11, "MVCC_READ_CONFLICT", 9)


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL", "UNKNOWN"])
def test_a_submit_whose_answer_is_lost_leaves_the_outcome_unknown(
    peer: Any, face: Any, failing: Any, code: str
) -> None:
    peer.scripts["Submit"] = [failing(grpc.StatusCode[code], "lost")]
    with pytest.raises(CommitUnknown) as caught:
        face(submits)
    assert isinstance(caught.value.__cause__, SubmitError)
    assert caught.value.transaction_id


def test_a_status_that_cannot_be_read_leaves_the_outcome_unknown(peer: Any, face: Any, failing: Any) -> None:
    peer.scripts["CommitStatus"] = [failing(UNAVAILABLE, "gone")]
    with pytest.raises(CommitUnknown) as caught:
        face(submits)
    assert isinstance(caught.value.__cause__, CommitStatusError)


def unknown_after(scripts: dict[str, list[Any]], peer: Any) -> Any:
    """A case that submits with the scripts given and settles afterwards."""

    def case(connected: Any) -> Case:
        peer.scripts.update(scripts)
        try:
            yield contract_of(connected).submit("create", "k1")
        except CommitUnknown as unknown:
            peer.handled.clear()
            return (yield connected.settle(unknown))
        raise AssertionError("the outcome was known")

    return case


def test_settling_a_transaction_that_arrived_sends_nothing_again(peer: Any, face: Any, failing: Any) -> None:
    status = face(unknown_after({"CommitStatus": [failing(UNAVAILABLE, "gone")]}, peer))
    assert status.successful
    assert peer.methods == ["CommitStatus"]
    assert len(peer.ordered) == 1


def test_settling_a_transaction_that_never_arrived_sends_the_same_envelope(
    peer: Any, face: Any, failing: Any
) -> None:
    status = face(unknown_after({"Submit": [failing(UNAVAILABLE, "no orderers")]}, peer))
    assert status.successful
    assert peer.methods == ["CommitStatus", "Submit", "CommitStatus"]
    (envelope,) = peer.ordered
    assert envelope.signature
    assert peer.calls("Endorse") == []


def test_settling_asks_with_a_short_deadline_first(peer: Any, face: Any, failing: Any) -> None:
    """About a transaction that never reached an orderer a peer waits for ever."""
    seconds: list[float] = []

    def case(connected: Any) -> Case:
        peer.scripts["Submit"] = [failing(UNAVAILABLE, "no orderers")]
        try:
            yield contract_of(connected).submit("create")
        except CommitUnknown as unknown:
            from counterfoil import _flows

            original = _flows.commit_status

            def spied(*arguments: Any) -> Any:
                seconds.append(arguments[-1])
                return original(*arguments)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(_flows, "commit_status", spied)
                yield connected.settle(unknown, deadlines=Deadlines(commit_status=55))

    face(case)
    assert seconds == [3.0, 55]


def test_settling_stays_unknown_where_nobody_answers(peer: Any, face: Any, failing: Any) -> None:
    gone = failing(UNAVAILABLE, "gone")
    with pytest.raises(CommitUnknown):
        face(unknown_after({"Submit": [gone, gone]}, peer))


def test_a_refused_copy_says_nothing_about_the_original(peer: Any, face: Any, failing: Any) -> None:
    forbidden = failing(grpc.StatusCode.ABORTED, "status=FORBIDDEN")
    with pytest.raises(CommitUnknown):
        face(unknown_after({"Submit": [failing(UNAVAILABLE, "lost"), forbidden]}, peer))


def test_a_transaction_that_was_not_proposed_is_not_signed(peer: Any, face: Any) -> None:
    def case(connected: Any) -> Case:
        yield contract_of(connected).evaluate("steal")
        other = peer.calls("Evaluate")[0].proposed_transaction
        peer.scripts["Endorse"] = [gateway.EndorseResponse(prepared_transaction=peer.prepare(other))]
        yield contract_of(connected).submit("create")

    with pytest.raises(ValueError, match="another transaction than was proposed"):
        face(case)
    assert peer.ordered == []


def test_the_deadline_of_a_call_is_the_one_given(peer: Any, face: Any) -> None:
    def hang(_: Any) -> Any:
        import time

        time.sleep(0.6)
        return gateway.EvaluateResponse()

    def case(connected: Any) -> Case:
        yield contract_of(connected).evaluate("read", timeout=0.2)

    peer.scripts["Evaluate"] = [hang]
    with pytest.raises(EvaluateError) as caught:
        face(case)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def signs_elsewhere(connected: Any) -> Case:
    """Another process holds the key: only bytes travel between the two."""
    keyless = type(connected)(connected._driver, without_signer(connected), "BankAMSP")
    sign = connected.session.sign
    proposal = contract_of(keyless).propose("create", "k1", endorsing_organizations=["PortMSP"])
    with pytest.raises(ValueError, match="no signer"):
        yield proposal.endorse()
    signed = keyless.proposal_from_bytes(proposal.serialize(), sign(proposal.to_sign))
    endorsed = yield signed.endorse()
    prepared = keyless.transaction_from_bytes(endorsed.serialize(), sign(endorsed.to_sign))
    return prepared, (yield prepared.submit())


def without_signer(connected: Any) -> Any:
    import dataclasses

    return dataclasses.replace(connected.session, signer=None)


def test_proposals_and_transactions_can_be_signed_elsewhere(peer: Any, face: Any) -> None:
    prepared, commit = face(signs_elsewhere)
    assert prepared.result == commit.result == b"create/k1"
    (endorse,) = peer.calls("Endorse")
    assert list(endorse.endorsing_organizations) == ["PortMSP"]
    assert peer.ordered[0].signature


@pytest.mark.parametrize(
    ("arguments", "keywords", "error"),
    [
        (("",), {}, ValueError),
        ((7,), {}, TypeError),
        (("read", 7), {}, TypeError),
        (("read",), {"transient": {"a": 1}}, TypeError),
        (("read",), {"transient": {"": b""}}, ValueError),
        (("read",), {"transient": [b""]}, TypeError),
        (("read",), {"target_organizations": "BankAMSP"}, TypeError),
        (("read",), {"target_organizations": ["A", "A"]}, ValueError),
        (("read",), {"target_organizations": [""]}, ValueError),
        (("read",), {"timeout": 0}, ValueError),
        (("read",), {"timeout": float("inf")}, ValueError),
        (("read",), {"timeout": "5"}, TypeError),
        (("read",), {"timeout": True}, TypeError),
    ],
)
def test_mistaken_arguments_are_told_before_any_network(
    peer: Any, face: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], error: type[Exception]
) -> None:
    def case(connected: Any) -> Case:
        yield contract_of(connected).evaluate(*arguments, **keywords)

    with pytest.raises(error):
        face(case)
    assert peer.handled == []
