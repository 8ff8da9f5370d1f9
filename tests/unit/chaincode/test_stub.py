"""Every method of the stub against the kit's peer; what the kit cannot show against recorded messages."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.errors import PeerError, PrivateDataNotAvailable
from counterfoil_chaincode.refusal import Refusal
from counterfoil_chaincode.shim.invocation import Invocation
from counterfoil_chaincode.shim.iterators import KeyValue, Page, QueryIterator
from counterfoil_chaincode.shim.peer_features import PeerFeatures
from counterfoil_chaincode.shim.stub import ChaincodeStub
from counterfoil_chaincode.testing import Ledger, Refused, make_caller
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response, query_result
from counterfoil_protocol.signature_policy import parse_policy

MESSAGE = chaincode_shim.ChaincodeMessage
ONE, TWO = "Org1MSP", "Org2MSP"
CALLER, STRANGER = make_caller(ONE, "clerk", "ann"), make_caller(TWO, "clerk", "bob")
POLICY = parse_policy("AND('Org1MSP.peer')").SerializeToString()

Act = Callable[[ChaincodeStub], Any]
_ACT: list[Act] = []


class Puppet(Contract):
    """Does what a test says."""

    @submit
    def act(self, context: Context) -> Any:
        return _ACT[-1](context.stub)


class Other(Contract):
    @submit
    def tell(self, context: Context, text: str) -> str:
        context.stub.put_state("told", text.encode())
        return text[::-1]

    @submit
    def refuse(self, context: Context) -> None:
        raise Refusal("NO", "never")


def _collection(name: str, *members: str, own: bool = False) -> CollectionDefinition:
    text = ",".join(f"'{msp}.member'" for msp in members)
    policy = parse_policy(f"OR({text})").SerializeToString()
    return CollectionDefinition(name, policy, member_only_read=own, member_only_write=own)


COLLECTIONS = [_collection("shared", ONE, TWO), _collection("own", ONE, own=True)]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(
        Chaincode([Puppet()]), [ONE, TWO], COLLECTIONS, others={"other": Chaincode([Other()])}, name="puppet"
    )


def _write(ledger: Ledger, act: Act, *, at: tuple[str, ...] = (ONE, TWO)) -> None:
    _ACT.append(act)
    ledger.submit(CALLER, "act", at=at)


def _read(ledger: Ledger, act: Act, *, at: str = ONE, caller: Any = CALLER) -> Any:
    found: list[Any] = []

    def run(stub: ChaincodeStub) -> None:
        found.append(act(stub))

    _ACT.append(run)
    ledger.evaluate(caller, "act", at=at)
    return found[0]


def test_reads_see_committed_values_only(ledger: Ledger) -> None:
    def act(stub: ChaincodeStub) -> None:
        stub.put_state("k", b"1")
        assert stub.get_state("k") is None

    _write(ledger, act)
    assert _read(ledger, lambda stub: stub.get_state("k")) == b"1"
    _write(ledger, lambda stub: stub.delete_state("k"))
    assert _read(ledger, lambda stub: stub.get_state("k")) is None


def _fill(stub: ChaincodeStub) -> None:
    stub.start_write_batch()
    for number in range(250):
        stub.put_state(f"k{number:03}", b"%d" % number)
    for colour in ("red", "blue"):
        for size in ("1", "2"):
            stub.put_state(create_key(colour, size), size.encode())
            stub.put_private_data("shared", create_key(colour, size), size.encode())
    for number in range(250):
        stub.put_private_data("shared", f"p{number:03}", b"%d" % number)


def create_key(*parts: str) -> str:
    from counterfoil_protocol.composite_key import create_composite_key

    return create_composite_key("thing", parts)


def test_open_ranges_are_kept_apart(ledger: Ledger) -> None:
    names = {letter: [f"{letter}{number:03}" for number in range(150)] for letter in "abc"}

    def fill(stub: ChaincodeStub) -> None:
        for each in names.values():
            for name in each:
                stub.put_state(name, b"1")

    def act(stub: ChaincodeStub) -> list[list[str]]:
        first, second = stub.get_state_by_range("a", "b"), stub.get_state_by_range("b", "c")
        ended = [row.key for row in first]
        third = stub.get_state_by_range("c", "d")
        return [ended, [row.key for row in second], [row.key for row in third]]

    _write(ledger, fill)
    assert _read(ledger, act) == list(names.values())


def test_ranges_are_fetched_to_their_end(ledger: Ledger) -> None:
    _write(ledger, _fill)
    keys = _read(ledger, lambda stub: [key for key, _ in stub.get_state_by_range("", "")])
    assert keys == [f"k{number:03}" for number in range(250)]
    assert _read(ledger, lambda stub: list(stub.get_state_by_range("k249", ""))) == [KeyValue("k249", b"249")]
    keys = _read(
        ledger, lambda stub: [key for key, _ in stub.get_private_data_by_range("shared", "p1", "p2")]
    )
    assert keys == [f"p{number}" for number in range(100, 200)]


def test_an_iterator_can_be_left_early(ledger: Ledger) -> None:
    _write(ledger, _fill)

    def act(stub: ChaincodeStub) -> list[KeyValue]:
        with stub.get_state_by_range("", "") as found:
            first = next(found)
        assert list(found) == []
        return [first]

    assert _read(ledger, act) == [KeyValue("k000", b"0")]


def test_partial_composite_keys(ledger: Ledger) -> None:
    _write(ledger, _fill)
    public = _read(ledger, lambda stub: list(stub.get_state_by_partial_composite_key("thing", ["red"])))
    assert public == [KeyValue(create_key("red", size), size.encode()) for size in ("1", "2")]
    private = _read(
        ledger, lambda stub: list(stub.get_private_data_by_partial_composite_key("shared", "thing", []))
    )
    assert [found.value for found in private] == [b"1", b"2", b"1", b"2"]
    assert _read(ledger, lambda stub: list(stub.get_state_by_partial_composite_key("thin", []))) == []


def test_pages(ledger: Ledger) -> None:
    _write(ledger, _fill)
    keys: list[str] = []
    bookmarks = [""]

    def next_page(stub: ChaincodeStub) -> Page[KeyValue]:
        return stub.get_state_by_range_with_pagination("", "", 100, bookmarks[-1])

    while len(bookmarks) == 1 or bookmarks[-1]:
        page = _read(ledger, next_page)
        keys += [found.key for found in page.results]
        assert page.fetched_records_count == len(page.results)
        bookmarks.append(page.bookmark)
    assert bookmarks == ["", "k100", "k200", ""]
    assert keys == [f"k{number:03}" for number in range(250)]
    page = _read(ledger, lambda stub: stub.get_all_states_composite_key_with_pagination(3))
    assert len(page.results) == 3
    page = _read(
        ledger,
        lambda stub: stub.get_state_by_partial_composite_key_with_pagination("thing", ["red"], 1),
    )
    assert [found.key for found in page.results] == [create_key("red", "1")]
    assert page.bookmark == create_key("red", "2")


def test_many_keys_in_one_message(ledger: Ledger) -> None:
    _write(ledger, _fill)
    found = _read(ledger, lambda stub: stub.get_multiple_states(["k001", "absent", "k000"]))
    assert found == [b"1", None, b"0"]
    found = _read(ledger, lambda stub: stub.get_multiple_private_data("shared", ["p001", "absent"]))
    assert found == [b"1", None]


def test_private_data(ledger: Ledger) -> None:
    _write(ledger, lambda stub: stub.put_private_data("shared", "k", b"v"))
    _write(ledger, lambda stub: stub.put_private_data("own", "k", b"mine"))
    assert _read(ledger, lambda stub: stub.get_private_data("shared", "k"), at=TWO) == b"v"
    assert _read(ledger, lambda stub: stub.get_private_data("own", "k")) == b"mine"
    digest = _read(ledger, lambda stub: stub.get_private_data_hash("own", "k"), at=TWO, caller=STRANGER)
    assert digest == hashlib.sha256(b"mine").digest()
    assert _read(ledger, lambda stub: stub.get_private_data_hash("own", "absent")) is None
    _write(ledger, lambda stub: stub.purge_private_data("shared", "k"))
    _write(ledger, lambda stub: stub.delete_private_data("own", "k"))
    assert _read(ledger, lambda stub: stub.get_private_data("shared", "k"), at=TWO) is None
    assert _read(ledger, lambda stub: stub.get_private_data_hash("own", "k"), at=TWO) is None


def test_a_peer_without_the_data_raises_what_may_be_retried(ledger: Ledger) -> None:
    _write(ledger, lambda stub: stub.put_private_data("own", "k", b"mine"))
    with pytest.raises(Refused) as refused:
        _read(ledger, lambda stub: stub.get_private_data("own", "k"), at=TWO)
    assert (refused.value.code, refused.value.status) == ("PRIVATE_DATA_NOT_AVAILABLE", 503)
    assert PrivateDataNotAvailable("x").retryable
    assert not PeerError("x").retryable


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda stub: stub.get_private_data("own", "k"), "does not have read access permission"),
        (lambda stub: stub.put_private_data("own", "k", b"v"), "does not have write access permission"),
        (lambda stub: stub.get_private_data("absent", "k"), "could not be found"),
        (lambda stub: stub.get_query_result("{}"), "ExecuteQuery not supported for leveldb"),
        (lambda stub: stub.get_private_data_query_result("shared", "{}"), "not supported for leveldb"),
        (lambda stub: stub.get_query_result_with_pagination("{}", 5), "not supported for leveldb"),
        (lambda stub: stub.invoke_chaincode("other", [b"tell"], "elsewhere"), "one channel"),
    ],
)
def test_refusals_of_the_peer_are_raised(ledger: Ledger, act: Act, text: str) -> None:
    with pytest.raises(Refused) as refused:
        _read(ledger, act, caller=STRANGER)
    assert refused.value.code == "PEER_ERROR"
    assert text in refused.value.text


def test_what_may_not_follow_a_query(ledger: Ledger) -> None:
    def queries_then_writes(stub: ChaincodeStub) -> None:
        list(stub.get_private_data_by_range("shared", "", ""))
        stub.put_state("k", b"v")

    def writes_then_pages(stub: ChaincodeStub) -> None:
        stub.put_state("k", b"v")
        stub.get_state_by_range_with_pagination("", "", 1)

    for act in (queries_then_writes, writes_then_pages):
        with pytest.raises(Refused, match="unsuppored transaction"):
            _write(ledger, act)


def test_key_level_endorsement_policies(ledger: Ledger) -> None:
    def act(stub: ChaincodeStub) -> None:
        stub.put_state("k", b"v")
        stub.set_state_validation_parameter("k", POLICY)
        stub.put_private_data("shared", "k", b"v")
        stub.set_private_data_validation_parameter("shared", "k", POLICY)

    def in_a_batch(stub: ChaincodeStub) -> None:
        stub.start_write_batch()
        act(stub)

    _write(ledger, act)
    _write(ledger, in_a_batch)
    assert _read(ledger, lambda stub: stub.get_state_validation_parameter("k")) == POLICY
    assert _read(ledger, lambda stub: stub.get_state_validation_parameter("absent")) is None
    assert _read(ledger, lambda stub: stub.get_private_data_validation_parameter("shared", "k")) == POLICY


def test_history(ledger: Ledger) -> None:
    _write(ledger, lambda stub: stub.put_state("k", b"1"))
    ledger.clock.advance(minutes=1)
    _write(ledger, lambda stub: stub.put_state("k", b"2"))
    _write(ledger, lambda stub: stub.delete_state("k"))
    history = _read(ledger, lambda stub: list(stub.get_history_for_key("k")))
    assert [(entry.value, entry.is_delete) for entry in history] == [
        (b"", True),
        (b"2", False),
        (b"1", False),
    ]
    assert (history[1].timestamp - history[2].timestamp).total_seconds() == 60
    assert "value" not in repr(history[0])


def test_another_chaincode_is_called(ledger: Ledger) -> None:
    answers: list[proposal_response.Response] = []

    def act(stub: ChaincodeStub) -> None:
        answers.append(stub.invoke_chaincode("other", [b"tell", b"abc"]))
        answers.append(stub.invoke_chaincode("other", [b"refuse"]))
        assert stub.args == (b"act",)

    _write(ledger, act)
    assert (answers[0].status, answers[0].payload) == (200, b"cba")
    assert (answers[1].status, answers[1].message) == (400, "NO: never")
    assert ledger.public("told") is None, "each chaincode has a namespace of its own"


@pytest.mark.parametrize(
    "act",
    [
        lambda stub: stub.get_state(""),
        lambda stub: stub.put_state("", b""),
        lambda stub: stub.get_private_data("", "k"),
        lambda stub: stub.set_event("", b""),
        lambda stub: stub.get_state_by_range("\x00a", ""),
        lambda stub: stub.get_state_by_partial_composite_key("a\x00", []),
    ],
)
def test_bad_keys_are_refused_before_the_peer_is_asked(act: Act) -> None:
    stub = ChaincodeStub(Invocation("c", "t", ()), lambda *_: pytest.fail("the peer was asked"))
    with pytest.raises(ValueError, match=r"empty|U\+0000"):
        act(stub)


class Recorder:
    """Notes what is asked, and answers from a list."""

    def __init__(self, *answers: bytes) -> None:
        self.asked: list[tuple[int, bytes]] = []
        self._answers = list(answers)

    def __call__(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        self.asked.append((message_type, payload))
        return self._answers.pop(0) if self._answers else b""


def test_an_older_peer_is_asked_one_by_one() -> None:
    recorder = Recorder(b"1", b"", b"3")
    stub = ChaincodeStub(Invocation("c", "t", ()), recorder)
    stub.start_write_batch()
    assert stub.get_multiple_states(["a", "b", "c"]) == [b"1", None, b"3"]
    assert [kind for kind, _ in recorder.asked] == [MESSAGE.GET_STATE] * 3


def test_an_older_peer_is_sent_nothing_before_the_end_and_then_one_by_one() -> None:
    collected, plain = Recorder(), Recorder()

    def write(stub: ChaincodeStub) -> None:
        stub.put_state("a", b"1")
        stub.put_private_data("shared", "b", b"2")
        stub.delete_state("c")
        stub.purge_private_data("shared", "d")
        stub.set_state_validation_parameter("a", POLICY)

    write(ChaincodeStub(Invocation("c", "t", ()), plain))
    stub = ChaincodeStub(Invocation("c", "t", ()), collected)
    stub.start_write_batch()
    write(stub)
    assert collected.asked == [], "a refusal from here on leaves nothing at the peer"
    stub.finish_write_batch()
    assert collected.asked == plain.asked
    assert len(plain.asked) == 5


def test_batches_are_cut_to_the_peers_size_and_keep_the_last_write() -> None:
    recorder = Recorder()
    stub = ChaincodeStub(Invocation("c", "t", ()), recorder, PeerFeatures(write_batch=2, multiple_keys=2))
    stub.start_write_batch()
    stub.put_state("a", b"1")
    stub.put_state("b", b"2")
    stub.delete_state("a")
    stub.set_state_validation_parameter("a", POLICY)
    stub.purge_private_data("shared", "a")
    assert recorder.asked == []
    stub.finish_write_batch()
    stub.finish_write_batch()
    batches = [chaincode_shim.WriteBatchState.FromString(payload).rec for _, payload in recorder.asked]
    record = chaincode_shim.WriteRecord
    assert [[(found.key, found.type) for found in batch] for batch in batches] == [
        [("a", record.DEL_STATE), ("b", record.PUT_STATE)],
        [("a", record.PUT_STATE_METADATA), ("a", record.PURGE_PRIVATE_DATA)],
    ]
    stub.get_multiple_states(["a", "b", "c"])
    assert len(recorder.asked) == 4


def test_rich_queries_and_their_pages() -> None:
    row = query_result.KV(key="k", value=b"v").SerializeToString()
    results = [chaincode_shim.QueryResultBytes(resultBytes=row)]
    told = chaincode_shim.QueryResponseMetadata(fetched_records_count=1, bookmark="next").SerializeToString()
    first = chaincode_shim.QueryResponse(results=results, has_more=True, id="q").SerializeToString()
    rest = chaincode_shim.QueryResponse(results=results, id="q").SerializeToString()
    page = chaincode_shim.QueryResponse(results=results, metadata=told).SerializeToString()
    recorder = Recorder(first, rest, page)
    stub = ChaincodeStub(Invocation("c", "t", ()), recorder)
    assert list(stub.get_query_result('{"selector":{}}')) == [KeyValue("k", b"v")] * 2
    found = stub.get_query_result_with_pagination("q", 1, "here")
    assert (found.results, found.bookmark, found.fetched_records_count) == ((KeyValue("k", b"v"),), "next", 1)
    kinds = [MESSAGE.GET_QUERY_RESULT, MESSAGE.QUERY_STATE_NEXT, MESSAGE.GET_QUERY_RESULT]
    assert [kind for kind, _ in recorder.asked] == kinds
    asked = chaincode_shim.GetQueryResult.FromString(recorder.asked[2][1])
    metadata = chaincode_shim.QueryMetadata.FromString(asked.metadata)
    assert (asked.query, metadata.pageSize, metadata.bookmark) == ("q", 1, "here")


def test_an_open_query_is_closed_once() -> None:
    closed: list[str] = []
    response = chaincode_shim.QueryResponse(has_more=True, id="q")
    iterator: QueryIterator[bytes] = QueryIterator(response, lambda _: response, closed.append, bytes)
    iterator.close()
    iterator.close()
    assert closed == ["q"]


def test_a_nested_call_that_fails_at_the_peer_is_raised() -> None:
    failed = MESSAGE(type=MESSAGE.ERROR, payload=b"no such chaincode").SerializeToString()
    stub = ChaincodeStub(Invocation("c", "t", ()), Recorder(failed))
    with pytest.raises(PeerError, match="no such chaincode"):
        stub.invoke_chaincode("absent", [])


@pytest.mark.parametrize(
    ("told", "features"),
    [
        (b"", PeerFeatures(0, 0)),
        (b"\xff", PeerFeatures(0, 0)),
        (chaincode.ChaincodeAdditionalParams(use_write_batch=True).SerializeToString(), PeerFeatures(100, 0)),
        (
            chaincode.ChaincodeAdditionalParams(
                use_write_batch=True,
                max_size_write_batch=1000,
                use_get_multiple_keys=True,
                max_size_get_multiple_keys=7,
            ).SerializeToString(),
            PeerFeatures(1000, 100),
        ),
        (chaincode.ChaincodeAdditionalParams(max_size_write_batch=9).SerializeToString(), PeerFeatures(0, 0)),
    ],
)
def test_what_a_peer_tells_at_ready(told: bytes, features: PeerFeatures) -> None:
    assert PeerFeatures.parse(told) == features
