"""The audit of an export: all proofs in order, and a report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_protocol.block import is_config_block
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import common

from .balances import balance_findings
from .chain import chain_findings, read_blocks, signature_findings, trust_findings
from .exported import Export, ExportError, Manifest
from .private_values import CheckedValues, PrivateWrite, check_private_values
from .replay import VALID, ReplayedBlock, peer_findings, replay
from .verdict import Finding, Report, Verdict

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Examined:
    """An export with what was found, and what it says once nothing was: blocks, replay, private values."""

    report: Report
    manifest: Manifest
    blocks: tuple[common.Block, ...] = field(default=(), repr=False)
    replayed: tuple[ReplayedBlock, ...] = field(default=(), repr=False)
    writes: tuple[PrivateWrite, ...] = field(default=(), repr=False)


def audit(folder: Path, progress: Progress = lambda step: None) -> Report:
    """Prove the export in `folder`, reading nothing else.

    Args:
        folder: written by `counterfoil audit export`.
        progress: called with the name of each step before it is done.

    Raises:
        ExportError: the folder is no export, or a file that its manifest promises is missing.
    """
    return examine(folder, progress).report


def examine(folder: Path, progress: Progress = lambda step: None) -> Examined:
    """As `audit`, and give what was read besides; arguments and errors are the same."""
    export = Export.open(folder)
    manifest = export.manifest
    progress("read the blocks")
    copies: list[list[common.Block]] = []
    findings: list[Finding] = []
    for msp_id in manifest.peers:
        blocks, unreadable = read_blocks(export, msp_id)
        copies.append(blocks)
        findings += unreadable
    first = copies[0]
    genesis = _genesis(first)
    if findings or genesis is None:
        findings += [] if findings else [Finding(Verdict.EXPORT, "is no configuration", block=0)]
        return Examined(Report(manifest.channel, len(first), 0, 0, 0, 0, tuple(findings)), manifest)
    progress("hashes and signatures of the blocks")
    findings += _chain(copies, genesis, export)
    progress("validate every transaction anew")
    replayed = list(_replay(first, genesis, findings))
    for name, blocks in zip(manifest.peers[1:], copies[1:], strict=True):
        findings += peer_findings(first, blocks, name)
    progress("private values against their hashes")
    checked = _private_values(export, replayed)
    findings += checked.findings
    progress("replay the balances")
    pools, unbalanced = balance_findings(checked.writes)
    findings += unbalanced
    transactions = [each for block in replayed for each in block.transactions]
    report = Report(
        channel=manifest.channel,
        blocks=len(first),
        transactions=len(transactions),
        valid_transactions=sum(each.code == VALID for each in transactions),
        private_values=len(checked.writes),
        pools=pools,
        findings=_ordered(findings),
    )
    return Examined(report, manifest, tuple(first), tuple(replayed), checked.writes)


def _genesis(blocks: Sequence[common.Block]) -> ChannelConfig | None:
    if not blocks or not is_config_block(blocks[0]):
        return None
    try:
        return ChannelConfig.from_block(blocks[0])
    except (MalformedMessage, ValueError):
        return None


def _chain(
    copies: Sequence[Sequence[common.Block]], genesis: ChannelConfig, export: Export
) -> Iterator[Finding]:
    yield from trust_findings(genesis, export.trust())
    for blocks in copies:
        yield from chain_findings(blocks)
        yield from signature_findings(blocks, genesis)


def _replay(
    blocks: Sequence[common.Block], genesis: ChannelConfig, findings: list[Finding]
) -> Iterator[ReplayedBlock]:
    for block in replay(blocks, genesis):
        findings += block.findings
        yield block


def _private_values(export: Export, replayed: Sequence[ReplayedBlock]) -> CheckedValues:
    exported = {(number, place): rwset for number, place, rwset in export.private()}
    manifest = export.manifest
    return check_private_values(replayed, exported, manifest.chaincode, manifest.collections)


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By what rests on what, then by block; what two peers' copies both show is told once."""
    order = {verdict: place for place, verdict in enumerate(Verdict)}
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda each: (order[each.verdict], each.block or 0)))


__all__ = ["Examined", "ExportError", "Progress", "audit", "examine"]
