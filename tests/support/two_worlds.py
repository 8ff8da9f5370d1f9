"""One history played with different business of BankA's, and all that BankB can see of it, written down.

Two transcripts are compared after renaming: what is random by nature (ids, pseudonyms, salts) gets a name by
its first appearance, so equal must stay equal and different must stay different. A hash is named by all its
appearances, because Fabric sorts keys by their hashes, which is an order by chance.
"""

import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec
from bank_files import BankFiles, bank_files, height
from counterfoil import ContractRefusal
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.deployment import EMBEDDED
from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_network.identities import open_crypto_folder, renew
from counterfoil_protocol.envelope import ParsedAction, parse_transaction
from counterfoil_protocol.identity import Identity, attributes, distinguished_name
from counterfoil_protocol.messages import common
from counterfoil_protocol.rwset import NamespaceReadWriteSet, ReadWriteSet
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from running_network import RunningNetwork, running_network
from three_banks import MSP_IDS, write_three_banks
from trade_ready import (
    BUYER,
    PURPOSE,
    SELLER,
    ReadyTrade,
    Share,
    Shipment,
    declaration_number,
    make_ready,
)

_HEX = re.compile(r"[0-9a-f]{16,}")
_TIME = re.compile(r"\b(1[6-9]|2[01])\d{8}\b")
"""Seconds since 1970, from 2020 to 2039; the business' amounts stay below."""
SHARED = Shipment(
    declaration_number(1),
    500_000_000,
    (Share("INV-SHARED-1", 200_000_000, 190_000_000), Share("INV-SHARED-2", 100_000_000, 90_000_000)),
)


@dataclass(frozen=True, slots=True)
class Business:
    """What differs between the two worlds: BankA's alone."""

    shipment: Shipment
    buyer: str
    shared_amount: int
    own_amount: int
    approved: int
    repaid: int
    late: Shipment
    late_amount: int
    office: str
    question: str
    terms: trade.PutTerms

    @property
    def facts(self) -> tuple[str, ...]:
        """What somebody would look for, and try behind hashes."""
        [share] = self.shipment.shares
        lent = (self.shared_amount, self.own_amount, self.shared_amount + self.own_amount)
        amounts = (self.shipment.total, share.total, share.line, *lent)
        more = (self.approved, self.repaid, self.terms.amount, self.late_amount, sum(lent[:2]) + 1)
        names = (self.buyer, share.number, self.shipment.number, self.terms.reference, self.terms.payer)
        return (*map(str, (*amounts, *more)), *names, self.late.number, self.office, self.question)


@dataclass(slots=True)
class Transcript:
    """Lines by kind: `block`, `private`, `answer`, `log`; and `hash`, one line with all its appearances."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def note(self, kind: str, text: str) -> None:
        self.lines.append((kind, text))

    def renamed(self) -> list[tuple[str, str]]:
        """The lines with everything random named by its first appearance."""
        names: dict[str, str] = {}

        def rename(found: re.Match[str]) -> str:
            return names.setdefault(found[0], f"#{len(names)}")

        return [(kind, _HEX.sub(rename, _TIME.sub("<time>", text))) for kind, text in self.lines]


def differences(left: Transcript, right: Transcript) -> list[tuple[str, str, str]]:
    """Kind and both lines, wherever the worlds differ; missing lines are empty."""
    one, other = left.renamed(), right.renamed()
    found = [
        (a[0], a[1], b[1])
        for a, b in zip_longest(*map(_in_order, (one, other)), fillvalue=("", ""))
        if a != b
    ]
    hashes = [Counter(text for kind, text in lines if kind == "hash") for lines in (one, other)]
    found += [("hash", text, "") for text in (hashes[0] - hashes[1]).elements()]
    return found + [("hash", "", text) for text in (hashes[1] - hashes[0]).elements()]


def _in_order(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [line for line in lines if line[0] != "hash"]


Lender = Callable[[ReadyTrade, str, trade.Lock], str]
"""How BankA's officer locks; gives the mark."""


def lock_as_declared(ready: ReadyTrade, officer: str, body: trade.Lock) -> str:
    return ready.submit("BankA", officer, trade.LOCK, body).mark


def play(
    folder: Path,
    business: Business,
    *,
    engine: str = EMBEDDED,
    chaincode: Chaincode | None = None,
    certificate: Mapping[str, str] | None = None,
    lender: Lender = lock_as_declared,
) -> Transcript:
    """Play the history on a network of its own; the attributes of `certificate` go into BankA's officer's."""
    transcript = Transcript()
    (folder / "journals").mkdir(parents=True)
    configtx, crypto = write_three_banks(folder)
    with running_network(
        folder / "network",
        chaincode or trade_chaincode(MSP_IDS),
        engine=engine,
        configtx=configtx,
        crypto_config=crypto,
    ) as network:
        ready = make_ready(network, folder / "journals")
        network.await_level_peers()
        begun = height(network)
        officer = _officer(network, crypto, certificate)
        ready.publish([SHARED])
        ready.publish([business.shipment, business.late])
        mark = _lend(ready, business, officer, lender)
        _look_and_borrow(ready, transcript)
        _pay_back(ready, business, officer, mark)
        _register_late(ready, business, officer)
        _hand_over(ready, business, mark)
        _supervise(ready, business)
        _look_again(ready, transcript)
        network.await_level_peers()
        _note_ledger(bank_files(network, begun), business, transcript)
    return transcript


def _officer(network: RunningNetwork, crypto_config: Path, certificate: Mapping[str, str] | None) -> str:
    if certificate is not None:
        crypto = open_crypto_folder(crypto_config, network.folder.crypto)
        renew(crypto.organisation("BankA"), "officer1", changed_attributes=certificate)
    return "officer1"


# BankA's business


def _consent(ready: ReadyTrade, bank: str, documents: Iterable[tuple[Shipment, Share, str]]) -> str:
    now, given = int(time.time()), tuple(documents)
    claims = consents.TradeConsent(
        type=consents.TRADE_CONSENT,
        enterprise=SELLER,
        audience=f"{bank}MSP",
        purpose=PURPOSE,
        declarations=tuple(dict.fromkeys(shipment.number for shipment, _, _ in given)),
        invoices=tuple(msgspec.structs.replace(share.invoice, buyer=buyer) for _, share, buyer in given),
        lines=tuple(
            consents.ConsentLine(at, shipment.number, share.line, share.line)
            for at, (shipment, share, _) in enumerate(given)
        ),
        maximum=10**12,
        currency="USD",
        nonce=consents.new_nonce(),
        not_before=now - 120,
        expiry=now + 86_400,
    )
    own = x509.load_pem_x509_certificate(ready.enterprise.chain[0])
    return consents.sign(claims, [own], private_key_signer(ready.enterprise.identity.key))


def _lend(ready: ReadyTrade, business: Business, officer: str, lender: Lender) -> str:
    own = business.shipment
    documents = [(SHARED, SHARED.shares[0], BUYER), (own, own.shares[0], BUYER)]
    view = ready.submit(
        "BankA", officer, trade.VIEW, trade.View(_consent(ready, "BankA", documents), PURPOSE)
    ).view
    terms = ready.submit("BankA", officer, trade.TERMS_PUT, business.terms).terms
    amounts = ((0, SHARED.number, business.shared_amount), (1, own.number, business.own_amount))
    held = tuple(trade.Pledge(at, number, amount, amount, amount) for at, number, amount in amounts)
    total = business.shared_amount + business.own_amount
    mark = lender(ready, officer, trade.Lock(view, terms, "USD", total, held))
    ready.submit("BankA", "approver1", trade.APPROVE, trade.Approve(mark, business.approved))
    return mark


def _pay_back(ready: ReadyTrade, business: Business, officer: str, mark: str) -> None:
    day = SHARED.declaration.declared_on
    for act in (
        trade.Disburse(mark, business.approved, day),
        trade.Repay(mark, "OWN_FUNDS", business.repaid, day),
    ):
        prepared = ready.submit("BankA", officer, trade.PREPARE, trade.Prepare(act)).act
        ready.submit("BankA", "approver1", trade.CONFIRM, trade.ConfirmAct(prepared))


def _register_late(ready: ReadyTrade, business: Business, officer: str) -> None:
    """A loan that was paid out by telephone, on another invoice; the regulator admits it."""
    own = business.late
    late = Share(f"{business.shipment.shares[0].number}-LATE", business.late_amount, business.late_amount)
    view = ready.submit(
        "BankA", officer, trade.VIEW, trade.View(_consent(ready, "BankA", [(own, late, BUYER)]), PURPOSE)
    ).view
    terms = ready.submit("BankA", officer, trade.TERMS_PUT, business.terms).terms
    pledge = trade.Pledge(0, own.number, business.late_amount, business.late_amount, business.late_amount)
    day = SHARED.declaration.declared_on
    body = trade.Register("LATE", view, terms, "USD", business.late_amount, (pledge,), day)
    act = ready.submit("BankA", officer, trade.PREPARE, trade.Prepare(body)).act
    ready.submit("BankA", "approver1", trade.CONFIRM, trade.ConfirmAct(act))
    ready.submit("Regulator", "officer1", trade.ADMIT, trade.Admit("BankAMSP", act))


def _hand_over(ready: ReadyTrade, business: Business, mark: str) -> None:
    """BankA's financing of the shared document goes to BankC."""
    offer = trade.ProposeTransfer("BankAMSP", "BankCMSP", (mark,))
    transfer = ready.submit("Regulator", "officer1", trade.TRANSFER_PROPOSE, offer).transfer
    terms = ready.submit("BankC", "officer1", trade.TERMS_PUT, business.terms).terms
    accepted = trade.AcceptTransfer(transfer, (terms,))
    ready.submit("BankC", "approver1", trade.TRANSFER_ACCEPT, accepted)
    ready.submit("Regulator", "officer2", trade.TRANSFER_EXECUTE, trade.ExecuteTransfer(transfer))


def _supervise(ready: ReadyTrade, business: Business) -> None:
    """The regulator re-hangs its offices and asks BankA about the loan that was registered late."""
    tree = (registry.Office("HEAD", "head office"), registry.Office("BRANCH", business.office, "HEAD"))
    hung = ready.submit("Regulator", "officer1", registry.OFFICE_PROPOSE, registry.ProposeOffices(tree))
    ready.submit("Regulator", "officer2", registry.OFFICE_CONFIRM, registry.Confirm(hung.proposal))
    with ready.client("Regulator", "officer1") as client:
        matters = client.inquire(registry.WORKLIST_READ, registry.ReadWorklist()).matters
    matter = next(each.matter for each in matters if each.matter.code == "LATE_REGISTERED")
    due = datetime.now(UTC).date() + timedelta(days=2)
    asked = registry.InquireMatter(matter, "BankAMSP", business.question, due.isoformat())
    ready.submit("Regulator", "officer1", registry.WORKLIST_INQUIRE, asked)


# BankB's


def _look_and_borrow(ready: ReadyTrade, transcript: Transcript) -> None:
    documents = [(SHARED, share, BUYER) for share in SHARED.shares]
    with ready.client("BankB", "officer1") as client:
        consent = _consent(ready, "BankB", documents)
        view = client.submit(trade.VIEW, trade.View(consent, PURPOSE)).answer.view
        for peer in ("RegulatorMSP", "PortMSP"):
            _ask(transcript, lambda p=peer: client.inquire(trade.VIEW_READ, trade.ReadViews((view,)), at=p))
        terms = trade.PutTerms("DISCOUNT", "branch-2", "USD", 7_000_000, 400, "2027-06-01")
        terms_id = client.submit(trade.TERMS_PUT, terms).answer.terms
        for place, amount in ((0, 5_000_000), (1, 80_000_000_000), (1, 7_000_000)):
            pledge = (trade.Pledge(place, SHARED.number, amount, amount, amount),)
            lock = trade.Lock(view, terms_id, "USD", amount, pledge)
            _ask(transcript, lambda body=lock: client.submit(trade.LOCK, body).answer)


def _look_again(ready: ReadyTrade, transcript: Transcript) -> None:
    with ready.client("BankB", "auditor") as client:
        _ask(transcript, lambda: client.inquire(trade.CHANGES, trade.ReadChanges(0, limit=100)))
        _ask(transcript, lambda: client.inquire(trade.FLAGS_MINE, trade.ReadFlags()))
        _ask(transcript, lambda: client.inquire(trade.FINANCING_READ, trade.ReadFinancing("0" * 32)))
        _ask(transcript, lambda: client.inquire(trade.ACTS_PENDING, trade.ReadPage()))
        _ask(transcript, lambda: client.inquire(registry.INQUIRY_READ, registry.ReadInquiries()))


def _ask(transcript: Transcript, call: Callable[..., Any]) -> None:
    try:
        answer = msgspec.json.decode(msgspec.json.encode(call()))
    except ContractRefusal as refusal:
        transcript.note("answer", f"{refusal.code}: {refusal}")
    else:
        transcript.note("answer", repr(_without_what_a_view_tells(answer)))


def _without_what_a_view_tells(answer: Any) -> Any:
    """The exception of the design: a validly viewed document's available amount."""
    if isinstance(answer, dict):
        return {
            name: "<available>" if name == "available" else _without_what_a_view_tells(value)
            for name, value in answer.items()
        }
    return [_without_what_a_view_tells(each) for each in answer] if isinstance(answer, list) else answer


# BankB's files


def _note_ledger(files: BankFiles, business: Business, transcript: Transcript) -> None:
    guesses = {hashlib.sha256(fact.encode()).hexdigest(): fact for fact in business.facts}
    hashes: dict[str, list[str]] = defaultdict(list)
    begun = files.begun
    for block in files.blocks():
        codes = bytes(block.metadata.metadata[common.TRANSACTIONS_FILTER])
        for code, envelope in zip(codes, block.data.data, strict=True):
            for line in _transaction(envelope, code, begun):
                transcript.note("block", line)
            _collect_hashes(envelope, f"block {block.header.number - begun}", begun, hashes)
    for digest, appearances in hashes.items():
        known = f"the hash of {guesses[digest]}: " if digest in guesses else ""
        transcript.note("hash", known + ", ".join(appearances))
    for line in files.private():
        transcript.note("private", line)
    for line in files.logs():
        transcript.note("log", line)


def _transaction(envelope: bytes, code: int, begun: int) -> Iterator[str]:
    parsed = parse_transaction(envelope)
    creator = Identity.parse(parsed.creator)
    names = sorted(attributes(creator.x509).items())
    yield f"transaction {parsed.transaction_id} of {creator.msp_id} code {code}"
    yield f"certificate {distinguished_name(creator.x509.subject)} {names}"
    for action in parsed.actions:
        yield from _action(action, begun)


def _action(action: ParsedAction, begun: int) -> Iterator[str]:
    payload = action.payload
    yield f"arguments {[argument.decode(errors='replace') for argument in action.arguments()]}"
    yield f"endorsers {sorted(each.identity.msp_id for each in action.endorsements)}"
    answer = payload.response.decode(errors="replace")
    yield f"response {payload.status} {payload.message!r} {answer!r} event {payload.event!r}"
    for entry in ReadWriteSet.parse(payload.results).namespaces:
        yield from _namespace(entry, begun)


def _namespace(entry: NamespaceReadWriteSet, begun: int) -> Iterator[str]:
    name = entry.namespace
    for read in entry.reads:
        yield f"public read {name} {read.key!r} {_version(read.version, begun)}"
    for write in entry.writes:
        yield f"public write {name} {write.key!r} {hashlib.sha256(write.value).hexdigest()}"
    for query in entry.range_queries:
        yield f"public range {name} {query.start_key!r} {query.end_key!r}"
    for collection in sorted(entry.collections, key=lambda each: each.name):
        yield f"collection {collection.name} {len(collection.reads)} reads {len(collection.writes)} writes"


def _collect_hashes(envelope: bytes, where: str, begun: int, hashes: dict[str, list[str]]) -> None:
    """Add what one transaction did with each hash, of keys and of values."""
    for action in parse_transaction(envelope).actions:
        for entry in ReadWriteSet.parse(action.payload.results).namespaces:
            for collection in entry.collections:
                for read in collection.reads:
                    version = _version(read.version, begun)
                    hashes[read.key_hash.hex()].append(f"{where} read {collection.name} {version}")
                for written in collection.writes:
                    act = "delete" if written.deletes else "write"
                    hashes[written.key_hash.hex()].append(f"{where} {act} {collection.name}")
                    hashes[written.value_hash.hex()].append(f"{where} value in {collection.name}")


def _version(version: Any, begun: int) -> str:
    if version is None:
        return "absent"
    block, place = version
    return f"version {block - begun}/{place}" if block >= begun else "version of before"
