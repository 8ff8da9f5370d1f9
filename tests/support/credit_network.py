"""Credit authorizations on a running network: scenarios, races, a bank that stands in the way."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from credit_life import CreditLife
from credit_scenarios import refused
from network_trade import NetworkTrade

ORACLE, RELAY = ("Regulator", "oracle"), ("Regulator", "relay")


def network_life(trade: NetworkTrade) -> CreditLife:
    """The people of a network."""
    return CreditLife(trade, ORACLE, RELAY)


def expires_to_the_second(life: CreditLife) -> None:
    """An enquiry a second after the end would still be let through."""
    expiry = life.now + 6
    grant = life.grant(expiry=expiry, not_before=life.now - 60)
    assert life.enquire(grant).refused == ""
    while life.now < expiry:
        time.sleep(0.1)
    assert life.enquire(grant).refused == "GRANT_EXPIRED"


def race(life: CreditLife, rounds: int) -> Counter[str]:
    """Revocation and enquiry at once: whichever block has first, nothing is delivered afterwards."""
    ended: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for place in range(rounds):
            grant = life.grant()
            acts: list[Any] = [lambda g=grant: life.enquire(g), lambda g=grant: life.revoke(g)]
            if place % 2:
                acts.reverse()
            found = [each.result() for each in [pool.submit(act) for act in acts]]
            [enquired] = [each for each in found if isinstance(each, m.Enquired)]
            ended[enquired.refused or "WAITS"] += 1
            assert life.standing(grant).standing == "GRANT_REVOKED"
            if not enquired.refused:
                assert refused(partial(life.deliver, enquired.enquiry)) == "GRANT_REVOKED"
            assert life.enquire(grant).refused == "GRANT_REVOKED"
    return ended


def two_take_the_last(life: CreditLife, rounds: int) -> None:
    """Two enquiries for the one report left: one is let through, the other put on record as refused."""
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            grant = life.grant(maximum=1)
            found = list(pool.map(lambda _, g=grant: life.enquire(g).refused, range(2)))
            assert sorted(found) == ["", "GRANT_EXHAUSTED"]


def report_of(life: CreditLife, enquiry: str) -> m.ReportAnswer:
    """As the enterprise reads it."""
    body = m.ReadOwnReport(life.reading(), "BankAMSP", enquiry)
    return life.trade.ask(life.relay, ops.OWN_REPORT, body)
