"""The record itself: untouched since it was made, whole, and every block of it replayed by our own code."""

import itertools
import json
from pathlib import Path

import pytest
from counterfoil_audit.chain import chain_findings, signature_findings
from counterfoil_audit.replay import replay
from counterfoil_protocol.block import commit_hash, parse_block, transactions_filter
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.endorsement import verify_endorsement
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import ReadWriteSet

from tests.acceptance import records
from tests.acceptance.differences import KNOWN, MOST
from tests.acceptance.pending import MOST as MOST_PENDING
from tests.acceptance.pending import PENDING
from tests.acceptance.registry import all_cases

EARLIER = Path(__file__).parents[1] / "unit" / "protocol" / "recorded"
"""Ten blocks of another network, made with Fabric's own command line and cryptogen."""


@pytest.fixture(scope="module")
def chain() -> list[common.Block]:
    return records.chain()


def earlier() -> list[common.Block]:
    return [parse_block((EARLIER / f"block_{number}.pb").read_bytes()) for number in range(10)]


def test_nobody_has_edited_the_record() -> None:
    assert records.digests() == records.manifest()["files"], "only `make record-fabric` writes here"


def test_an_edit_is_noticed(tmp_path: Path) -> None:
    recording = records.Recording({"area/one": [{"did": "a", "saw": 1}]})
    recording.write({"versions": {}, "programs": {}}, tmp_path)
    assert records.digests(tmp_path) == records.manifest(tmp_path)["files"]
    file = tmp_path / "area.json"
    file.write_text(file.read_text(encoding="utf-8").replace("1", "2"), encoding="utf-8")
    assert records.digests(tmp_path) != records.manifest(tmp_path)["files"]


def test_the_record_says_who_answered() -> None:
    fabric = records.manifest()["fabric"]
    assert fabric["versions"]["peer"] == fabric["versions"]["orderer"]
    assert all(len(digest) == 64 for digest in fabric["programs"].values())
    assert {"peer", "orderer"} <= fabric["programs"].keys()


def test_every_case_is_recorded_and_nothing_else() -> None:
    expected = sorted(case.name for case in all_cases())
    assert sorted(records.transcripts()) == expected
    assert records.manifest()["cases"] == expected


def test_transcripts_name_nothing_of_one_run() -> None:
    text = json.dumps(records.transcripts())
    assert "127.0.0.1" not in text
    assert "/tmp" not in text
    assert not [word for word in text.replace('"', " ").split() if len(word) == 64 and word.isalnum()]


def test_the_lists_only_shrink() -> None:
    assert len(KNOWN) <= MOST
    assert len(PENDING) <= MOST_PENDING
    assert KNOWN.keys() <= records.transcripts().keys()
    assert all(len(reason) > 20 for reason in (*KNOWN.values(), *PENDING.values()))


@pytest.mark.parametrize(
    "blocks", [records.chain, earlier], ids=["recorded with the cases", "recorded earlier"]
)
def test_blocks_replay_to_the_same_codes_and_state(blocks: object) -> None:
    """Each header, data hash, orderer's signature, code and commit hash of Fabric comes out of our code."""
    assert callable(blocks)
    found: list[common.Block] = blocks()
    genesis = ChannelConfig.from_block(found[0])
    assert list(chain_findings(found)) == []
    assert list(signature_findings(found, genesis)) == []
    assert [finding for block in replay(found, genesis) for finding in block.findings] == []


def test_the_recorded_chain_has_what_replaying_it_is_worth(chain: list[common.Block]) -> None:
    """Conflicts, phantoms, refused policies and copies are among it, not good transactions alone."""
    codes = set(itertools.chain.from_iterable(transactions_filter(block) for block in chain))
    assert codes >= {
        transaction.VALID,
        transaction.MVCC_READ_CONFLICT,
        transaction.PHANTOM_READ_CONFLICT,
        transaction.ENDORSEMENT_POLICY_FAILURE,
        transaction.DUPLICATE_TXID,
    }
    assert len({commit_hash(block) for block in chain[1:]}) == len(chain) - 1


def test_a_wrong_code_or_value_is_found(chain: list[common.Block]) -> None:
    altered = [common.Block.FromString(block.SerializeToString()) for block in chain]
    place, number = next(
        (place, number)
        for number, block in enumerate(altered)
        for place, code in enumerate(transactions_filter(block))
        if code == transaction.MVCC_READ_CONFLICT
    )
    codes = bytearray(transactions_filter(altered[number]))
    codes[place] = transaction.VALID
    altered[number].metadata.metadata[common.TRANSACTIONS_FILTER] = bytes(codes)
    genesis = ChannelConfig.from_block(altered[0])
    blamed = {finding.block for block in replay(altered, genesis) for finding in block.findings}
    assert blamed == {number}


def test_every_endorsement_and_read_write_set_is_ours_too(chain: list[common.Block]) -> None:
    count = 0
    for block in chain:
        for raw, code in zip(block.data.data, transactions_filter(block), strict=True):
            for action in parse_transaction(raw).actions:
                assert ReadWriteSet.parse(action.payload.results).serialize() == action.payload.results
                # One was altered by a case after it was endorsed.
                is_good = all(verify_endorsement(action.payload_bytes, each) for each in action.endorsements)
                assert is_good or code == transaction.ENDORSEMENT_POLICY_FAILURE
                count += is_good
    assert count > 150
