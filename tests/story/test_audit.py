"""Ten kinds of altered export, ten verdicts; each names where. The alterations are a forger's, not ours:
wherever a hash can be made good without a key, it is."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from counterfoil_audit import Export, ExportError, Verdict, audit
from counterfoil_audit.balances import balance_findings
from counterfoil_audit.chain import read_blocks
from counterfoil_audit.private_values import PrivateWrite, check_private_values
from counterfoil_audit.replay import replay
from counterfoil_protocol.block import (
    data_hash,
    header_hash,
    parse_block,
    set_transactions_filter,
    transactions_filter,
)
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.messages import common
from story_told import BIN, Story

REGULATOR, PORT = "RegulatorMSP", "PortMSP"


@dataclass(frozen=True, slots=True)
class Copy:
    """An export to be altered."""

    folder: Path

    @property
    def height(self) -> int:
        return int(json.loads((self.folder / "manifest.json").read_text())["height"])

    def path(self, msp_id: str, number: int) -> Path:
        return self.folder / "blocks" / msp_id / f"{number:012d}.block"

    def block(self, number: int, msp_id: str = REGULATOR) -> common.Block:
        return parse_block(self.path(msp_id, number).read_bytes())

    def write(self, block: common.Block, *msp_ids: str, number: int | None = None) -> None:
        place = block.header.number if number is None else number
        for msp_id in msp_ids or (REGULATOR, PORT):
            self.path(msp_id, place).write_bytes(block.SerializeToString())

    def chain_again(self, first: int) -> None:
        """Make the hashes good from a block on, as a forger does who holds all the files."""
        for number in range(first, self.height):
            block = self.block(number)
            block.header.data_hash = data_hash(block.data.data)
            if number:
                block.header.previous_hash = header_hash(self.block(number - 1).header)
            self.write(block)


@pytest.fixture
def copy(story: Story, tmp_path: Path) -> Copy:
    assert story.exit_code == 0, story.printed
    shutil.copytree(story.export, tmp_path / "export")
    return Copy(tmp_path / "export")


def trade_block(copy: Copy) -> int:
    """A block of the trade, not the last: one that brings private data."""
    names = sorted(path.name for path in (copy.folder / "private").iterdir())
    return int(names[len(names) // 2].split(".")[0])


def flip(data: bytes, needle: bytes) -> bytes:
    """The data with the last byte of the needle's first place changed."""
    place = data.index(needle) + len(needle) - 1
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def change_header(copy: Copy) -> int:
    number = trade_block(copy)
    block = copy.block(number)
    block.header.previous_hash = flip(block.header.previous_hash, block.header.previous_hash)
    copy.write(block)
    return number


def reorder_blocks(copy: Copy) -> int:
    number = trade_block(copy)
    one, other = copy.block(number), copy.block(number + 1)
    copy.write(one, number=number + 1)
    copy.write(other, number=number)
    return number


def change_data(copy: Copy) -> int:
    number = trade_block(copy)
    block = copy.block(number)
    block.data.data[0] = flip(block.data.data[0], block.data.data[0])
    copy.write(block)
    return number


def forge_data_and_hashes(copy: Copy) -> int:
    """The orderer's key is not to be had: its signature is over the old header."""
    number = trade_block(copy)
    block = copy.block(number)
    block.data.data.append(block.data.data[0])
    copy.write(block)
    copy.chain_again(number)
    return number


def drop_signature(copy: Copy) -> int:
    number = trade_block(copy)
    block = copy.block(number)
    block.metadata.metadata[common.SIGNATURES] = b""
    copy.write(block)
    return number


def change_endorsed_bytes(copy: Copy) -> int:
    """A byte of the endorsed read-write set, with every hash made good."""
    number = trade_block(copy)
    block = copy.block(number)
    block.data.data[0] = flip(block.data.data[0], b"authority")
    copy.write(block)
    copy.chain_again(number)
    return number


def change_flag(copy: Copy) -> int:
    number = trade_block(copy)
    block = copy.block(number)
    set_transactions_filter(block, [11] * len(transactions_filter(block)))
    copy.write(block)
    return number


def let_second_peer_differ(copy: Copy) -> int:
    number = trade_block(copy)
    block = copy.block(number, PORT)
    set_transactions_filter(block, [11] * len(transactions_filter(block)))
    copy.write(block, PORT)
    return number


def private_file(copy: Copy) -> tuple[int, Path]:
    """A lock's private data: it writes into several collections."""
    for path in sorted((copy.folder / "private").iterdir()):
        if b"pool/" in path.read_bytes() and b"mark/" in path.read_bytes():
            return int(path.name.split(".")[0]), path
    raise AssertionError("no lock in the export")


def change_private_value(copy: Copy) -> int:
    number, path = private_file(copy)
    path.write_bytes(flip(path.read_bytes(), b'"salt":"'))
    return number


def remove_private_value(copy: Copy) -> int:
    number, path = private_file(copy)
    path.unlink()
    return number


def change_trust(copy: Copy) -> int:
    """The auditor holds another root for a bank than the ledger states."""
    shutil.copy(
        next((copy.folder / "trust/PortMSP").iterdir()), next((copy.folder / "trust/BankAMSP").iterdir())
    )
    return 0


ALTERATIONS: list[tuple[Callable[[Copy], int], Verdict]] = [
    (change_trust, Verdict.TRUST),
    (change_header, Verdict.HEADER),
    (reorder_blocks, Verdict.HEADER),
    (change_data, Verdict.DATA_HASH),
    (forge_data_and_hashes, Verdict.ORDERER_SIGNATURE),
    (drop_signature, Verdict.ORDERER_SIGNATURE),
    (change_endorsed_bytes, Verdict.ENDORSEMENT),
    (change_flag, Verdict.VALIDATION_FLAG),
    (let_second_peer_differ, Verdict.VALIDATION_FLAG),
    (change_private_value, Verdict.PRIVATE_VALUE),
    (remove_private_value, Verdict.PRIVATE_VALUE),
]


def verify(folder: Path) -> tuple[int, dict[str, object]]:
    """The audit as a user runs it: a process of its own."""
    command = [str(BIN / "counterfoil"), "audit", "verify", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout)


def test_the_ledger_passes(copy: Copy) -> None:
    code, report = verify(copy.folder)
    assert (code, report["verdict"], report["findings"]) == (0, "PASS", [])
    assert isinstance(report["pools"], int)
    assert isinstance(report["private_values"], int)
    assert report["pools"] >= 10  # six invoices on four declarations
    assert report["private_values"] > 100


@pytest.mark.parametrize(("alter", "verdict"), ALTERATIONS, ids=[alter.__name__ for alter, _ in ALTERATIONS])
def test_an_alteration_is_found_and_named(copy: Copy, alter: Callable[[Copy], int], verdict: Verdict) -> None:
    number = alter(copy)
    report = audit(copy.folder)
    found = {(each.verdict, each.block) for each in report.findings}
    assert (verdict, number) in found, report.findings
    assert all(each.field for each in report.findings)


def test_the_command_fails_on_an_alteration(copy: Copy) -> None:
    number = change_private_value(copy)
    code, report = verify(copy.folder)
    assert (code, report["verdict"]) == (1, "FAIL")
    findings = report["findings"]
    assert isinstance(findings, list)
    assert findings[0]["verdict"] == "PRIVATE_VALUE"
    assert findings[0]["block"] == number
    assert findings[0]["transaction"]


@pytest.mark.parametrize("lost", ["manifest.json", "blocks/PortMSP/000000000007.block"])
def test_half_an_export_is_no_export(copy: Copy, lost: str) -> None:
    (copy.folder / lost).unlink()
    with pytest.raises(ExportError, match=Path(lost).name):
        audit(copy.folder)


def proved_writes(folder: Path) -> list[PrivateWrite]:
    export = Export.open(folder)
    blocks, _ = read_blocks(export, REGULATOR)
    replayed = list(replay(blocks, ChannelConfig.from_block(blocks[0])))
    private = {(number, place): data for number, place, data in export.private()}
    manifest = export.manifest
    return list(check_private_values(replayed, private, manifest.chaincode, manifest.collections).writes)


@pytest.mark.parametrize("figure", ["locked", "outstanding"])
def test_a_pool_that_both_endorsers_falsified_is_found(story: Story, figure: str) -> None:
    """Two colluding endorsers can sign any value: then the hashes hold and the sums do not."""
    writes = proved_writes(story.export)
    assert balance_findings(writes)[1] == []
    last = max(at for at, write in enumerate(writes) if write.key.startswith("pool/"))
    write = writes[last]
    assert write.value is not None
    record = json.loads(write.value)
    record["value"][figure] += 1
    writes[last] = replace(write, value=json.dumps(record).encode())
    _, findings = balance_findings(writes)
    assert [(each.verdict, each.block, each.transaction) for each in findings] == [
        (Verdict.BALANCE, write.block, write.transaction_id)
    ]
    assert findings[0].field is not None
    assert findings[0].field.endswith(f":{figure}")
