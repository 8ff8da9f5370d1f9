"""The test ledger keeps Fabric's promises: versions, phantoms, membership, agreement of endorsers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.testing import (
    Clock,
    EndorsementMismatch,
    Ledger,
    NotCommitted,
    Refused,
    make_caller,
)
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.identity import Identity, attributes
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.signature_policy import parse_policy

ONE, TWO = "Org1MSP", "Org2MSP"
BOTH = (ONE, TWO)
ANN = make_caller(ONE, "clerk", "ann")
POLICY_FAILURE = int(transaction.ENDORSEMENT_POLICY_FAILURE)
MVCC, PHANTOM = int(transaction.MVCC_READ_CONFLICT), int(transaction.PHANTOM_READ_CONFLICT)


class Box(Contract):
    @submit
    def put(self, context: Context, key: str, value: str) -> None:
        context.stub.put_state(key, value.encode())

    @submit
    def add(self, context: Context, key: str, amount: int) -> int:
        total = int(context.stub.get_state(key) or b"0") + amount
        context.stub.put_state(key, str(total).encode())
        return total

    @submit
    def count(self, context: Context, into: str) -> int:
        found = len(list(context.stub.get_state_by_range("a", "b")))
        context.stub.put_state(into, str(found).encode())
        return found

    @submit
    def count_private(self, context: Context) -> int:
        return len(list(context.stub.get_private_data_by_range("shared", "a", "b")))

    @submit
    def put_private(self, context: Context, key: str, value: str) -> None:
        context.stub.put_private_data("shared", key, value.encode())

    @submit
    def add_private(self, context: Context, key: str, amount: int) -> None:
        total = int(context.stub.get_private_data("shared", key) or b"0") + amount
        context.stub.put_private_data("shared", key, str(total).encode())

    @submit
    def differ(self, context: Context, how: str) -> str:
        own = context.local_msp_id
        if how == "event":
            context.stub.set_event("e", own.encode())
        if how == "write":
            context.stub.put_state("k", own.encode())
        if how == "read" and own == ONE:
            context.stub.get_state("k")
        if how == "private":
            context.stub.put_private_data("shared", "k", own.encode())
        if how == "refuse" and own == ONE:
            raise ValueError("no")
        return own if how == "response" else ""

    @submit
    def protect(self, context: Context, key: str, policy: str) -> None:
        context.stub.set_state_validation_parameter(key, parse_policy(policy).SerializeToString())

    @submit
    def tell(self, context: Context, name: str) -> None:
        context.stub.set_event(name, context.stub.transient["what"])

    @submit
    def when(self, context: Context) -> str:
        return context.stub.timestamp.isoformat()


def _members(*msps: str) -> bytes:
    return parse_policy("OR(" + ",".join(f"'{msp}.member'" for msp in msps) + ")").SerializeToString()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(Chaincode([Box()]), [*BOTH, "Org3MSP"], [CollectionDefinition("shared", _members(*BOTH))])


def test_of_two_that_read_the_same_the_second_conflicts(ledger: Ledger) -> None:
    race = [ledger.endorse(ANN, "add", "k", "1", at=BOTH) for _ in range(2)]
    first, second = ledger.commit(*race)
    assert first.is_valid
    assert second.code == MVCC
    assert ledger.public("k") == b"1"


def test_a_stale_endorsement_conflicts_in_a_later_block(ledger: Ledger) -> None:
    stale = ledger.endorse(ANN, "add", "k", "1", at=BOTH)
    ledger.submit(ANN, "add", "k", "5", at=BOTH)
    (committed,) = ledger.commit(stale)
    assert committed.code == MVCC
    assert ledger.public("k") == b"5"
    assert ledger.height == 2


def test_blind_writes_do_not_conflict(ledger: Ledger) -> None:
    race = [ledger.endorse(ANN, "put", "k", value, at=BOTH) for value in ("1", "2")]
    assert all(committed.is_valid for committed in ledger.commit(*race))
    assert ledger.public("k") == b"2"


def test_private_reads_conflict_too(ledger: Ledger) -> None:
    race = [ledger.endorse(ANN, "add_private", "k", "1", at=BOTH) for _ in range(2)]
    assert [committed.code for committed in ledger.commit(*race)] == [0, MVCC]


def test_phantoms_are_found_in_public_ranges_alone(ledger: Ledger) -> None:
    counted = ledger.endorse(ANN, "count", "total", at=BOTH)
    private = ledger.endorse(ANN, "count_private", at=BOTH)
    ledger.submit(ANN, "put", "a1", "x", at=BOTH)
    ledger.submit(ANN, "put_private", "a1", "x", at=BOTH)
    codes = [committed.code for committed in ledger.commit(counted, private)]
    assert codes == [PHANTOM, 0]


def test_submit_raises_what_validation_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    endorsed = ledger.endorse(ANN, "add", "k", "1", at=BOTH)
    ledger.submit(ANN, "put", "k", "5", at=BOTH)
    monkeypatch.setattr(Ledger, "endorse", lambda *_, **__: endorsed)
    with pytest.raises(NotCommitted, match=r"status code 11 \(MVCC_READ_CONFLICT\)"):
        ledger.submit(ANN, "add", "k", "1", at=BOTH)


@pytest.mark.parametrize("how", ["event", "write", "read", "private", "response"])
def test_endorsers_must_agree(ledger: Ledger, how: str) -> None:
    with pytest.raises(EndorsementMismatch, match="ProposalResponsePayloads do not match: Org1MSP, Org2MSP"):
        ledger.endorse(ANN, "differ", how, at=BOTH)


def test_one_refusal_is_not_final(ledger: Ledger) -> None:
    with pytest.raises(Refused) as refused:
        ledger.endorse(ANN, "differ", "refuse", at=BOTH)
    assert not refused.value.is_final
    assert isinstance(refused.value.__cause__, ValueError)
    assert [response.status for response in refused.value.responses.values()] == [500, 200]


def test_private_data_is_held_by_members_alone(ledger: Ledger) -> None:
    committed = ledger.submit(ANN, "put_private", "k", "4711", at=BOTH)
    assert ledger.private(ONE, "shared") == ledger.private(TWO, "shared") == {"k": b"4711"}
    assert ledger.private("Org3MSP", "shared") == {}
    assert b"4711" not in committed.rwset.serialize()


def test_organizations_may_run_different_code() -> None:
    class Other(Box):
        @submit
        def add(self, context: Context, key: str, amount: int) -> int:
            return super().add(context, key, amount * 2)

    chaincodes = {ONE: Chaincode([Box()]), TWO: Chaincode([Other()], default="Other")}
    with pytest.raises(EndorsementMismatch):
        Ledger(chaincodes, BOTH).endorse(ANN, "add", "k", "1", at=BOTH)


def test_rollback_takes_back_blocks_private_data_and_the_clock(ledger: Ledger) -> None:
    ledger.submit(ANN, "put", "k", "1", at=BOTH)
    ledger.submit(ANN, "put_private", "k", "1", at=BOTH)
    ledger.checkpoint()
    ledger.clock.advance(days=1)
    ledger.submit(ANN, "put", "k", "2", at=BOTH)
    ledger.submit(ANN, "put_private", "k", "2", at=BOTH)
    for _ in range(2):
        ledger.rollback()
        assert (ledger.height, ledger.public("k"), ledger.private(TWO, "shared")) == (2, b"1", {"k": b"1"})
        assert ledger.evaluate(ANN, "when", at=ONE) == b"2026-01-05T02:00:00+00:00"
        ledger.submit(ANN, "add", "k", "5", at=BOTH)
        assert ledger.public("k") == b"6"


def test_the_clock_stands_until_it_is_moved() -> None:
    clock = Clock(datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))
    clock.advance(seconds=1)
    assert clock.now == datetime(2026, 3, 1, tzinfo=UTC)
    assert clock.seconds() == clock.now.timestamp()
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 1, 1))


def test_a_person_keeps_the_staff_id_on_a_renewed_certificate() -> None:
    old, new = (make_caller(ONE, "clerk", "ann", serial_number=number) for number in (1, 2))
    assert old.creator != new.creator
    assert old.staff == new.staff
    certificate = Identity.parse(new.creator).x509
    assert attributes(certificate) == {"role": "clerk", "staff": new.staff}
    assert make_caller(ONE, "clerk", "bob").staff != old.staff
    assert make_caller(TWO, "clerk", "ann").staff != old.staff


def test_reprs_hold_no_payload(ledger: Ledger) -> None:
    endorsed = ledger.endorse(ANN, "put_private", "k", "4711", at=BOTH)
    (committed,) = ledger.commit(endorsed)
    assert "4711" not in repr(endorsed) + repr(committed) + repr(ledger.peer(ONE))


def _policy_code(ledger: Ledger, function: str, *args: str, at: tuple[str, ...]) -> int:
    return ledger.commit(ledger.endorse(ANN, function, *args, at=at))[0].code


def test_the_chaincodes_policy_is_validated() -> None:
    ledger = Ledger(Chaincode([Box()]), BOTH, policy="AND('Org1MSP.peer','Org2MSP.peer')")
    assert _policy_code(ledger, "put", "k", "1", at=(ONE,)) == POLICY_FAILURE
    assert _policy_code(ledger, "when", at=(ONE,)) == POLICY_FAILURE, "what writes nothing answers to it too"
    assert ledger.public("k") is None
    assert _policy_code(ledger, "put", "k", "1", at=BOTH) == 0


def test_a_collections_policy_replaces_the_chaincodes() -> None:
    strict = ApplicationPolicy(signature_policy=parse_policy("AND('Org2MSP.peer')").SerializeToString())
    collections = [CollectionDefinition("shared", _members(*BOTH), endorsement_policy=strict)]
    ledger = Ledger(Chaincode([Box()]), BOTH, collections, policy="AND('Org1MSP.peer','Org2MSP.peer')")
    assert _policy_code(ledger, "put_private", "k", "1", at=(ONE,)) == POLICY_FAILURE
    assert _policy_code(ledger, "put_private", "k", "1", at=(TWO,)) == 0


def test_a_keys_policy_replaces_both() -> None:
    ledger = Ledger(Chaincode([Box()]), BOTH)
    assert _policy_code(ledger, "put", "k", "1", at=(ONE,)) == 0
    assert _policy_code(ledger, "protect", "k", "AND('Org2MSP.peer')", at=(ONE,)) == 0
    assert _policy_code(ledger, "put", "k", "2", at=(ONE,)) == POLICY_FAILURE
    assert _policy_code(ledger, "put", "other", "2", at=(ONE,)) == 0
    assert _policy_code(ledger, "put", "k", "2", at=(TWO,)) == 0


def test_events_are_read_by_name_and_payload(ledger: Ledger) -> None:
    told = ledger.submit(ANN, "tell", "sold", at=BOTH, transient={"what": "four"})
    assert (told.event_name, told.event_payload) == ("sold", b"four")
    endorsed = ledger.endorse(ANN, "tell", "sold", at=BOTH, transient={"what": b"\xff"})
    assert (endorsed.event_name, endorsed.event_payload) == ("sold", b"\xff")
    silent = ledger.submit(ANN, "put", "k", "1", at=BOTH)
    assert (silent.event, silent.event_name, silent.event_payload) == (b"", "", b"")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (["nobody"], "at: 'nobody' has no peer on this ledger; there are Org1MSP, Org2MSP, Org3MSP"),
        ([ONE, None], "at: None has no peer"),
        ([], "at: no endorser is named; name at least one of Org1MSP"),
        (ONE, r"at: 'Org1MSP' is one text; name the endorsers in a list, at=\['Org1MSP'\]"),
    ],
)
def test_endorsers_that_cannot_be_are_told(ledger: Ledger, at: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        ledger.endorse(ANN, "put", "k", "1", at=at)


@pytest.mark.parametrize("ask", ["peer", "lose_private_data"])
def test_an_organization_without_a_peer_is_told(ledger: Ledger, ask: str) -> None:
    with pytest.raises(ValueError, match="msp_id: 'nobody' has no peer on this ledger"):
        getattr(ledger, ask)("nobody")
    with pytest.raises(ValueError, match="msp_id: 'nobody' has no peer"):
        ledger.private("nobody", "shared")


def test_what_is_neither_text_nor_bytes_is_told_without_its_value(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="argument 2: int is neither text nor bytes; give it as JSON text"):
        ledger.endorse(ANN, "add", "k", 4711, at=BOTH)  # type: ignore[arg-type]  # what a test may get wrong
    with pytest.raises(ValueError, match="transient 'what': int is neither text nor bytes") as refused:
        ledger.endorse(ANN, "tell", "e", at=BOTH, transient={"what": 4711})  # type: ignore[dict-item]  # the same
    assert "4711" not in str(refused.value)
