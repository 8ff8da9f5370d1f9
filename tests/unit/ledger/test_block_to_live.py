"""blockToLive: hashes, values and stored writes of a collection go when their time is up, on every peer."""

from typing import Any

import pytest
from counterfoil_network.embedded.ledger import CommitRequest, MissingPrivateData, ReconciledPrivateData
from counterfoil_protocol.collection import CollectionDefinition, collection_package
from counterfoil_protocol.ledger.definitions import FIELDS, LIFECYCLE, field_key, metadata_key
from counterfoil_protocol.ledger.simulator import Simulator
from counterfoil_protocol.messages import lifecycle_db, transaction
from counterfoil_protocol.rwset import key_hash
from counterfoil_protocol.signature_policy import parse_policy

LIVES = 2


def put(key: str, value: bytes, collection: str = "secret") -> Any:
    return lambda s: s.put_private("cc", collection, key, value)


def define(simulator: Simulator) -> None:
    """`secret` lives for two blocks, `other` for ever."""
    members = parse_policy("OR('BankAMSP.member')").SerializeToString()
    collections = collection_package(
        [CollectionDefinition("secret", members, block_to_live=LIVES), CollectionDefinition("other", members)]
    )
    metadata = lifecycle_db.StateMetadata(datatype="ChaincodeDefinition", fields=FIELDS)
    simulator.put_state(LIFECYCLE, metadata_key("cc"), metadata.SerializeToString())
    content = lifecycle_db.StateData(Bytes=collections.SerializeToString())
    simulator.put_state(LIFECYCLE, field_key("cc", "Collections"), content.SerializeToString())


@pytest.fixture
def defined(chain: Any) -> Any:
    chain.run(define)
    return chain


def held(chain: Any, key: str, collection: str = "secret") -> tuple[bytes | None, bool]:
    """The value held here, and whether its hash is known."""
    with chain.ledger.snapshot() as view:
        value = view.get_private("cc", collection, key)
        hashed = view.get_private_hash("cc", collection, key_hash(key))
    return (value.value if value else None), hashed is not None


def idle(chain: Any, blocks: int) -> None:
    for _ in range(blocks):
        chain.run(lambda s: s.put_state("cc", "idle", b"x"))


def test_a_value_lives_so_many_blocks_after_its_own(defined: Any) -> None:
    written = defined.run(put("k", b"1"), put("k", b"for ever", "other")).number
    idle(defined, LIVES)
    assert held(defined, "k") == (b"1", True)
    assert len(defined.ledger.private_data(written)) == 2
    idle(defined, 1)
    assert held(defined, "k") == (None, False)
    assert held(defined, "k", "other") == (b"for ever", True)
    kept = defined.ledger.private_data(written)
    assert [write_set.collection for sets in kept.values() for write_set in sets] == ["other"]


def test_a_value_written_again_lives_on(defined: Any) -> None:
    defined.run(put("k", b"1"))
    defined.run(put("k", b"2"))
    idle(defined, LIVES)
    assert held(defined, "k") == (b"2", True)
    idle(defined, 1)
    assert held(defined, "k") == (None, False)


def test_a_value_written_in_the_very_block_it_ends_stays(defined: Any) -> None:
    defined.run(put("k", b"1"))
    idle(defined, LIVES)
    assert defined.run(put("k", b"2")).codes == (transaction.VALID,)
    assert held(defined, "k") == (b"2", True)


def test_the_block_in_which_a_value_ends_still_validates_against_it(defined: Any) -> None:
    defined.run(put("k", b"1"))
    idle(defined, LIVES)
    reading = defined.endorse(lambda s: s.get_private("cc", "secret", "k"))
    late = defined.endorse(lambda s: s.get_private_hash("cc", "secret", "k"))
    assert defined.commit(reading).codes == (transaction.VALID,)
    assert defined.commit(late).codes == (transaction.MVCC_READ_CONFLICT,)


def test_metadata_gives_a_value_another_life(defined: Any) -> None:
    defined.run(put("k", b"1"))
    idle(defined, 1)
    defined.run(lambda s: s.set_private_metadata("cc", "secret", "k", {"a": b"b"}))
    idle(defined, LIVES)
    assert held(defined, "k") == (b"1", True)
    idle(defined, 1)
    assert held(defined, "k") == (None, False)


def test_what_is_missing_is_not_asked_for_once_it_has_ended(defined: Any) -> None:
    endorsed = defined.endorse(put("k", b"1"))
    request = defined.request([endorsed], withhold=True)
    number = request.block.header.number
    missing = [MissingPrivateData(number, 0, endorsed.transaction_id, "cc", "secret", eligible=True)]
    defined.ledger.commit(CommitRequest(request.block, [0], {}, missing)).result(timeout=10)
    idle(defined, LIVES)
    assert defined.ledger.missing_private_data() == missing
    idle(defined, 1)
    assert defined.ledger.missing_private_data() == []
    late = [ReconciledPrivateData(number, 0, endorsed.write_sets()[0])]
    assert defined.ledger.store_reconciled(late).result(timeout=10) == late
    assert held(defined, "k") == (None, False)


def test_late_data_ends_with_the_rest(defined: Any) -> None:
    endorsed = defined.endorse(put("k", b"1"))
    request = defined.request([endorsed], withhold=True)
    number = request.block.header.number
    missing = [MissingPrivateData(number, 0, endorsed.transaction_id, "cc", "secret", eligible=True)]
    defined.ledger.commit(CommitRequest(request.block, [0], {}, missing)).result(timeout=10)
    late = [ReconciledPrivateData(number, 0, endorsed.write_sets()[0])]
    assert defined.ledger.store_reconciled(late).result(timeout=10) == []
    assert held(defined, "k") == (b"1", True)
    idle(defined, LIVES + 1)
    assert held(defined, "k") == (None, False)
    assert defined.ledger.private_data(number) == {}
