"""The trade operations by commands alone, on the embedded engine; `tests/fabric` walks the same on Fabric."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands_walk import People, walk
from counterfoil_cli.trade_chaincode import trade_chaincode
from running_network import running_network
from trade_ready import MSP_IDS


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    folder = tmp_path_factory.mktemp("network")
    with running_network(folder, trade_chaincode(MSP_IDS)):
        yield People(folder)


def test_a_financing_from_consent_to_settlement(people: People, tmp_path: Path) -> None:
    walk(people, tmp_path)
