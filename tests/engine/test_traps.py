"""Fabric's traps are the embedded engine's too, but for those that need peers in processes of their own."""

# ruff: noqa: F401 - pytest finds the tests here by their names

from collections.abc import Iterator

import pytest
from attacker import Attacker
from financed_bank import Financed, financed_network
from scripted import Scripts

from tests.acceptance.sample import probe
from tests.fabric.test_traps_conflicts import (
    test_trap_5_private_ranges_have_no_phantom_check,
    test_trap_7_time_is_the_clients,
    test_trap_12_a_counter_that_many_write_serialises_them,
    test_trap_19_the_status_of_what_was_never_ordered_waits_and_the_same_envelope_settles_it,
)
from tests.fabric.test_traps_trust import (
    test_trap_3_a_lock_without_named_endorsers_goes_to_the_own_peer_first,
    test_trap_9_a_role_is_as_good_as_the_authority_that_signed_it,
    test_trap_20_validation_never_looks_at_the_creator,
)
from tests.fabric.test_traps_visible import (
    test_trap_1_arguments_responses_events_and_keys_are_in_the_block,
    test_trap_6_a_refused_endorsement_leaves_no_trace_but_its_private_data,
    test_trap_8_who_acted_on_what_and_which_hashes_are_public,
    test_trap_10_absent_and_not_mine_look_alike_on_the_wrong_peer,
    test_trap_13_private_data_has_no_history,
    test_trap_16_a_dry_run_that_writes_spreads_its_private_data,
    test_trap_17_private_data_of_invalid_transactions_is_stored_and_delivered,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def financed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Financed]:
    with financed_network(tmp_path_factory.mktemp("traps"), beside=[probe()]) as found:
        yield found


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


@pytest.fixture(scope="module")
def scripts(attacker: Attacker) -> Scripts:
    return Scripts(attacker)
