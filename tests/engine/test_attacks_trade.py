"""A hostile bank against the trade contracts on a running engine: doors, roles, consents, hashes, logs.

BankA has financed an invoice; BankB's people try everything that their keys, their own authority and their
own peer allow, and are told nothing of it.
"""

import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import grpc
import msgspec
import pytest
from attacker import CHANNEL, Attacker
from counterfoil_contracts.core import fingerprint
from counterfoil_contracts.core.documents import invoice_fingerprint, near_invoice_fingerprint
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_demo.leak_search import forms, search
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import Operation, build_request, new_request_id
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.identity import Identity, attributes
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import ReadWriteSet
from financed_bank import (
    APPROVED,
    LOCKED,
    OTHER_TERMS,
    SHIPMENT,
    TERMS,
    Financed,
    answers,
    financed_network,
    payloads_in_logs,
    refused,
)
from running_network import ORGANISATIONS, RunningNetwork
from trade_ready import BUYER, PURPOSE, SELLER, Share, Shipment, declaration_number, lock

WHOLE_BLOCKS = ("Deliver", "DeliverWithPrivateData")
FORBIDDEN, SUCCESS = common.FORBIDDEN, common.SUCCESS


@pytest.fixture(scope="module")
def financed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Financed]:
    with financed_network(tmp_path_factory.mktemp("trade")) as found:
        yield found


@pytest.fixture(scope="module")
def network(financed: Financed) -> RunningNetwork:
    return financed.ready.network


@pytest.fixture
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


# Every door that gives out blocks


@pytest.mark.parametrize("method", WHOLE_BLOCKS)
@pytest.mark.parametrize("peer", ORGANISATIONS)
def test_whole_blocks_are_for_the_regulator_on_every_peer(attacker: Attacker, peer: str, method: str) -> None:
    for organisation in ORGANISATIONS:
        people = [attacker.user(organisation), attacker.peer(organisation)]
        for person in people if organisation != "Regulator" else people[:1]:
            found = attacker.blocks(person, peer, method)
            if organisation == "Regulator":
                assert found[-1].status == SUCCESS
                assert len(found) > 10
            else:
                assert [answer.status for answer in found] == [FORBIDDEN], organisation
    # A certificate in the regulator's name by a bank's authority is no regulator's.
    forged = attacker.invented("BankB", {}, name="x", msp_id="RegulatorMSP")
    assert [answer.status for answer in attacker.blocks(forged, peer, method)] == [FORBIDDEN]


def test_the_regulator_does_get_the_private_values_that_others_must_not(
    financed: Financed, attacker: Attacker
) -> None:
    """Else the tests beside this one would search where nothing could be."""
    found = attacker.blocks(attacker.user("Regulator"), "Regulator", "DeliverWithPrivateData")
    content = b"".join(answer.SerializeToString() for answer in found)
    assert SHIPMENT.number.encode() in content
    assert str(LOCKED).encode() in content


def everything_that_a_bank_may_read(attacker: Attacker) -> Iterator[bytes]:
    """All blocks and transactions through each door that is open to BankB."""
    person = attacker.user("BankB", "officer1")
    for organisation in ORGANISATIONS:
        filtered = attacker.blocks(person, organisation, "DeliverFiltered")
        assert filtered[-1].status == SUCCESS
        yield from (answer.SerializeToString() for answer in filtered)
    # As in Fabric, the orderer's blocks are for every reader of the channel; they hold hashes.
    ordered = attacker.blocks(person, "Orderer", "Deliver")
    assert ordered[-1].status == SUCCESS
    yield from (answer.SerializeToString() for answer in ordered)
    channel = CHANNEL.encode()
    for peer in ("BankB", "Regulator"):
        for block in attacker.chain(person, peer)[1:]:
            yield block.SerializeToString()
            if peer == "BankB":
                for envelope in block.data.data:
                    txid = parse_transaction(envelope).transaction_id.encode()
                    yield attacker.ask(person, peer, "qscc", b"GetTransactionByID", channel, txid).payload
                    yield attacker.ask(person, peer, "qscc", b"GetBlockByTxID", channel, txid).payload


def test_no_open_door_gives_out_a_private_value(financed: Financed, attacker: Attacker) -> None:
    content = b"\x00".join(everything_that_a_bank_may_read(attacker))
    assert len(content) > 100_000
    wanted = chain.from_iterable(chain.from_iterable(forms(fact).values()) for fact in financed.facts)
    assert [spelling for spelling in set(wanted) if spelling in content] == []


def test_the_banks_own_files_hold_nothing_either(financed: Financed, network: RunningNetwork) -> None:
    # The installed package is not searched: the contracts' own samples name a seller, too.
    hits = search(financed.facts, network.folder.peer("BankB"))
    own = [hit.file.relative_to(network.folder.root).parts for hit in hits]
    assert [parts for parts in own if not {"chaincode", "chaincodes"} & set(parts)] == []
    assert search({str(LOCKED)}, network.folder.peer("BankA")), "the search finds what is there"


# Peers that are no members, and other banks' records


def test_a_question_at_the_wrong_peer_is_told_so(financed: Financed, attacker: Attacker) -> None:
    officer = attacker.user("BankA", "officer1")
    cases: list[tuple[str, Operation[Any, Any], Any]] = [
        ("BankB", trade.FINANCING_READ, trade.ReadFinancing(financed.mark)),
        ("Port", trade.TERMS_READ, trade.ReadTerms(financed.terms)),
        ("BankA", trade.VIEW_READ, trade.ReadViews((financed.view,))),
        ("BankB", trade.VIEW, trade.View("x", PURPOSE)),
        ("Port", trade.TERMS_PUT, TERMS),
    ]
    for peer, operation, body in cases:
        assert refused(attacker, officer, peer, operation, body) == "WRONG_PEER", operation.name


def test_another_banks_record_is_as_one_that_is_not_there(financed: Financed, attacker: Attacker) -> None:
    officer = attacker.user("BankB", "officer1")
    nobody, pledge = new_request_id(), trade.Pledge(0, SHIPMENT.number, 1, 1, 1)
    cases = [
        (trade.FINANCING_READ, trade.ReadFinancing),
        (trade.ACT_READ, trade.ReadAct),
        (trade.VIEW_READ, lambda record: trade.ReadViews((record,))),
    ]
    for operation, body in cases:
        for record in (financed.mark, financed.view, nobody):
            texts = {
                answers(attacker, officer, (peer,), operation, body(record))[0].response.message  # type: ignore[arg-type]  # mypy joins the three to object
                for peer in ("Regulator", "Port")
            }
            assert len(texts) == 1
            assert next(iter(texts)).startswith("NOT_FOUND: no such ")
    for operation, request in (
        (trade.LOCK, trade.Lock(financed.view, financed.terms, "USD", 1, (pledge,))),
        (trade.PREPARE, trade.Prepare(trade.Cancel(financed.mark))),
    ):
        assert refused(attacker, officer, "Regulator", operation, request) in {"NOT_FOUND", "BAD_INPUT"}


# Roles


@pytest.mark.parametrize(
    ("role", "operation", "body"),
    [
        ("customs.oracle", trade.DECLARATION_PUT, trade.PutDeclarations((SHIPMENT.declaration,))),
        ("customs.oracle", trade.DECLARATION_READ, trade.ReadDeclaration(SHIPMENT.number)),
        ("regulator.officer", registry.SECRET_CONTRIBUTE, registry.ContributeSecret("0" * 64)),
        ("regulator.officer", registry.ENTERPRISE_READ, registry.ReadEnterprise(SELLER)),
        ("regulator.auditor", trade.SUPERVISE_BANK, trade.SuperviseBank("BankAMSP")),
        ("port.relay", trade.CONSENT_WITHDRAW, trade.Withdraw("x")),
    ],
)
def test_a_role_that_a_banks_authority_invents_is_none(
    attacker: Attacker, role: str, operation: Operation[Any, Any], body: Any
) -> None:
    staff = secrets.token_hex(16)
    invented = attacker.invented("BankB", {"role": role, "staff": staff}, name=staff)
    assert refused(attacker, invented, "Regulator", operation, body) == "NOT_AUTHORIZED"


def test_a_person_without_a_proper_pseudonym_may_nothing(attacker: Attacker) -> None:
    staff = secrets.token_hex(16)
    cases: list[tuple[dict[str, str], str]] = [
        ({"role": "bank.officer"}, staff),
        ({"role": "bank.officer", "staff": staff}, "Alice Example"),
        ({"role": "bank.officer", "staff": staff.upper() + "A"}, staff.upper() + "A"),
        ({"role": "bank.officer", "staff": ""}, "x"),
        ({"role": "bank.officer", "staff": staff + "\n"}, staff + "\n"),
        ({"role": " bank.officer", "staff": staff}, staff),
        ({"role": "bank.officer,bank.approver", "staff": staff}, staff),
        ({}, staff),
    ]
    for said, name in cases:
        person = attacker.invented("BankB", said, name=name)
        assert (
            refused(attacker, person, "BankB", trade.TERMS_READ, trade.ReadTerms("0" * 32))
            == "NOT_AUTHORIZED"
        )


@pytest.mark.parametrize(
    ("organisation", "msp_id", "lifetime", "told"),
    [
        ("BankB", "RegulatorMSP", timedelta(1), "creator org unknown, creator is malformed"),
        ("BankB", "NobodyMSP", timedelta(1), "creator org unknown, creator is malformed"),
        ("BankB", "BankBMSP", timedelta(-1), "proposal client identity expired"),
    ],
    ids=["another authority", "unknown MSP", "expired"],
)
def test_a_certificate_that_does_not_hold_reaches_no_contract(
    attacker: Attacker, organisation: str, msp_id: str, lifetime: timedelta, told: str
) -> None:
    staff = secrets.token_hex(16)
    person = attacker.invented(
        organisation, {"role": "bank.officer", "staff": staff}, name=staff, msp_id=msp_id, lifetime=lifetime
    )
    with pytest.raises(grpc.RpcError) as caught:
        answers(attacker, person, ("Regulator",), trade.TERMS_PUT, TERMS)
    status: Any = caught.value
    assert told in status.details()


@pytest.mark.parametrize("seconds", [-360, 360])
def test_a_clock_six_minutes_off_is_refused(attacker: Attacker, seconds: int) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        answers(
            attacker,
            attacker.user("BankB", "officer1"),
            ("Regulator",),
            trade.TERMS_PUT,
            TERMS,
            timestamp=(int(time.time()) + seconds, 0),
        )
    status: Any = caught.value
    assert "incorrect timestamp" in status.details()


def test_the_same_person_with_two_roles_is_one_person(financed: Financed, attacker: Attacker) -> None:
    """BankA's authority gives its officer an approver's certificate: the pseudonym stays."""
    officer = attacker.user("BankA", "officer1")
    staff = attributes(Identity.parse(officer.creator).x509)["staff"]
    twice = attacker.invented("BankA", {"role": "bank.approver", "staff": staff}, name=staff)
    pledge = trade.Pledge(1, SHIPMENT.number, 1_000_000, 1_000_000, 1_000_000)
    lock = trade.Lock(financed.view, financed.terms, "USD", 1_000_000, (pledge,))
    with financed.ready.client("BankA", "officer1") as client:
        mark = client.submit(trade.LOCK, lock).answer.mark
    assert refused(attacker, twice, "Regulator", trade.APPROVE, trade.Approve(mark, 1)) == "SAME_PERSON"


def test_two_approvals_endorsed_at_once_count_once_whatever_their_order(
    financed: Financed, attacker: Attacker
) -> None:
    """Nobody gains by holding an endorsed transaction back, or by sending a later one first."""
    ready, share = financed.ready, Share("INV-ORDER-1", 4_000_000, 3_000_000)
    shipment = Shipment(declaration_number(7_001), 5_000_000, (share,))
    ready.publish([shipment])
    body = lock(
        ready.view("BankA", [(shipment, share)]), ready.terms("BankA"), [(0, shipment.number, 3_000_000)]
    )
    mark = ready.submit("BankA", "officer1", trade.LOCK, body).mark
    endorsed = [
        attacker.endorse(
            attacker.user("BankA", approver),
            [trade.APPROVE.function.encode(), new_request_id().encode()],
            ("Regulator", "Port"),
            chaincode="trade",
            transient=build_request(trade.APPROVE.name, msgspec.to_builtins(trade.Approve(mark, amount))),
        )
        for approver, amount in (("approver1", 3_000_000), ("approver2", 1_000_000))
    ]
    for each in reversed(endorsed):
        assert attacker.broadcast(each.envelope()).status == SUCCESS
    for organisation in ORGANISATIONS:
        codes = [attacker.code(each.transaction_id, organisation) for each in endorsed]
        assert codes == [transaction.MVCC_READ_CONFLICT, transaction.VALID]


# Hashes


@dataclass(frozen=True, slots=True)
class Hashes:
    """What BankB's blocks say of private keys and values: each write is (collection, key's, value's hash)."""

    read: set[bytes]
    written: list[tuple[str, bytes, bytes]]

    @property
    def all(self) -> set[bytes]:
        return self.read.union(*((key, value) for _, key, value in self.written))


def hashes_held(attacker: Attacker) -> Hashes:
    """Of the trade contracts, in the blocks of BankB's own peer; its state's hashes are those written."""
    attacker.network.await_level_peers()
    held = Hashes(set(), [])
    for block in attacker.chain(attacker.user("BankB", "officer1"), "BankB")[1:]:
        for envelope in block.data.data:
            for action in parse_transaction(envelope).actions:
                for entry in ReadWriteSet.parse(action.payload.results).namespaces:
                    for collection in entry.collections if entry.namespace == "trade" else ():
                        held.read.update(read.key_hash for read in collection.reads)
                        held.written.extend(
                            (collection.name, write.key_hash, write.value_hash) for write in collection.writes
                        )
    return held


def guesses() -> Iterator[str]:
    """What somebody would try who knows the software but no secret."""
    number = int(SHIPMENT.number)
    near = [str(number + step) for step in range(-2000, 2001)]
    shares = [share.invoice for share in SHIPMENT.shares]
    documents = [fingerprint.declaration(each) for each in near]
    documents += [invoice_fingerprint(each) for each in shares]
    documents += [near_invoice_fingerprint(each) for each in shares]
    amounts = (LOCKED, APPROVED, SHIPMENT.total, *(n for s in SHIPMENT.shares for n in (s.total, s.line)))
    yield from near
    yield from documents
    yield from map(str, amounts)
    yield from (SELLER, BUYER, TERMS.reference, *(share.number for share in SHIPMENT.shares))
    for each in (*near[1990:2011], *documents[1990:2011], *documents[-4:], SELLER):
        for kind in ("pool", "declaration", "near", "view", "consent", "enterprise", "mark", "terms"):
            for collection in ("authority", "marks_BankA", "terms_BankA"):
                yield f"{kind}/{each}"
                yield f"{kind}/{collection}/{each}"
                yield f"{collection}/{kind}/{each}"
                yield "\x00".join((collection, kind, each))
                digest = hashlib.sha256("\x00".join((collection, kind, each)).encode()).hexdigest()
                yield f"{kind}/{digest}"
    for amount in amounts:
        yield canonical_json.encode({"value": amount}).decode()
        yield canonical_json.encode({"salt": "", "value": amount}).decode()


def test_no_hash_in_a_banks_file_is_found_by_search(financed: Financed, attacker: Attacker) -> None:
    held = hashes_held(attacker).all
    assert len(held) > 50
    tried = {hashlib.sha256(guess.encode()).digest() for guess in guesses()}
    assert len(tried) > 10_000
    assert not tried & held
    known = {hashlib.sha256(f"mark/marks_BankA/{financed.mark}".encode()).digest()}
    assert known & held, "the search finds a key whose random id one knows"


def test_equal_values_have_unequal_hashes(financed: Financed, attacker: Attacker) -> None:
    """The same terms again, by one bank and by another; and no key has one hash in two collections."""
    for bank in ("BankA", "BankA", "BankB"):
        financed.ready.submit(bank, "officer1", trade.TERMS_PUT, OTHER_TERMS)
    written = hashes_held(attacker).written
    values = [value for _, _, value in written if value]
    assert len(values) == len(set(values)), "a value's hash stands twice in the blocks"
    collections: dict[bytes, set[str]] = {}
    for collection, key, _ in written:
        collections.setdefault(key, set()).add(collection)
    assert max(map(len, collections.values())) == 1


# Logs, last: they have seen all the requests above


def test_no_log_holds_a_payload(financed: Financed, network: RunningNetwork) -> None:
    assert payloads_in_logs(network, financed.facts) == []


def test_no_transaction_has_an_event_or_more_than_its_id(financed: Financed, attacker: Attacker) -> None:
    """The shape itself: function and id are the arguments, the id the response, never an event."""
    for answer in attacker.blocks(attacker.user("Regulator"), "Regulator", "Deliver", start=1)[:-1]:
        for envelope in answer.block.data.data:
            for action in parse_transaction(envelope).actions:
                if action.payload.chaincode_name != "trade":
                    continue
                function, request_id = action.arguments()
                assert function.endswith(b":transact")
                assert len(request_id) == 32
                assert (action.payload.response, action.payload.event) == (request_id, b"")
                assert action.payload.message == ""
