"""A key's history, read out of the blocks (Fabric keeps an index: core/ledger/kvledger/history)."""

from collections.abc import Iterator

from counterfoil_protocol.block import transactions_filter
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.state import Modification
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import ReadWriteSet


def block_history(block: common.Block, namespace: str, key: str) -> Iterator[Modification]:
    """What the valid transactions of a block made of a public key, the last one first."""
    codes = transactions_filter(block)
    for place in reversed(range(len(block.data.data))):
        if codes[place] == transaction.VALID:
            yield from _modifications(block.data.data[place], namespace, key)


def _modifications(raw: bytes, namespace: str, key: str) -> Iterator[Modification]:
    try:
        parsed = parse_transaction(raw)
        results = [ReadWriteSet.parse(action.payload.results) for action in parsed.actions]
    except MalformedMessage:
        return  # A configuration, valid in its own way.
    for result in results:
        for each in result.namespaces:
            for write in each.writes:
                if (each.namespace, write.key) == (namespace, key):
                    yield Modification(parsed.transaction_id, write.value, parsed.timestamp, write.deletes)
