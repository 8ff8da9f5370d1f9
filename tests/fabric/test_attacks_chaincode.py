"""A program that turns against Fabric's own peer, as in tests/engine: its own callers alone meet errors.

Not tried here is what it does to its own peer alone: it may take its memory; an answer given twice stops the
stream for good (Fabric's handler waits to hand it over), and one for another transaction ends it.
"""

# ruff: noqa: F401, I001 - pytest finds the tests and their fixtures here by their names, in this order

from collections.abc import Iterator

import pytest
from counterfoil_network.deployment import FABRIC
from running_network import RunningNetwork, asset_chaincode, running_network

from tests.engine.test_attacks_chaincode import (
    hostile_package,
    others_go_on,
    test_a_broken_stream_is_an_error_and_a_new_start,
    test_what_it_endorses_does_not_match_the_others,
    test_an_answer_that_is_none_is_an_error,
    test_random_requests_are_answered_or_end_the_stream,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    chaincode = asset_chaincode(own_packages={"BankB": hostile_package()})
    with running_network(tmp_path_factory.mktemp("hostile") / "network", chaincode, engine=FABRIC) as running:
        yield running
