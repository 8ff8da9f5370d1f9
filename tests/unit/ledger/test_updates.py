"""Commit hash and summaries of long range queries, against values computed by Fabric's own code (3.1.5)."""

import hashlib

import pytest
from counterfoil_protocol.ledger.merkle import RangeQueryResults
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.ledger.updates import Update, UpdateBatch, commit_hash, deterministic_bytes
from counterfoil_protocol.messages import kvrwset
from counterfoil_protocol.rwset import Read

# txmgr.deterministicBytesForPubAndHashUpdates of the batch below.
UPDATES = bytes.fromhex(
    "0a1c0a036e73311a046b6579302a0676616c756530320702012c030111700a131a046b6579312a0676616c7565313203"
    "0101000a161205636f6c6c311a05686173683420013204010101040a121a02ff002a067668617368333204010101030a"
    "1c1205636f6c6c321a0568617368352a067668617368353204010101050a1b0a036e73321a0500610062002a09636f6d"
    "706f73697465320200000a0e1a04676f6e6520013204010101020a260a036e73331205636f6c6c311a0568617368392a"
    "067668617368393209060100000000000109"
)


def batch() -> UpdateBatch:
    return UpdateBatch(
        public={
            ("", "CHANNEL_CONFIG"): Update(b"left out", Version(7, 0)),
            ("ns1", "key1"): Update(b"value1", Version(1, 0)),
            ("ns1", "key0"): Update(b"value0", Version(300, 70000)),
            ("ns2", "gone"): Update(None, Version(1, 2)),
            ("ns2", "\x00a\x00b\x00"): Update(b"composite", Version(0, 0)),
        },
        hashed={
            ("ns1", "coll2", b"hash5"): Update(b"vhash5", Version(1, 5)),
            ("ns1", "coll1", b"\xff\x00"): Update(b"vhash3", Version(1, 3)),
            ("ns1", "coll1", b"hash4"): Update(None, Version(1, 4)),
            ("ns3", "coll1", b"hash9"): Update(b"vhash9", Version(1 << 40, 9)),
        },
        private={("ns1", "coll1", "secret"): Update(b"never in it", Version(1, 3))},
    )


def test_the_updates_are_serialized_as_fabric_does() -> None:
    assert deterministic_bytes(batch()) == UPDATES
    assert deterministic_bytes(UpdateBatch()) == b""


def test_the_commit_hash_chains_codes_and_updates() -> None:
    codes = bytes(130)
    expected = hashlib.sha256(b"\x82\x01" + codes + UPDATES + b"before").digest()
    assert commit_hash(codes, batch(), b"before") == expected


@pytest.mark.parametrize(
    ("number", "level", "hashes", "digest"),
    [
        (51, 1, 1, "0a74b3b32be0df9b79864599300959618e18f71e5573ef162d90aa79e18b4e38"),
        (52, 1, 2, "aa6a2140b523fd5679a6b58fc9ed12b24d8962829235320ad941fa90c945e27a"),
        (102, 1, 2, "279afda5f7482e214035d02d0439d9187222e5b00b95774f3bc25e574462f029"),
        (153, 1, 3, "7f23a76788fea221f95e3714c510a89c50b1ea62bfe49800e00045fb146803a2"),
        (2601, 2, 1, "75085d77641b71106a8f36d583028d45971e653aeef35c2c8e33f759444e43b0"),
        (2652, 2, 2, "0cfc82e09cf54aaeb3c8ca146fcaa339c344ca1e1389fb334d9367df2858fe04"),
        (2653, 2, 2, "8212e04958222f9fa63758c45b9b23b906350f6ed3b034468a650afa63c13bbf"),
        (2700, 2, 2, "41189388d3c1ac50e0d0203527f3af6c3bc363e393cbcfaab66f53052bd67b68"),
        (5300, 2, 3, "1e6da355a913576ab536314ced02f494cf109514fedda76c91b93b63f5dc3c44"),
    ],
)
def test_a_long_range_is_summarised_as_fabric_does(number: int, level: int, hashes: int, digest: str) -> None:
    results = RangeQueryResults()
    for n in range(number):
        results.add(Read(f"key{n:05}", Version(n // 7, n % 7)))
    reads, summary = results.done()
    assert reads is None
    assert summary is not None
    assert (summary.max_level, len(summary.max_level_hashes)) == (level, hashes)
    message = kvrwset.QueryReadsMerkleSummary(
        max_degree=summary.max_degree,
        max_level=summary.max_level,
        max_level_hashes=summary.max_level_hashes,
    )
    assert hashlib.sha256(message.SerializeToString()).hexdigest() == digest


def test_a_range_of_fifty_is_kept_as_it_is() -> None:
    results = RangeQueryResults()
    for n in range(50):
        results.add(Read(f"{n:02}", None))
    reads, summary = results.done()
    assert reads is not None
    assert len(reads) == 50
    assert summary is None
    assert RangeQueryResults().done() == (None, None)


def test_a_tree_needs_two_branches() -> None:
    with pytest.raises(ValueError, match="should not be less than 2"):
        RangeQueryResults(1)
