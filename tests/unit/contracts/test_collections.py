"""The collections follow from one rule a template, which allows what every operation does."""

import pytest
from counterfoil_chaincode.confidential import ConfidentialContract
from counterfoil_contracts.chaincode import CHAINCODE, ENDORSEMENT_POLICY, OPERATIONS, RULES, collections
from counterfoil_contracts.collections import departed_banks
from counterfoil_protocol import messages as protobuf
from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation
from counterfoil_protocol.signature_policy import format_policy

BANKS = ("BankAMSP", "BankBMSP")
TABLE = {
    "authority": ("RegulatorMSP PortMSP", "AND('RegulatorMSP.peer', 'PortMSP.peer')", False, 1),
    "terms_BankA": ("BankAMSP RegulatorMSP", "AND('RegulatorMSP.peer', 'BankAMSP.peer')", True, 1),
    "marks_BankA": ("BankAMSP RegulatorMSP PortMSP", "AND('RegulatorMSP.peer', 'PortMSP.peer')", True, 1),
    "credit_BankA": ("BankAMSP RegulatorMSP", "AND('RegulatorMSP.peer', 'BankAMSP.peer')", True, 1),
    "notices_BankA": ("BankAMSP RegulatorMSP", "OR('RegulatorMSP.peer')", True, 0),
    "supervision": ("RegulatorMSP", "OR('RegulatorMSP.peer')", True, 0),
}


def test_the_table() -> None:
    found = {}
    for each in collections(BANKS[:1]):
        assert each.endorsement_policy is not None
        envelope = protobuf.policies.SignaturePolicyEnvelope.FromString(
            each.endorsement_policy.signature_policy or b""
        )
        assert each.member_only_read == each.member_only_write
        assert each.maximum_peer_count >= each.required_peer_count
        assert each.block_to_live == 0
        found[each.name] = (
            " ".join(each.members),
            format_policy(envelope),
            each.member_only_read,
            each.required_peer_count,
        )
    assert found == TABLE
    assert ENDORSEMENT_POLICY == "AND('RegulatorMSP.peer','PortMSP.peer')"


def test_a_bank_more_adds_its_own_collections_only() -> None:
    names = [each.name for each in collections(BANKS)]
    assert len(set(names)) == len(names)
    assert set(names) - {each.name for each in collections(BANKS[:1])} == {
        "terms_BankB", "marks_BankB", "credit_BankB", "notices_BankB",
    }  # fmt: skip


def test_a_bank_that_has_left_keeps_its_collections_and_is_named_in_none() -> None:
    before = collections(BANKS)
    after = {each.name: each for each in collections(BANKS[:1], BANKS[1:])}
    # A collection can never be dropped.
    assert {each.name for each in before} == set(after)
    assert not [name for name, each in after.items() if "BankBMSP" in str(each.members)]
    for each in after.values():
        assert each.endorsement_policy is not None
        assert b"BankBMSP" not in (each.endorsement_policy.signature_policy or b"")
    assert after["terms_BankB"].members == ("RegulatorMSP",)
    assert after["marks_BankB"].members == ("RegulatorMSP", "PortMSP")
    assert [each for each in before if "BankB" not in each.name] == [
        each for name, each in after.items() if "BankB" not in name
    ]


def test_who_has_left_is_known_by_the_collections() -> None:
    names = [each.name for each in collections(BANKS)]
    assert departed_banks(names, ("RegulatorMSP", "PortMSP", *BANKS)) == []
    assert departed_banks(names, ("RegulatorMSP", "PortMSP", "BankAMSP", "BankCMSP")) == ["BankBMSP"]
    assert departed_banks(["authority", "supervision"], ()) == []


def test_every_operation_is_bound() -> None:
    contracts = [each for each in CHAINCODE.contracts.values() if isinstance(each, ConfidentialContract)]
    bound = {each.full_name for contract in contracts for each in contract.operations}
    assert {each.full_name for each in OPERATIONS} == bound
    assert len(bound) == len(OPERATIONS)


BY_HASH = [("credit_authorization:grant", AUTHORITY, {BANK})]
"""The bank's peer has the hash of the list of what is frozen; the regulator's peer reads it."""


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.full_name)
def test_endorsers_hold_what_they_read_and_satisfy_every_policy_written(operation: object) -> None:
    """A peer without a collection's values cannot read it; a write needs its collection's endorsers."""
    assert isinstance(operation, Operation)
    rules = {rule.template: rule for rule in RULES}
    for template in (*operation.reads, *operation.writes, operation.outcome or AUTHORITY):
        assert template in rules
    if operation.is_submit:
        for template in (*operation.writes, operation.outcome or ""):
            assert set(rules[template].endorsers) <= set(operation.endorsers)
        for template in operation.reads:
            lacking = set(operation.endorsers) - set(rules[template].members)
            # Port binds terms by their hash, which any peer has.
            bound = template == "terms_{bank}" and lacking == {"PortMSP"}
            assert not lacking or bound or (operation.full_name, template, lacking) in BY_HASH
    else:
        for template in operation.reads:
            assert set(operation.evaluate_at) <= set(rules[template].members)
    if BANK in operation.endorsers:
        assert AUTHORITY not in operation.writes
        assert AUTHORITY not in operation.reads or operation.full_name in [name for name, *_ in BY_HASH]
    assert operation.summary.endswith(".")
