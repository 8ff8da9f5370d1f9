"""What a confidential contract may not do, what it leaves behind, and how contracts are put together."""

import logging

import pytest
from counterfoil_chaincode.confidential import ConfidentialContext, ConfidentialContract, operation
from counterfoil_chaincode.errors import ContractDefect
from counterfoil_chaincode.testing import Committed, Ledger, Operations, Refused, make_caller
from counterfoil_protocol.confidential import Operation, Role, is_bank

from tests.unit.chaincode.vault import (
    BANK_A,
    BANK_B,
    DRY_RUN,
    KEEP,
    LOOK,
    NOTE,
    OFFICER,
    ORGANIZATIONS,
    PORT,
    REGULATOR,
    SEED,
    SNOOP,
    SUPERVISOR,
    Keep,
    Kept,
    Look,
    Note,
    Seed,
    chaincode,
    collections,
)

ANN = make_caller(BANK_A, "bank.officer", "ann")
BOB = make_caller(BANK_B, "bank.officer", "bob")
SUE = make_caller(REGULATOR, "regulator.officer", "sue")


@pytest.fixture
def ledger() -> Ledger:
    found = Ledger(chaincode(), ORGANIZATIONS, collections())
    Operations(found).submit(SUE, SEED, Seed("11" * 32))
    return found


@pytest.fixture
def operations(ledger: Ledger) -> Operations:
    return Operations(ledger)


def _submit(ledger: Ledger, operations: Operations, number: str, amount: int) -> Committed:
    return ledger.commit(operations.endorse(ANN, KEEP, Keep(number, amount)))[0]


def test_records_grow_under_one_key(ledger: Ledger, operations: Operations) -> None:
    assert operations.submit(ANN, KEEP, Keep("n1", 60)) == Kept(60)
    assert operations.submit(BOB, KEEP, Keep("n1", 30)) == Kept(90)
    assert operations.evaluate(ANN, LOOK, Look("n1")) == Kept(90)
    things = [key for key in ledger.private(PORT, "authority") if key.startswith("thing/")]
    assert len(things) == 1


def test_a_record_keeps_its_key_when_the_secret_changes(ledger: Ledger, operations: Operations) -> None:
    operations.submit(ANN, KEEP, Keep("n1", 1))
    (before,) = [key for key in ledger.private(PORT, "authority") if key.startswith("thing/")]
    operations.submit(SUE, SEED, Seed("22" * 32))
    assert operations.submit(ANN, KEEP, Keep("n1", 1)) == Kept(2)
    operations.submit(ANN, KEEP, Keep("n2", 1))
    after = {key for key in ledger.private(PORT, "authority") if key.startswith("thing/")}
    assert before in after
    assert len(after) == 2
    operations.submit(SUE, SEED, Seed("33" * 32))
    assert operations.evaluate(ANN, LOOK, Look("n1")) == Kept(0), "only the two newest secrets are live"
    assert operations.evaluate(ANN, LOOK, Look("n2")) == Kept(1)


def test_equal_business_leaves_no_equal_hashes(ledger: Ledger, operations: Operations) -> None:
    first = _submit(ledger, operations, "n1", 5)
    second = _submit(ledger, operations, "n2", 5)
    values = [
        write.value_hash
        for committed in (first, second)
        for namespace in committed.rwset.namespaces
        for collection in namespace.collections
        for write in collection.writes
    ]
    assert len(values) == len(set(values)) == 4


def test_blocks_hold_nothing_of_the_request(ledger: Ledger, operations: Operations) -> None:
    committed = _submit(ledger, operations, "NUMBER-4711", 77)
    seen = committed.rwset.serialize() + committed.payload + committed.event
    assert b"4711" not in seen
    assert b"thing" not in seen
    assert committed.event == b""
    assert len(committed.payload) == 32


def test_what_a_bank_notes_is_held_by_the_bank_and_the_regulator(
    ledger: Ledger, operations: Operations
) -> None:
    operations.submit(ANN, NOTE, Note("five percent"))
    assert b"five percent" in b"".join(ledger.private(BANK_A, "terms_BankA").values())
    assert ledger.private(REGULATOR, "terms_BankA") == ledger.private(BANK_A, "terms_BankA")
    assert ledger.private(PORT, "terms_BankA") == ledger.private(BANK_B, "terms_BankA") == {}


def test_outcomes_of_authorities_are_kept_apart(ledger: Ledger, operations: Operations) -> None:
    operations.submit(SUE, KEEP, Keep("n1", 5))
    assert any(key.startswith("outcome/authority/RegulatorMSP/") for key in ledger.private(PORT, "authority"))


@pytest.mark.parametrize(
    ("what", "defect"),
    [
        ("event", "vault:snoop sets an event, which every member can read"),
        ("undeclared", "vault:snoop reads authority and does not declare it"),
        ("other bank", "a bank's transaction names a collection of another bank"),
    ],
)
def test_a_contract_that_would_leak_fails(
    operations: Operations, caplog: pytest.LogCaptureFixture, what: str, defect: str
) -> None:
    with pytest.raises(Refused) as refused:
        operations.submit(ANN, SNOOP, Note(what))
    assert refused.value.code == "INTERNAL_ERROR"
    assert isinstance(refused.value.__cause__, ContractDefect)
    assert defect in caplog.text


def test_an_evaluate_that_writes_fails(operations: Operations) -> None:
    with pytest.raises(Refused) as refused:
        operations.evaluate(ANN, DRY_RUN, Look("n1"))
    assert "only evaluated writes" in str(refused.value.__cause__)


def test_without_a_secret_nothing_can_be_kept() -> None:
    operations = Operations(Ledger(chaincode(), ORGANIZATIONS, collections()))
    with pytest.raises(Refused) as refused:
        operations.submit(ANN, KEEP, Keep("n1", 1))
    assert "no secret yet" in str(refused.value.__cause__)


def test_refusals_and_conflicts_are_not_logged(
    operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused, match="TOO_MUCH"):
        operations.submit(ANN, KEEP, Keep("NUMBER-4711", 101))
    assert caplog.text == ""


ROLES = ["bank.officer", "bank.approver", "regulator.officer", "port.oracle"]


@pytest.mark.parametrize("msp", [*ORGANIZATIONS, "OrdererMSP", "BankMSP", "XBankAMSP", "BankA.MSP"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_counts_only_from_its_msp(msp: str, role: str) -> None:
    roles = (OFFICER, SUPERVISOR, Role(PORT, "port.oracle"))
    admitted = any(found.admits(msp, role) for found in roles)
    expected = (
        (role == "bank.officer" and msp in (BANK_A, BANK_B))
        or (role, msp) == ("regulator.officer", REGULATOR)
        or (role, msp) == ("port.oracle", PORT)
    )
    assert admitted == expected
    assert is_bank(msp) == (msp in (BANK_A, BANK_B))


def test_an_operation_is_bound_once_and_to_its_own_contract() -> None:
    class Twice(ConfidentialContract):
        name = "vault"

        @operation(LOOK)
        def one(self, context: ConfidentialContext, body: Look) -> Kept:
            return Kept(0)

        @operation(LOOK)
        def two(self, context: ConfidentialContext, body: Look) -> Kept:
            return Kept(0)

    class Elsewhere(ConfidentialContract):
        name = "other"

        @operation(LOOK)
        def one(self, context: ConfidentialContext, body: Look) -> Kept:
            return Kept(0)

    for contract in (Twice, Elsewhere):
        with pytest.raises(TypeError, match="cannot bind vault:look"):
            contract()


@pytest.mark.parametrize(
    "declared",
    [
        {"endorsers": (REGULATOR,)},
        {"outcome": "authority"},
        {"evaluate_at": (REGULATOR,), "endorsers": (REGULATOR,), "outcome": "authority"},
        {},
        {"evaluate_at": (REGULATOR,), "roles": ()},
    ],
)
def test_a_declaration_is_a_submit_or_an_evaluate(declared: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="vault:x"):
        Operation("vault", "x", Look, Kept, **{"roles": (OFFICER,), **declared})  # type: ignore[arg-type]  # bad ones
