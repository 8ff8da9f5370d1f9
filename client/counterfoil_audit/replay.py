"""Replay: validate every block anew, from nothing, and compare with what the peers wrote.

The auditor starts with an empty state and the genesis block. Endorsements, policies, read versions and the
hash over the state's updates are computed from the blocks alone (`counterfoil_protocol.validation` and
`.ledger`), then compared with the validation codes and the commit hash that stand in the blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from counterfoil_protocol.block import commit_hash as stated_commit_hash
from counterfoil_protocol.block import transactions_filter
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.envelope import parse_envelope, parse_transaction
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.memory import MemoryState
from counterfoil_protocol.ledger.mvcc import BlockTransaction, validate_and_prepare
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.ledger.updates import UpdateBatch, commit_hash
from counterfoil_protocol.ledger.writes import apply_writes
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import ReadWriteSet
from counterfoil_protocol.validation.transaction_validator import TransactionValidator

from .chain import configurations
from .verdict import Finding, Verdict

VALID = int(transaction.VALID)
# What a forger cannot make good without an endorser's or the creator's key.
_FORGED = {
    transaction.ENDORSEMENT_POLICY_FAILURE,
    transaction.BAD_CREATOR_SIGNATURE,
    transaction.BAD_PROPOSAL_TXID,
    transaction.INVALID_ENDORSER_TRANSACTION,
    transaction.BAD_RESPONSE_PAYLOAD,
    transaction.BAD_PAYLOAD,
    transaction.BAD_COMMON_HEADER,
}


@dataclass(frozen=True, slots=True)
class ReplayedTransaction:
    """A transaction of a block: its id, the code that the replay gives, its read-write set if it has one."""

    place: int
    transaction_id: str
    code: int
    rwset: ReadWriteSet | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReplayedBlock:
    """A block's transactions, and what is wrong with the codes that stand in it."""

    number: int
    transactions: tuple[ReplayedTransaction, ...]
    findings: tuple[Finding, ...]


def replay(blocks: Sequence[common.Block], genesis: ChannelConfig) -> Iterator[ReplayedBlock]:
    """Validate the blocks in order on a state of the auditor's own."""
    state = MemoryState()
    seen: set[str] = set()
    previous = b""
    for number, (block, config) in enumerate(zip(blocks, configurations(blocks, genesis), strict=True)):
        envelopes = list(block.data.data)
        codes = bytearray(_codes(number, envelopes, config, state, seen))
        rwsets = {place: _read_write_set(raw) for place, raw in enumerate(envelopes)}
        candidates = [
            BlockTransaction(place, rwset)
            for place, rwset in rwsets.items()
            if rwset is not None and codes[place] == VALID
        ]
        prepared = validate_and_prepare(number, candidates, state)
        for place, code in prepared.codes.items():
            codes[place] = code
        transactions = tuple(
            ReplayedTransaction(place, _transaction_id(raw), codes[place], rwsets[place])
            for place, raw in enumerate(envelopes)
        )
        findings = list(_code_findings(block, number, transactions))
        batch, stated = prepared.batch, _stated_commit_hash(block)
        if number and commit_hash(bytes(codes), batch, previous) != stated:
            text = "the hash of the state's updates is not what the replay gives"
            findings.append(Finding(Verdict.VALIDATION_FLAG, text, block=number, field="COMMIT_HASH"))
            batch = _as_stated(block, number, transactions, state)
        previous = stated
        state.apply(batch)
        seen.update(each.transaction_id for each in transactions if each.transaction_id)
        yield ReplayedBlock(number, transactions, tuple(findings))


def _as_stated(
    block: common.Block, number: int, transactions: Sequence[ReplayedTransaction], state: MemoryState
) -> UpdateBatch:
    """What the block would have changed had its codes been right.

    The replay goes on from what the ledger claims: a later block is then blamed for its own faults alone, not
    for those of this one.
    """
    batch = UpdateBatch()
    codes = transactions_filter(block)
    for each in transactions:
        if each.rwset is not None and codes[each.place : each.place + 1] == bytes([VALID]):
            apply_writes(batch, each.rwset, Version(number, each.place), state)
    return batch


def _codes(
    number: int, envelopes: Sequence[bytes], config: ChannelConfig, state: MemoryState, seen: set[str]
) -> bytes:
    """Codes before MVCC. The genesis block has no creator to check: the auditor's own roots vouch for it."""
    if number == 0:
        return bytes([VALID]) * len(envelopes)
    return TransactionValidator(config).validate(envelopes, state, seen.__contains__)


def peer_findings(one: Sequence[common.Block], other: Sequence[common.Block], name: str) -> Iterator[Finding]:
    """Where a second peer's blocks differ from the first's: in content, codes or commit hash."""
    for number, (first, second) in enumerate(zip(one, other, strict=False)):
        if first.header != second.header or first.data != second.data:
            yield Finding(Verdict.HEADER, f"{name} holds another block", block=number, field="data")
        elif transactions_filter(first) != transactions_filter(second):
            text = f"{name} wrote other codes"
            yield Finding(Verdict.VALIDATION_FLAG, text, block=number, field="TRANSACTIONS_FILTER")
        elif _stated_commit_hash(first) != _stated_commit_hash(second):
            text = f"{name} wrote another hash of the state"
            yield Finding(Verdict.VALIDATION_FLAG, text, block=number, field="COMMIT_HASH")


def _code_findings(
    block: common.Block, number: int, transactions: Sequence[ReplayedTransaction]
) -> Iterator[Finding]:
    stated = transactions_filter(block)
    if len(stated) != len(transactions):
        text = f"{len(stated)} codes for {len(transactions)} transactions"
        yield Finding(Verdict.VALIDATION_FLAG, text, block=number, field="TRANSACTIONS_FILTER")
        return
    for each in transactions:
        if stated[each.place] != each.code:
            forged = stated[each.place] == VALID and each.code in _FORGED
            text = f"stands as {_code_name(stated[each.place])}, the replay gives {_code_name(each.code)}"
            yield Finding(
                Verdict.ENDORSEMENT if forged else Verdict.VALIDATION_FLAG,
                text,
                block=number,
                transaction=each.transaction_id,
                field="validation code",
            )


def _stated_commit_hash(block: common.Block) -> bytes:
    try:
        return stated_commit_hash(block)
    except MalformedMessage:
        return b""


def _code_name(code: int) -> str:
    names = {int(value): name for name, value in transaction.TxValidationCode.items()}
    return names.get(code, str(code))


def _transaction_id(raw: bytes) -> str:
    try:
        return parse_envelope(raw).transaction_id
    except MalformedMessage:
        return ""


def _read_write_set(raw: bytes) -> ReadWriteSet | None:
    try:
        parsed = parse_transaction(raw)
        return ReadWriteSet.parse(parsed.actions[0].payload.results) if parsed.actions else None
    except MalformedMessage:
        return None
