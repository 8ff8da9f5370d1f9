"""Freight payments on a running network."""

from typing import Any

from counterfoil_contracts.consent import operations as consents
from freight_people import FreightPeople
from network_trade import NetworkTrade, Person


class NetworkFreight(FreightPeople[Person], NetworkTrade):
    """A network made ready, with a rate of today."""

    tax, port, relay = ("Port", "tax"), ("Port", "port"), ("Regulator", "relay")

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.put_rate(f"USDCNY-{consents.new_nonce()[:8]}")
