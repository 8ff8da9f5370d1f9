"""The typed client: what it sends, when it tries again, and when it does not."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from counterfoil import (
    CommitError,
    CommitUnknown,
    ContractRefusal,
    EndorseError,
    EvaluateError,
    Gateway,
    SubmitError,
)
from counterfoil.trade import Journal, State, TradeClient
from counterfoil_protocol.confidential import parse_request
from counterfoil_protocol.proposal import parse_signed_proposal

REGULATOR, PORT, OWN = "RegulatorMSP", "PortMSP", "BankAMSP"
STATUS = grpc.StatusCode
ENDORSE_FAILED = "failed to collect enough transaction endorsements, see attached details for more info"


def details(message: str, *msp_ids: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"peer0.{msp_id}", msp_id, message) for msp_id in msp_ids)


def test_a_submit_comes_back_as_its_declared_answer(client: TradeClient, peer: Any, operations: Any) -> None:
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert outcome.answer == operations.Locked(99)
    assert outcome.block == 7
    assert outcome.transaction_id == peer.calls("Submit")[0].transaction_id
    assert outcome.shown_at == (REGULATOR, PORT, OWN)
    assert peer.methods == ["Endorse", "Submit", "CommitStatus", "Evaluate", "Evaluate", "Evaluate"]


def test_only_the_request_id_is_an_argument_and_the_endorsers_are_named(
    client: TradeClient, peer: Any, operations: Any
) -> None:
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    (request,) = peer.calls("Endorse")
    parsed = parse_signed_proposal(request.proposed_transaction)
    assert parsed.args == (b"export_invoice:transact", outcome.request_id.encode())
    assert list(request.endorsing_organizations) == [REGULATOR, PORT]
    carried = parse_request(parsed.transient)
    assert (carried.operation, carried.body, carried.salt) == (
        "lock",
        {"document": "I1", "amount": 100},
        None,
    )


def test_bank_is_the_callers_own_and_brings_the_salt(client: TradeClient, peer: Any, operations: Any) -> None:
    client.submit(operations.TERMS, operations.Lock("I1", 100))
    (request,) = peer.calls("Endorse")
    assert list(request.endorsing_organizations) == [REGULATOR, OWN]
    salt = parse_request(parse_signed_proposal(request.proposed_transaction).transient).salt
    assert salt is not None
    assert len(salt) == 32


def test_the_journal_is_on_disk_before_each_step(
    client: TradeClient, peer: Any, ledger: Any, journal_path: Path, operations: Any
) -> None:
    seen: dict[str, dict[str, Any]] = {}

    def look(method: str, honest: Any) -> Any:
        def answered(request: Any) -> Any:
            seen[method] = json.loads(journal_path.read_text().splitlines()[-1])
            return honest(request)

        return answered

    peer.scripts["Endorse"] = [look("Endorse", ledger.endorse)]
    peer.scripts["Submit"] = [look("Submit", ledger.submit)]
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert (seen["Endorse"]["state"], seen["Endorse"]["request_id"]) == ("begun", outcome.request_id)
    assert seen["Submit"]["state"] == "prepared"
    assert peer.ordered == []
    assert bytes.fromhex(seen["Submit"]["envelope"])


def test_it_returns_only_when_every_peer_that_matters_shows_it(
    client: TradeClient, ledger: Any, operations: Any
) -> None:
    ledger.behind.update({PORT: 3, OWN: 1})
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert outcome.shown_at == (REGULATOR, PORT, OWN)
    assert ledger.behind[PORT] == 0


def test_a_peer_that_stays_behind_is_left_out(client: TradeClient, ledger: Any, operations: Any) -> None:
    ledger.behind.update({PORT: 10**6})
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert REGULATOR in outcome.shown_at
    assert PORT not in outcome.shown_at
    assert outcome.answer == operations.Locked(99)


def test_a_refusal_by_all_endorsers_is_final(
    client: TradeClient, peer: Any, journal: Journal, operations: Any, failing: Any
) -> None:
    text = "chaincode response 409, OVER_FINANCING: 3000000 are left"
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, details(text, REGULATOR, PORT))] * 9
    with pytest.raises(ContractRefusal) as caught:
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert (caught.value.code, caught.value.text) == ("OVER_FINANCING", "3000000 are left")
    assert isinstance(caught.value.__cause__, EndorseError)
    assert len(peer.calls("Endorse")) == 1
    (entry,) = journal.entries
    assert (entry.state, entry.reason) == (State.CLOSED, "OVER_FINANCING")


@pytest.mark.parametrize(
    "said",
    [
        details("chaincode response 404, NOT_FOUND: no view", REGULATOR),
        (
            *details("chaincode response 404, NOT_FOUND", REGULATOR),
            *details("chaincode response 409, DUPLICATE", PORT),
        ),
    ],
)
def test_a_refusal_by_some_may_be_a_peer_that_lags(
    client: TradeClient, peer: Any, operations: Any, failing: Any, said: Any
) -> None:
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, said)] * 2
    assert client.submit(operations.LOCK, operations.Lock("I1", 100)).answer == operations.Locked(99)
    assert len(peer.calls("Endorse")) == 3


def test_a_peer_that_lags_is_waited_for(
    client: TradeClient, peer: Any, ledger: Any, operations: Any, failing: Any
) -> None:
    ledger.heights.update({OWN: 9, REGULATOR: 9, PORT: 6})
    said = details("chaincode response 404, NOT_FOUND: no slip", PORT)
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, said)]
    assert client.submit(operations.LOCK, operations.Lock("I1", 100)).answer == operations.Locked(99)
    assert ledger.heights_asked == [OWN, REGULATOR, PORT, PORT, PORT, PORT]
    assert peer.methods.index("Submit") == 2 + len(ledger.heights_asked)


def test_ones_own_peer_is_waited_for_too(
    client: TradeClient, peer: Any, ledger: Any, operations: Any, failing: Any
) -> None:
    ledger.heights.update({OWN: 4, REGULATOR: 6})
    said = details("chaincode response 404, NOT_FOUND: no answer", OWN)
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, said)]
    client.submit(operations.TERMS, operations.Lock("I1", 100))
    assert ledger.heights_asked == [OWN, REGULATOR, OWN, OWN]


def test_a_refusal_that_one_peer_keeps_giving_stands(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    said = details("chaincode response 404, NOT_FOUND: no terms", REGULATOR)
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, said)] * 9
    with pytest.raises(ContractRefusal, match="no terms"):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Endorse")) == 3


PASSING = [
    (STATUS.ABORTED, ENDORSE_FAILED, details("ProposalResponsePayloads do not match", PORT)),
    (
        STATUS.ABORTED,
        ENDORSE_FAILED,
        details("failed to distribute private collection, txID t, channel c", PORT),
    ),
    (STATUS.ABORTED, ENDORSE_FAILED, details("rpc error: code = Unavailable desc = connection error", PORT)),
    (STATUS.UNAVAILABLE, "failed to find any endorsing peers for org(s): RegulatorMSP", ()),
    (STATUS.FAILED_PRECONDITION, "no peer combination can satisfy the endorsement policy", ()),
    (STATUS.UNKNOWN, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)", ()),
    (STATUS.DEADLINE_EXCEEDED, "endorsement timeout expired while collecting endorsements", ()),
]


@pytest.mark.parametrize("failure", PASSING, ids=lambda failure: failure[0].name)
def test_what_passes_is_endorsed_again(
    client: TradeClient, peer: Any, operations: Any, failing: Any, failure: Any
) -> None:
    peer.scripts["Endorse"] = [failing(*failure)] * 2
    assert client.submit(operations.LOCK, operations.Lock("I1", 100)).answer == operations.Locked(99)
    assert len(peer.calls("Endorse")) == 3
    assert len({request.transaction_id for request in peer.calls("Endorse")}) == 3


def test_trying_again_has_a_limit(
    client: TradeClient, peer: Any, journal: Journal, operations: Any, failing: Any
) -> None:
    peer.scripts["Endorse"] = [failing(STATUS.UNAVAILABLE, "gone")] * 9
    with pytest.raises(EndorseError):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Endorse")) == 5
    assert journal.open_entries == ()


def test_what_will_not_change_is_not_tried_again(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    said = details("error validating proposal: access denied: channel [trade] creator org [BankAMSP]", PORT)
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, said)] * 9
    with pytest.raises(EndorseError, match="access denied"):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Endorse")) == 1


def test_a_conflict_is_endorsed_anew(client: TradeClient, ledger: Any, peer: Any, operations: Any) -> None:
    ledger.conflicts = 2
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Endorse")) == len(peer.calls("Submit")) == 3
    assert ledger.done == {outcome.request_id: 1}
    assert outcome.transaction_id == peer.calls("Submit")[-1].transaction_id


def test_conflicts_to_the_last_attempt_are_a_commit_error(
    client: TradeClient, ledger: Any, journal: Journal, operations: Any
) -> None:
    ledger.conflicts = 99
    with pytest.raises(CommitError, match="MVCC_READ_CONFLICT"):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert (ledger.conflicts, journal.open_entries, sum(ledger.done.values())) == (94, (), 0)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_settled_with_the_same_envelope(
    client: TradeClient, ledger: Any, peer: Any, operations: Any, failing: Any, arrived: bool
) -> None:
    def lose(request: Any) -> Any:
        if arrived:
            ledger.submit(request)
        return failing(STATUS.UNAVAILABLE, "connection reset")

    peer.scripts["Submit"] = [lose]
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert ledger.done == {outcome.request_id: 1}
    assert len(peer.calls("Endorse")) == 1
    sent = [request.prepared_transaction for request in peer.calls("Submit")]
    assert len(sent) == (1 if arrived else 2)
    assert all(envelope == sent[0] for envelope in sent)


def test_what_nobody_knows_stays_open_and_is_resumed(
    client: TradeClient, ledger: Any, peer: Any, journal: Journal, operations: Any, failing: Any
) -> None:
    peer.scripts["Submit"] = [
        failing(STATUS.UNAVAILABLE, "no orderers could successfully process transaction")
    ] * 6
    with pytest.raises(CommitUnknown):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    (entry,) = journal.open_entries
    assert entry.state is State.PREPARED
    (resumed,) = client.resume([operations.LOCK])
    assert resumed.error is None
    assert resumed.outcome is not None
    assert resumed.outcome.answer == operations.Locked(99)
    assert len(peer.calls("Endorse")) == 1
    assert ledger.done == {entry.request_id: 1}
    assert client.resume([operations.LOCK]) == ()


def test_a_step_called_again_does_nothing_again(
    client: TradeClient, ledger: Any, peer: Any, operations: Any
) -> None:
    first = client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock")
    again = client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock")
    assert again == first
    assert len(peer.calls("Submit")) == 1


def test_a_step_with_other_content_is_a_mistake(client: TradeClient, peer: Any, operations: Any) -> None:
    client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock")
    for operation, body in (
        (operations.LOCK, operations.Lock("I1", 101)),
        (operations.TERMS, operations.Lock("I1", 100)),
    ):
        with pytest.raises(ValueError, match="another request"):
            client.submit(operation, body, step="loan-1/lock")
    assert len(peer.calls("Endorse")) == 1


def test_a_refused_step_may_be_tried_again(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    text = "chaincode response 409, DUPLICATE"
    peer.scripts["Endorse"] = [failing(STATUS.ABORTED, ENDORSE_FAILED, details(text, REGULATOR, PORT))]
    with pytest.raises(ContractRefusal, match="DUPLICATE"):
        client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock")
    assert client.submit(operations.LOCK, operations.Lock("I1", 100), step="loan-1/lock").block == 7


def test_a_request_id_used_for_something_else_is_a_conflict(
    client: TradeClient, ledger: Any, peer: Any, operations: Any
) -> None:
    ledger.outcomes["ab" * 16] = {"digest": "0" * 64, "result": {"available": 1}}
    with pytest.raises(ContractRefusal, match="IDEMPOTENCY_CONFLICT"):
        client.submit(operations.LOCK, operations.Lock("I1", 100), request_id="ab" * 16)
    assert peer.calls("Endorse") == []


def test_what_another_journal_has_done_is_read_not_done_again(
    client: TradeClient,
    ledger: Any,
    connected: Gateway,
    tmp_path: Path,
    patience: Any,
    peer: Any,
    operations: Any,
) -> None:
    first = client.submit(operations.LOCK, operations.Lock("I1", 100))
    with Journal(tmp_path / "other.journal") as journal:
        other = TradeClient(connected.network("trade"), journal, patience=patience)
        again = other.submit(operations.LOCK, operations.Lock("I1", 100), request_id=first.request_id)
    assert (again.answer, again.block) == (first.answer, None)
    assert len(peer.calls("Endorse")) == 1


def test_an_orderer_that_forbids_is_told_and_nothing_is_left_open(
    client: TradeClient, peer: Any, journal: Journal, operations: Any, failing: Any
) -> None:
    peer.scripts["Submit"] = [failing(STATUS.ABORTED, "status=FORBIDDEN")]
    with pytest.raises(SubmitError, match="FORBIDDEN"):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Submit")) == 1
    assert [(entry.state, entry.reason) for entry in journal.entries] == [(State.CLOSED, "SubmitError")]


def test_a_copy_that_is_refused_says_nothing_of_the_original(
    client: TradeClient, peer: Any, journal: Journal, operations: Any, failing: Any
) -> None:
    lost, forbidden = failing(STATUS.UNAVAILABLE, "lost"), failing(STATUS.ABORTED, "status=FORBIDDEN")
    peer.scripts["Submit"] = [lost, forbidden]
    with pytest.raises(CommitUnknown):
        client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert len(peer.calls("Submit")) == 2
    assert len(journal.open_entries) == 1


def test_an_orderer_that_comes_back_gets_the_same_envelope(
    client: TradeClient, peer: Any, ledger: Any, operations: Any, failing: Any
) -> None:
    peer.scripts["Submit"] = [
        failing(STATUS.UNAVAILABLE, "no orderers could successfully process transaction")
    ] * 3
    outcome = client.submit(operations.LOCK, operations.Lock("I1", 100))
    assert ledger.done == {outcome.request_id: 1}
    assert len(peer.calls("Endorse")) == 1
    assert len(peer.calls("Submit")) == 4


def test_an_inquiry_gives_its_declared_answer_and_submits_nothing(
    client: TradeClient, peer: Any, journal: Journal, operations: Any
) -> None:
    assert client.inquire(operations.LOOK, operations.Lock("I1", 42)) == operations.Locked(42)
    (request,) = peer.calls("Evaluate")
    assert list(request.target_organizations) == [REGULATOR, PORT]
    assert client.inquire(operations.LOOK, operations.Lock("I1", 42), at=PORT) == operations.Locked(42)
    assert list(peer.calls("Evaluate")[1].target_organizations) == [PORT]
    assert journal.entries == ()


def test_a_refused_inquiry_is_the_contracts_refusal(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    text = "chaincode response 404, NOT_FOUND: no such view"
    prefix = "evaluate call to endorser returned error: "
    peer.scripts["Evaluate"] = [failing(STATUS.UNKNOWN, prefix + text, details(text, PORT))]
    with pytest.raises(ContractRefusal) as caught:
        client.inquire(operations.LOOK, operations.Lock("I1", 42))
    assert caught.value.code == "NOT_FOUND"
    assert len(peer.calls("Evaluate")) == 1


def test_an_inquiry_waits_for_private_data_on_its_way(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    text = "private data matching public hash version is not available. Public hash version = {}"
    peer.scripts["Evaluate"] = [failing(STATUS.UNKNOWN, text)] * 2
    assert client.inquire(operations.LOOK, operations.Lock("I1", 42)) == operations.Locked(42)


def test_an_inquiry_nobody_answers_ends(
    client: TradeClient, peer: Any, operations: Any, failing: Any
) -> None:
    peer.scripts["Evaluate"] = [failing(STATUS.UNAVAILABLE, "gone")] * 9
    with pytest.raises(EvaluateError):
        client.inquire(operations.LOOK, operations.Lock("I1", 42))
    assert len(peer.calls("Evaluate")) == 5


def test_an_operation_travels_through_its_carriers_gateways_alone(
    ledger: Any, connection: dict[str, Any], journal: Journal, peer: Any, operations: Any
) -> None:
    with Gateway.connect(**connection, peer_msp_id=PORT) as by_port:
        client = TradeClient(by_port.network("trade"), journal)
        assert client.inquire(operations.RELAYED, operations.Lock("I1", 1)) == operations.Locked(1)
        for refused in (lambda: client.submit(operations.LOCK, operations.Lock("I1", 1)),
                        lambda: client.inquire(operations.LOOK, operations.Lock("I1", 1))):  # fmt: skip
            with pytest.raises(ValueError, match="may not travel through PortMSP's gateway"):
                refused()
    assert (peer.calls("Endorse"), journal.entries) == ([], ())


def test_mistakes_are_told_before_any_network(
    client: TradeClient, peer: Any, journal: Journal, operations: Any
) -> None:
    body = operations.Lock("I1", 100)
    with pytest.raises(ValueError, match="use inquire"):
        client.submit(operations.LOOK, body)
    with pytest.raises(ValueError, match="use submit"):
        client.inquire(operations.LOCK, body)
    with pytest.raises(ValueError, match="may not run at BankBMSP"):
        client.inquire(operations.LOOK, body, at="BankBMSP")
    with pytest.raises(TypeError, match="takes a Lock"):
        client.submit(operations.LOCK, {"document": "I1", "amount": 100})
    with pytest.raises(ValueError, match="`float` - at "):
        client.submit(operations.LOCK, operations.Lock("I1", 1.5))
    with pytest.raises(ValueError, match="32 lower-case hex digits"):
        client.submit(operations.LOCK, body, request_id="AB")
    assert (peer.handled, journal.entries) == ([], ())


def test_a_request_of_another_organisation_or_unknown_operation_is_not_resumed(
    ledger: Any,
    connection: dict[str, Any],
    journal: Journal,
    patience: Any,
    peer: Any,
    operations: Any,
    failing: Any,
) -> None:
    with Gateway.connect(**connection) as connected:
        client = TradeClient(connected.network("trade"), journal, patience=patience)
        peer.scripts["Submit"] = [failing(STATUS.UNAVAILABLE, "gone")] * 6
        with pytest.raises(CommitUnknown):
            client.submit(operations.LOCK, operations.Lock("I1", 100))
        with pytest.raises(ValueError, match="give its declaration"):
            client.resume([operations.TERMS])
    from counterfoil import Identity

    foreign = {**connection, "identity": Identity("BankBMSP", connection["identity"].certificate)}
    peer.handled.clear()
    with Gateway.connect(**foreign) as connected, pytest.raises(ValueError, match="client of BankAMSP"):
        TradeClient(connected.network("trade"), journal).resume([operations.LOCK])
    assert peer.handled == []


def test_nothing_of_the_business_is_in_a_repr(client: TradeClient, journal: Journal, operations: Any) -> None:
    outcome = client.submit(operations.LOCK, operations.Lock("I1-4711", 7234567))
    shown = repr(outcome) + repr(journal.entries) + repr(client) + repr(journal)
    assert "4711" not in shown
    assert "7234567" not in shown
    assert "7234566" not in shown
