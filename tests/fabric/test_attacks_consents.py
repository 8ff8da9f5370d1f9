"""Hostile consents and requests, as in tests/engine, on real Fabric."""

# ruff: noqa: F401, I001 - pytest finds the tests here by their names, in this order

import pytest
from attacker import Attacker
from financed_bank import Financed

from tests.engine.test_attacks_consents import (
    test_no_consent_but_the_enterprises_own_for_this_bank_opens_anything,
    test_nobody_at_the_regulator_can_sign_for_an_enterprise,
    test_a_consent_that_was_used_or_withdrawn_opens_nothing_new,
    test_the_same_id_with_another_content_is_a_conflict,
    test_another_banks_request_id_is_free_for_ones_own,
    test_requests_that_are_none_are_told_so,
    test_a_body_of_random_shape_is_bad_input_and_quotes_nothing,
    test_no_log_holds_a_payload,
)


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker
