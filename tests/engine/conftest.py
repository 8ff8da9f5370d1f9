"""The engine tests' network: one for the session, in its own process and an ephemeral folder."""

from collections.abc import Iterator

import pytest
from running_network import RunningNetwork, asset_chaincode, running_network


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    """One network for all tests that leave it usable: keys are the test's own."""
    with running_network(tmp_path_factory.mktemp("network"), asset_chaincode()) as running:
        yield running
