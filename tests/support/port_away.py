"""What a lock meets when an authority's peer is switched off, on any engine."""

import time
from collections.abc import Callable

import pytest
import scenarios
from counterfoil import CounterfoilError, EndorseError
from counterfoil.trade import Patience
from network_trade import NetworkTrade

_SECONDS = 120


def no_lock_without_port(trade: NetworkTrade) -> None:
    """A lock that the regulator made alone would be no proof against the regulator."""
    exporter = scenarios.Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    view = exporter.view("BankA", [invoice], [number], [(0, 0, 1_000_000, 1_000_000)])
    with trade.network.away("Port"):
        trade.patience = Patience(attempts=1)
        trade.reconnect()
        with pytest.raises(EndorseError, match="PortMSP"):
            trade.lock("BankA", view, [(0, number, 900_000)])
    trade.patience = Patience()
    trade.reconnect()
    until(lambda: exporter.available(number) == 900_000)
    trade.lock("BankA", view, [(0, number, 900_000)])


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; while programs start, nobody answers."""
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            if holds():
                return
        except CounterfoilError:
            assert time.monotonic() < deadline
        assert time.monotonic() < deadline
        time.sleep(0.2)
