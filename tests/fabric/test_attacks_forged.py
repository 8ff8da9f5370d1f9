"""Transactions made byte by byte, as in tests/engine, judged by Fabric's own peers."""

# ruff: noqa: F401, I001 - pytest finds the tests here by their names, in this order

from tests.engine.test_attacks_forged import (
    attacker,
    still_serves,
    test_a_good_one_is_valid,
    test_one_organisation_is_not_enough,
    test_one_organisation_twice_is_not_enough,
    test_a_client_cannot_endorse,
    test_a_peer_of_ones_own_authority_in_anothers_name_counts_for_nothing,
    test_endorsements_of_another_transaction_do_not_hold,
    test_anothers_endorsed_result_does_not_fit_ones_own_proposal,
    test_an_altered_write_breaks_every_endorsement,
    test_a_false_signature_of_the_creator_never_reaches_a_block,
    test_a_stranger_does_not_get_past_the_orderer,
    test_an_envelope_out_of_a_block_counts_once_and_holds_nobody_up,
    test_an_endorser_from_the_end_of_time_stops_no_peer,
    test_an_unreadable_endorser_stops_no_peer,
    test_no_read_write_set_stops_a_peer,
    test_private_data_stated_twice_stops_no_peer,
    test_envelopes_of_every_other_type_are_refused_or_marked,
    test_a_signature_by_another_curve_counts_for_nothing,
)
