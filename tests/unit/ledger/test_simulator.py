"""What a simulation records, what it answers, what it refuses and in which words."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from counterfoil_protocol.ledger.simulator import CollectionAccess, KeyValue, SimulationError, Simulator
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.rwset import (
    HashedRead,
    HashedWrite,
    MetadataWrite,
    PrivateReadWriteSet,
    Read,
    ReadWriteSet,
    Write,
    key_hash,
    value_hash,
)


@pytest.fixture
def simulate(chain: Any) -> Any:
    """A simulation on two committed keys of each kind; `read` or `write` access can be taken away."""
    chain.run(
        lambda s: (s.put_state("cc", "a", b"1"), s.put_state("cc", "b", b"2")),
        lambda s: (s.put_private("cc", "secret", "p", b"3"), s.put_private("cc", "secret", "q", b"4")),
    )
    views = []

    def start(*, read: bool = True, write: bool = True, collections: Any = None) -> Simulator:
        access = {"secret": CollectionAccess(read, write)}
        lookup: Callable[..., Mapping[str, CollectionAccess] | None] = collections or (lambda *_: access)
        view = chain.ledger.snapshot()
        views.append(view)
        return Simulator(view.__enter__(), transaction_id="tx", channel_id="trade", collections=lookup)

    yield start
    for view in views:
        view.__exit__(None, None, None)


def public(simulator: Simulator) -> Any:
    result = simulator.result()
    assert ReadWriteSet.parse(result.public_bytes) == result.public
    return result.public.namespaces[0] if result.public.namespaces else None


def test_a_simulation_never_sees_its_own_writes(simulate: Any) -> None:
    simulator = simulate()
    simulator.put_state("cc", "a", b"new")
    simulator.put_state("cc", "c", b"new")
    simulator.put_private("cc", "secret", "p", b"new")
    assert simulator.get_state("cc", "a") == b"1"
    assert simulator.get_state("cc", "c") is None
    assert simulator.get_private("cc", "secret", "p") == b"3"
    assert simulator.get_private_hash("cc", "secret", "p") == value_hash(b"3")
    assert [r.key for r in simulator.get_state_range("cc", "", "")] == ["a", "b"]


def test_reads_are_recorded_once_and_in_order(simulate: Any) -> None:
    simulator = simulate()
    for key in ("b", "absent", "a", "b"):
        simulator.get_state("cc", key)
    assert simulator.get_states("cc", ["a", "absent"]) == [b"1", None]
    assert public(simulator).reads == (
        Read("a", Version(0, 0)),
        Read("absent", None),
        Read("b", Version(0, 0)),
    )


def test_the_last_write_of_a_key_is_recorded(simulate: Any) -> None:
    simulator = simulate()
    simulator.put_state("cc", "b", b"x")
    simulator.put_state("cc", "a", b"first")
    simulator.put_state("cc", "a", b"last")
    simulator.del_state("cc", "c")
    assert public(simulator).writes == (
        Write("a", b"last"),
        Write("b", b"x"),
        Write("c", b"", is_delete=True),
    )


def test_value_and_hash_leave_the_same_hashed_read(simulate: Any) -> None:
    value, by_hash = simulate(), simulate()
    assert value.get_private("cc", "secret", "p") == b"3"
    assert by_hash.get_private_hash("cc", "secret", "p") == value_hash(b"3")
    results = value.result(), by_hash.result()
    assert results[0].public_bytes == results[1].public_bytes
    assert [result.private_reads for result in results] == [{("cc", "secret")}, frozenset()]
    (collection,) = results[0].public.namespaces[0].collections
    assert collection.reads == (HashedRead(key_hash("p"), Version(0, 1)),)
    assert results[0].private is None


def test_private_writes_leave_hashes_in_public(simulate: Any) -> None:
    simulator = simulate()
    simulator.put_private("cc", "secret", "p", b"hidden")
    simulator.del_private("cc", "secret", "q")
    result = simulator.result()
    assert b"hidden" not in result.public_bytes
    (collection,) = result.public.namespaces[0].collections
    expected = {
        key_hash("p"): HashedWrite(key_hash("p"), value_hash(b"hidden")),
        key_hash("q"): HashedWrite(key_hash("q"), b"", is_delete=True),
    }
    assert {write.key_hash: write for write in collection.writes} == expected
    private = PrivateReadWriteSet.from_message(result.private_message)
    assert private.namespaces[0].collections[0].writes == (
        Write("p", b"hidden"),
        Write("q", b"", is_delete=True),
    )
    assert private.namespaces[0].collections[0].digest() == collection.private_hash
    assert "hidden" not in repr(result)


def test_a_purge_is_a_delete_marked_in_public(simulate: Any) -> None:
    simulator = simulate()
    simulator.purge_private("cc", "secret", "p")
    result = simulator.result()
    (collection,) = result.public.namespaces[0].collections
    assert collection.writes == (HashedWrite(key_hash("p"), b"", is_delete=True, is_purge=True),)
    assert result.private.namespaces[0].collections[0].writes == (Write("p", b"", is_delete=True),)


def test_private_metadata_is_public_and_named_in_private(simulate: Any) -> None:
    simulator = simulate()
    simulator.set_private_metadata("cc", "secret", "p", {"b": b"2", "a": b"1"})
    result = simulator.result()
    (collection,) = result.public.namespaces[0].collections
    assert collection.metadata_writes[0].entries == (("a", b"1"), ("b", b"2"))
    assert result.private.namespaces[0].collections[0].metadata_writes == (MetadataWrite("p"),)


def test_policies_of_written_keys_are_told(chain: Any) -> None:
    chain.run(
        lambda s: (
            s.put_state("cc", "k", b"1"),
            s.set_state_metadata("cc", "k", {"VALIDATION_PARAMETER": b"policy"}),
        )
    )
    endorsed = chain.endorse(lambda s: (s.put_state("cc", "k", b"2"), s.put_state("cc", "free", b"2")))
    assert endorsed.result.key_policies == {("cc", "", "k"): {"VALIDATION_PARAMETER": b"policy"}}
    assert endorsed.result.public.namespaces[0].reads == ()


@pytest.mark.parametrize(
    ("asked", "end_key", "exhausted", "reads"),
    [(1, "a", False, 1), (2, "b", False, 2), (3, "z", True, 2), (4, "z", True, 2), (0, "", False, None)],
)
def test_a_range_reaches_as_far_as_it_was_read(
    simulate: Any, asked: int, end_key: str, exhausted: bool, reads: int | None
) -> None:
    simulator = simulate()
    found = simulator.get_state_range("cc", "a", "z")
    results = [found.next() for _ in range(asked)]
    assert results[:1] in ([], [KeyValue("cc", "a", b"1")])
    (query,) = public(simulator).range_queries
    assert (query.start_key, query.end_key, query.exhausted) == ("a", end_key, exhausted)
    assert (len(query.reads) if query.reads is not None else None) == reads


def test_a_range_asked_twice_is_recorded_once(simulate: Any) -> None:
    simulator = simulate()
    assert list(simulator.get_state_range("cc", "", "")) == list(simulator.get_state_range("cc", "", ""))
    list(simulator.get_state_range("cc", "b", ""))
    assert [q.start_key for q in public(simulator).range_queries] == ["", "b"]


def test_a_page_ends_early_and_tells_where_to_go_on(simulate: Any) -> None:
    simulator = simulate()
    page = simulator.get_state_range("cc", "", "", page_size=1)
    assert [r.key for r in page] == ["a"]
    assert page.bookmark() == "b"
    rest = simulator.get_state_range("cc", "b", "", page_size=5)
    assert [r.key for r in rest] == ["b"]
    assert rest.bookmark() == ""
    assert [q.exhausted for q in public(simulator).range_queries] == [True, True]


UNSUPPORTED = "txid [tx]: unsuppored transaction. "
REFUSALS: list[tuple[list[Callable[[Simulator], Any]], str]] = [
    (
        [lambda s: s.put_state("cc", "a", b""), lambda s: s.get_private_range("cc", "secret", "", "")],
        UNSUPPORTED + "Queries on pvt data is supported only in a read-only transaction",
    ),
    (
        [lambda s: s.get_private_range("cc", "secret", "", ""), lambda s: s.put_state("cc", "a", b"")],
        UNSUPPORTED + "Transaction has already performed queries on pvt data. Writes are not allowed",
    ),
    (
        [
            lambda s: s.put_private("cc", "secret", "a", b"x"),
            lambda s: s.get_state_range("cc", "", "", page_size=1),
        ],
        UNSUPPORTED + "Paginated queries are supported only in a read-only transaction",
    ),
    (
        [
            lambda s: s.get_state_range("cc", "", "", page_size=1),
            lambda s: s.purge_private("cc", "secret", "a"),
        ],
        UNSUPPORTED + "Transaction has already performed a paginated query. Writes are not allowed",
    ),
    ([lambda s: s.get_private("cc", "none", "a")], "collection trade/cc/none could not be found"),
    ([lambda s: s.put_private("cc", "none", "a", b"")], "collection trade/cc/none could not be found"),
    (
        [lambda s: s.get_private_hash("cc", "none", "a")],
        "collection [none] not defined in the collection config for chaincode [cc]",
    ),
    (
        [lambda s: s.result(), lambda s: s.result()],
        "this function should only be called once on a transaction simulator instance",
    ),
]


@pytest.mark.parametrize(("steps", "text"), REFUSALS)
def test_a_refusal_has_fabrics_words(
    simulate: Any, steps: list[Callable[[Simulator], Any]], text: str
) -> None:
    simulator = simulate()
    for step in steps[:-1]:
        step(simulator)
    with pytest.raises(SimulationError) as refusal:
        steps[-1](simulator)
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    "step",
    [
        lambda s: s.get_private("cc", "secret", "p"),
        lambda s: s.get_privates("cc", "secret", ["p"]),
        lambda s: s.get_private_range("cc", "secret", "", ""),
        lambda s: s.get_private_metadata("cc", "secret", "p"),
    ],
)
def test_a_creator_without_read_access_is_refused(simulate: Any, step: Callable[[Simulator], Any]) -> None:
    simulator = simulate(read=False)
    with pytest.raises(SimulationError) as refusal:
        step(simulator)
    assert str(refusal.value) == (
        "tx creator does not have read access permission on privatedata in "
        "chaincodeName:cc collectionName: secret"
    )
    assert simulator.get_private_hash("cc", "secret", "p") is not None


@pytest.mark.parametrize(
    "step",
    [
        lambda s: s.put_private("cc", "secret", "p", b"x"),
        lambda s: s.del_private("cc", "secret", "p"),
        lambda s: s.purge_private("cc", "secret", "p"),
        lambda s: s.set_private_metadata("cc", "secret", "p", {}),
    ],
)
def test_a_creator_without_write_access_is_refused(simulate: Any, step: Callable[[Simulator], Any]) -> None:
    simulator = simulate(write=False)
    with pytest.raises(SimulationError) as refusal:
        step(simulator)
    assert str(refusal.value) == (
        "tx creator does not have write access permission on privatedata in "
        "chaincodeName:cc collectionName: secret"
    )
    assert simulator.result().private is None


def test_a_chaincode_without_definition_has_no_collections(simulate: Any) -> None:
    simulator = simulate(collections=lambda *_: None)
    with pytest.raises(SimulationError, match=r"collection config not defined for chaincode \[cc\]"):
        simulator.get_private_hash("cc", "secret", "p")


def test_a_value_whose_hash_is_elsewhere_is_not_available(chain: Any) -> None:
    chain.ledger.commit(
        chain.request([chain.endorse(lambda s: s.put_private("cc", "secret", "k", b"1"))], withhold=True)
    ).result(timeout=10)

    def read(simulator: Simulator) -> None:
        assert simulator.get_private_hash("cc", "secret", "k") == value_hash(b"1")
        assert simulator.get_privates("cc", "secret", ["k"]) == [None]
        simulator.get_private("cc", "secret", "k")

    with pytest.raises(SimulationError) as refusal:
        chain.endorse(read)
    assert str(refusal.value) == (
        "private data matching public hash version is not available. "
        "Public hash version = {BlockNum: 0, TxNum: 0}, Private data version = <nil>"
    )


def test_looking_up_collections_enters_the_read_set(chain: Any) -> None:
    def lookup(get_state: Any, namespace: str) -> dict[str, CollectionAccess]:
        get_state("_lifecycle", f"namespaces/metadata/{namespace}")
        return {"secret": CollectionAccess()}

    with chain.ledger.snapshot() as view:
        simulator = Simulator(view, transaction_id="tx", channel_id="trade", collections=lookup)
        simulator.get_private("cc", "secret", "p")
        simulator.put_private("cc", "secret", "p", b"1")
        namespaces = simulator.result().public.namespaces
    assert [n.namespace for n in namespaces] == ["_lifecycle", "cc"]
    assert namespaces[0].reads == (Read("namespaces/metadata/cc", None),)
