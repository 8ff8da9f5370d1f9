"""Tests that need Fabric's own programs: `make test-fabric`. Without the programs they fail and say why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_network.deployment import FABRIC, ProgramsMissing
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.fabric.programs import Programs, find_programs
from fabric_command import Command, until
from financed_bank import Financed, financed_network
from running_network import RunningNetwork, asset_chaincode, running_network

from tests.acceptance.sample import probe

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("fabric")


@pytest.fixture(scope="session", autouse=True)
def programs() -> Programs:
    try:
        return find_programs(None)
    except ProgramsMissing as error:
        pytest.fail(str(error))


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    """A network of Fabric's programs with the chaincode `asset`, for tests that do not harm it."""
    folder = tmp_path_factory.mktemp("fabric") / "network"
    with running_network(folder, asset_chaincode(), engine=FABRIC) as running:
        yield running


@pytest.fixture(scope="session")
def financed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Financed]:
    """The trade contracts and BankA's financing, with the chaincode `probe` beside them."""
    with financed_network(tmp_path_factory.mktemp("financed"), FABRIC, [probe()]) as found:
        yield found


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """A network that a test may treat as it likes; nothing of it is left afterwards."""
    command = Command(NetworkFolder(tmp_path / "network"))
    yield command
    if hasattr(command, "process"):
        command.end()
    until(lambda: not command.left_over(), 15)
