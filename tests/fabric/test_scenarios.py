"""The scenarios on real Fabric, on one network with three banks, and what only processes can show."""

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import scenarios
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.export_invoice import messages
from counterfoil_network.deployment import FABRIC
from counterfoil_network.fabric.status import processes
from network_trade import NetworkTrade
from port_away import no_lock_without_port, until
from running_network import running_network
from three_banks import MSP_IDS, write_three_banks
from trade_life import lead_on

AT_ONCE = 4
"""Scenarios: they wait for blocks more than they compute."""


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkTrade]:
    folder = tmp_path_factory.mktemp("scenarios")
    configtx, crypto = write_three_banks(folder, "50ms")
    with (
        running_network(
            folder / "network",
            trade_chaincode(MSP_IDS),
            engine=FABRIC,
            configtx=configtx,
            crypto_config=crypto,
        ) as network,
        NetworkTrade(network, folder / "journals") as found,
    ):
        yield found


def test_every_scenario(trade: NetworkTrade) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {each.__name__: pool.submit(each, trade) for each in scenarios.ALL}
    failed = [f"{name}: {error!r}" for name, run in running.items() if (error := run.exception())]
    assert not failed, "\n".join(failed)


def test_fifty_steps_follow_the_sums(trade: NetworkTrade) -> None:
    happened = lead_on(trade, 50, random.Random("fabric"))
    assert len({each.kind for each in happened.events}) > 8


def test_programs_are_killed_in_the_middle_of_a_financing(trade: NetworkTrade) -> None:
    """A night's restart: a total that changed by it is money that nobody can explain."""
    exporter = scenarios.Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    view = exporter.view("BankA", [invoice], [number], [(0, 0, 1_000_000, 1_000_000)])
    mark = trade.finance("BankA", view, [(0, number, 900_000)])
    running = processes(trade.network.folder)
    victims = [name for name in running if "regulator" in name.lower() or name.startswith("peer0.port")]
    assert len(victims) > 1, sorted(running)
    for name in victims:
        os.kill(running[name]["pid"], signal.SIGKILL)
    trade.reconnect()
    until(lambda: exporter.available(number) == 0)
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 300_000, trade.today))
    assert (exporter.available(number), exporter.held(number)) == (300_000, 600_000)


def test_no_lock_without_port_and_the_refusal_says_why(trade: NetworkTrade) -> None:
    no_lock_without_port(trade)
