"""Malformed messages to Fabric's own peers and orderer, as in tests/engine."""

# ruff: noqa: F401, I001 - pytest finds the tests here by their names, in this order

from tests.engine.test_attacks_wire import (
    attacker,
    still_serves,
    test_broken_requests_get_typed_answers,
    test_broken_seeks_get_a_status,
    test_a_strange_block_number_is_no_error_of_the_peers,
    test_events_from_a_block_that_will_never_be,
    test_streams_are_bounded_and_given_back,
    test_a_request_too_large_ends_no_chaincode,
    test_a_proposal_for_nobody_leaves_no_trace,
    test_no_nonce_no_creator_no_channel,
)
