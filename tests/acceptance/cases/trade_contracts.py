"""The trade contracts on their own network's chaincode: a financing, what is refused, a repayment."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.deployment.chaincode import deploy_on
from scenarios.exporter import Exporter, refused

from tests.acceptance.heard_trade import HeardTrade
from tests.acceptance.normalised import Names
from tests.acceptance.records import Transcript
from tests.acceptance.registry import OPEN, case
from tests.acceptance.stage import Stage
from tests.acceptance.surroundings import Surroundings

_DONE: dict[Path, Transcript] = {}
"""What happened on the networks of this run, by folder: once on each."""


@case("trade/a financing, what is refused, and a repayment", network=OPEN)
def financing(stage: Stage) -> None:
    for entry in closely(stage.surroundings):
        stage.note(entry["did"], loosely(entry["saw"]))


def closely(surroundings: Surroundings) -> Transcript:
    """The steps on a network, with all that is seen of them."""
    folder = surroundings.folder.root
    if folder not in _DONE:
        stage = Stage("trade", surroundings, Names(surroundings.addresses()))
        trade_steps(stage)
        _DONE[folder] = stage.finished()
    return _DONE[folder]


def loosely(seen: Any) -> Any:
    """What is recorded of a step: neither answers nor counts.

    Those follow the contracts, which change more often than Fabric is at hand; engines are compared by them.
    """
    if "endorsers" in seen:
        collections = [name for name, _, writes, _ in seen["collections"] if writes]
        return {"endorsers": seen["endorsers"], "status": seen["status"], "writes": sorted(collections)}
    return seen if "refused" in seen else "answered"


def trade_steps(stage: Stage) -> None:
    """Two banks and one declaration of 10,000,000 cents, by the regulator's own example."""
    network = stage.surroundings.network
    deploy_on(network, trade_chaincode([node.msp_id for node in network.state.peers]))
    with TemporaryDirectory() as folder, HeardTrade(stage, Path(folder)) as trade:
        exporter = Exporter.entered(trade)
        first, second = exporter.invoice("I1", 7_000_000), exporter.invoice("I2", 5_000_000)
        number = exporter.declare(10_000_000)
        stage.names.addresses = {
            **stage.names.addresses,
            exporter.uscc: "<exporter>",
            number: "<declaration>",
        }
        lines = [(0, 0, 6_000_000, 6_000_000), (1, 0, 4_000_000, 4_000_000)]
        view = exporter.view("BankA", [first, second], [number], lines)
        mark = trade.finance("BankA", view, [(0, number, 6_000_000)])
        other = exporter.view("BankB", [first, second], [number], lines)
        with refused("DUPLICATE"):
            trade.lock("BankB", other, [(0, number, 1_000_000)])
        with refused("OVER_FINANCING"):
            trade.lock("BankB", other, [(1, number, 4_000_000)])
        trade.lock("BankB", other, [(1, number, 3_000_000)])
        trade.available(number)
        trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
        trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(number, 1, 9_500_000))
        trade.available(number)
        strangers(trade, mark)


def strangers(trade: HeardTrade, mark: str) -> None:
    """Who may not: another bank, another role, an operation that is not theirs."""
    with refused("NOT_FOUND"):
        trade.submit(trade.person("BankB", "approver"), ops.APPROVE, messages.Approve(mark, 1, ()))
    with refused("NOT_AUTHORIZED"):
        trade.submit(trade.person("BankA"), ops.APPROVE, messages.Approve(mark, 1, ()))
    with refused("NOT_AUTHORIZED"):
        entries = registry.TableEntries()
        trade.submit(trade.person("BankA"), registry.TABLE_PROPOSE, registry.ProposeTables(entries))
