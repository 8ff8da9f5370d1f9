"""A hostile bank against the trade contracts, as in tests/engine, on real Fabric."""

# ruff: noqa: F401, I001 - pytest finds the tests here by their names, in this order

import pytest
from attacker import Attacker
from financed_bank import Financed
from running_network import RunningNetwork

from tests.engine.test_attacks_trade import (
    test_whole_blocks_are_for_the_regulator_on_every_peer,
    test_the_regulator_does_get_the_private_values_that_others_must_not,
    test_no_open_door_gives_out_a_private_value,
    test_the_banks_own_files_hold_nothing_either,
    test_a_question_at_the_wrong_peer_is_told_so,
    test_another_banks_record_is_as_one_that_is_not_there,
    test_a_role_that_a_banks_authority_invents_is_none,
    test_a_person_without_a_proper_pseudonym_may_nothing,
    test_a_certificate_that_does_not_hold_reaches_no_contract,
    test_a_clock_six_minutes_off_is_refused,
    test_the_same_person_with_two_roles_is_one_person,
    test_two_approvals_endorsed_at_once_count_once_whatever_their_order,
    test_no_hash_in_a_banks_file_is_found_by_search,
    test_equal_values_have_unequal_hashes,
    test_no_log_holds_a_payload,
    test_no_transaction_has_an_event_or_more_than_its_id,
)


@pytest.fixture(scope="module")
def network(financed: Financed) -> RunningNetwork:
    return financed.ready.network


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker
