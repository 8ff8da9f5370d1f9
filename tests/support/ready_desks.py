"""Desks for `busy_bank` on a network that is ready, and the audit of what they came to."""

from collections.abc import Sequence
from pathlib import Path

from busy_bank import Desk
from counterfoil_audit import Report, audit
from counterfoil_cli.audit_export import ExportRequest, export
from running_network import RunningNetwork
from trade_ready import ReadyTrade, Share, Shipment, chunks, declaration_number

BANKS = ("BankA", "BankB")
PAIRS = (("officer1", "approver1"), ("officer2", "approver2"))
SHIPMENTS_A_PAIR = 4


def open_desks(ready: ReadyTrade, pairs: Sequence[tuple[str, str]] = PAIRS) -> list[Desk]:
    """Pairs of people at each bank, each with declarations of their own, under one consent a bank."""
    desks = []
    for place, bank in enumerate(BANKS):
        shipments = [shipment(place * 100 + at) for at in range(len(pairs) * SHIPMENTS_A_PAIR)]
        ready.publish(shipments)
        view = ready.view(bank, [(each, each.shares[0]) for each in shipments])
        for pair, own in zip(pairs, chunks(shipments, SHIPMENTS_A_PAIR), strict=True):
            offered = tuple((shipments.index(each), each) for each in own)
            desks.append(Desk(bank, *pair, offered, view, ready.terms(bank)))
    return desks


def shipment(number: int) -> Shipment:
    share = Share(f"INV-{number}", 8_000_000, 7_000_000)
    return Shipment(declaration_number(number), 9_000_000, (share,))


def pools_of(pairs: Sequence[tuple[str, str]] = PAIRS) -> int:
    """How many pools the documents of all desks have: each shipment a declaration and an invoice."""
    return 2 * len(BANKS) * len(pairs) * SHIPMENTS_A_PAIR


def audit_of(network: RunningNetwork, target: Path) -> Report:
    """Export what Regulator and BankB have, and audit it."""
    return audit(export_of(network, target))


def export_of(network: RunningNetwork, target: Path) -> Path:
    """Export what Regulator and BankB have, into an empty folder."""
    trust = {
        node.msp_id: [
            path.read_bytes() for path in (network.folder.root / node.crypto / "msp/cacerts").glob("*.pem")
        ]
        for node in network.state.nodes
    }
    own, other = (network.folder.connection_profile(each) for each in ("Regulator", "BankB"))
    export(ExportRequest(own, other, "auditor", "trade", "trade", trust), target, lambda _: None)
    return target
