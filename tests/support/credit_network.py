"""Credit authorizations on a running network: scenarios, races, a bank that stands in the way."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.credit_authorization.deliveries import digest_of
from counterfoil_contracts.credit_authorization.report import Figure
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as trade_ops
from counterfoil_history import ask, compute_report, read_ledger
from credit_life import CreditLife
from credit_scenarios import refused
from network_trade import NetworkTrade
from ready_desks import export_of
from scenarios.exporter import Exporter

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


def reports_are_computed_and_recompute(trade: NetworkTrade, life: CreditLife, folder: Path) -> None:
    """A report that nobody can compute again is a rumour; so is what the regulator says it saw in spring."""
    exporter = Exporter.entered(trade, region="31")
    number = exporter.declare(10_000_000)
    view = exporter.view(
        "BankB", [exporter.invoice("R-1", 9_000_000)], [number], [(0, 0, 9_000_000, 9_000_000)]
    )
    mark = trade.finance("BankB", view, [(0, number, 5_000_000)])
    asked = trade_ops.Supervise(declaration=number)
    before = trade.ask(trade.regulators[0], trade_ops.SUPERVISE, asked)
    grant = life.grant(
        enterprise=exporter.uscc, scope=("BASIC", "REGULATORY", "TRADE"), data_from=trade.day(-30), maximum=9
    )
    enquiry = life.enquire(grant, scope=("BASIC", "REGULATORY", "TRADE")).enquiry
    figure = Figure("OUTSTANDING", "USD", 4_990_000)
    compared = life.enquire(grant, scope=(), figure=figure).enquiry

    then = read_ledger(export_of(trade.network, folder / "then"))
    report = compute_report(then, "BankA", enquiry)
    body = m.Deliver("BankAMSP", enquiry, report)
    digest = trade.submit(life.oracle, ops.DELIVER, body).digest
    assert life.read(enquiry).report == report
    assert report.trade is not None
    assert [(each.currency, each.amount) for each in report.trade.outstanding] == [("USD", 5_000_000)]
    assert [(each.count, each.amount) for each in report.trade.declared] == [(1, 10_000_000)]
    assert compute_report(then, "BankA", compared).verdict == "MATCH"

    trade.act("BankB", messages.Repay(mark, "OWN_FUNDS", 2_000_000, trade.today))
    changed = trade.ask(trade.regulators[0], trade_ops.SUPERVISE, asked)
    assert changed.pool.outstanding == before.pool.outstanding - 2_000_000

    whole = export_of(trade.network, folder / "now")
    again = read_ledger(whole, report.height)
    assert digest_of(compute_report(again, "BankA", enquiry)) == digest
    assert ask(again, trade_ops.SUPERVISE, asked) == before
    now = read_ledger(whole)
    assert ask(now, trade_ops.SUPERVISE, asked) == changed
    assert digest_of(compute_report(now, "BankA", enquiry)) != digest
