"""What a peer looks for in a block that it has committed."""

import pytest
from counterfoil_network.embedded.ledger.parsed import CommitView
from counterfoil_network.embedded.ledger.records import CommittedBlock
from counterfoil_network.embedded.peer import committer
from counterfoil_protocol.messages import common
from counterfoil_protocol.rwset import (
    HashedCollection,
    HashedRead,
    HashedWrite,
    NamespaceReadWriteSet,
    Read,
    ReadWriteSet,
    Write,
)

HASH = bytes(32)
READ = Read("namespaces/fields/trade/Sequence", None)


@pytest.mark.parametrize(
    ("entry", "writes"),
    [
        (NamespaceReadWriteSet("trade", writes=(Write("key", b"_lifecycle"),)), False),
        (NamespaceReadWriteSet("_lifecycle", reads=(READ,)), False),
        (
            NamespaceReadWriteSet(
                "_lifecycle", collections=(HashedCollection("_implicit_org_A", (HashedRead(HASH, None),)),)
            ),
            False,
        ),
        (NamespaceReadWriteSet("_lifecycle", writes=(Write("key", b"value"),)), True),
        (
            NamespaceReadWriteSet(
                "_lifecycle",
                collections=(HashedCollection("_implicit_org_A", (), (HashedWrite(HASH, HASH),)),),
            ),
            True,
        ),
    ],
)
def test_definitions_are_read_again_where_they_were_written(
    monkeypatch: pytest.MonkeyPatch, entry: NamespaceReadWriteSet, writes: bool
) -> None:
    """Every endorsement reads `_lifecycle`; to read all definitions again after each would be slow."""
    seen = CommitView("t", common.ENDORSER_TRANSACTION, ReadWriteSet((entry,)), None)
    monkeypatch.setattr(committer, "commit_view", lambda _: seen)
    block = common.Block(data=common.BlockData(data=[b"envelope"]))
    assert committer.writes_lifecycle(CommittedBlock(7, block, (), False)) == writes
