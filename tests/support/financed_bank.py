"""BankA has financed an invoice, and somebody else is curious: what attacks on the contracts share."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from attacker import Attacker, Person
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core import fingerprint
from counterfoil_contracts.core.documents import invoice_fingerprint
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment import EMBEDDED
from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_protocol.confidential import Operation, build_request, new_request_id, new_salt
from counterfoil_protocol.messages import proposal_response
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from running_network import RunningNetwork, running_network
from trade_ready import BUYER, MSP_IDS, PURPOSE, SELLER, ReadyTrade, Share, Shipment, make_ready

SHIPMENT = Shipment(
    f"2248{time.gmtime().tm_year}0{secrets.randbelow(10**9):09d}",
    98_765_432,
    (Share("INV-ATTACK-0001", 71_234_567, 61_111_117), Share("INV-ATTACK-0002", 51_000_003, 31_000_007)),
)
LOCKED, APPROVED = 40_404_043, 39_393_937
TERMS = trade.PutTerms(
    "DISCOUNT", "branch-4711", "USD", LOCKED, 417, "2027-06-01", BUYER, "LN-SECRET-REFERENCE-77"
)

OTHER_TERMS = trade.PutTerms("DISCOUNT", "branch-1", "USD", 1_000_000, 400, "2027-06-01")
"""Any bank's, which tell nothing of the financing."""


@dataclass(frozen=True, slots=True)
class Financed:
    """The network after BankA's lock and approval, with ids of records and requests, and what BankB must not
    find."""

    ready: ReadyTrade
    attacker: Attacker
    view: str
    terms: str
    terms_request: str
    mark: str
    lock_request: str

    @property
    def facts(self) -> set[str]:
        numbers = (SHIPMENT.total, *(n for s in SHIPMENT.shares for n in (s.total, s.line)), LOCKED, APPROVED)
        texts = (
            SHIPMENT.number,
            SELLER,
            BUYER,
            TERMS.reference,
            TERMS.branch,
            *(s.number for s in SHIPMENT.shares),
        )
        prints = (invoice_fingerprint(s.invoice) for s in SHIPMENT.shares)
        return {*map(str, numbers), *texts, *prints, fingerprint.declaration(SHIPMENT.number)}


@contextmanager
def financed_network(
    folder: Path, engine: str = EMBEDDED, beside: Sequence[Chaincode] = ()
) -> Iterator[Financed]:
    """A network of its own, with one financing of BankA's; other chaincodes `beside` the trade contracts."""
    with running_network(
        folder / "network", trade_chaincode(MSP_IDS), engine=engine, beside=beside
    ) as network:
        (folder / "journals").mkdir()
        ready = make_ready(network, folder / "journals")
        ready.publish([SHIPMENT])
        with ready.client("BankA", "officer1") as officer, ready.client("BankA", "approver1") as approver:
            view = officer.submit(trade.VIEW, trade.View(consent(ready), PURPOSE)).answer.view
            put = officer.submit(trade.TERMS_PUT, TERMS)
            terms = put.answer.terms
            pledge = trade.Pledge(0, SHIPMENT.number, LOCKED, LOCKED, LOCKED)
            locked = officer.submit(trade.LOCK, trade.Lock(view, terms, "USD", LOCKED, (pledge,)))
            mark = locked.answer.mark
            approver.submit(trade.APPROVE, trade.Approve(mark, APPROVED))
        # BankB's own peer is asked, which no client of BankA's waits for.
        network.await_level_peers()
        yield Financed(ready, Attacker(network), view, terms, put.request_id, mark, locked.request_id)


def claims(audience: str = "BankAMSP", **changed: Any) -> consents.TradeConsent:
    now = int(time.time())
    shares = SHIPMENT.shares
    given: dict[str, Any] = {
        "type": consents.TRADE_CONSENT,
        "enterprise": SELLER,
        "audience": audience,
        "purpose": PURPOSE,
        "declarations": (SHIPMENT.number,),
        "invoices": tuple(share.invoice for share in shares),
        "lines": tuple(
            consents.ConsentLine(at, SHIPMENT.number, share.line, share.line)
            for at, share in enumerate(shares)
        ),
        "maximum": 10**12,
        "currency": "USD",
        "nonce": consents.new_nonce(),
        "not_before": now - 120,
        "expiry": now + 3600,
    }
    return consents.TradeConsent(**(given | changed))


def consent(ready: ReadyTrade, given: consents.TradeConsent | None = None) -> str:
    own = x509.load_pem_x509_certificate(ready.enterprise.chain[0])
    return consents.sign(given or claims(), [own], private_key_signer(ready.enterprise.identity.key))


def answers(
    attacker: Attacker,
    person: Person,
    at: tuple[str, ...],
    operation: Operation[Any, Any],
    body: Any,
    **fields: Any,
) -> list[proposal_response.ProposalResponse]:
    """What peers say to a confidential request, asked directly, past every client-side check."""
    salt = new_salt() if operation.takes_salt else None
    args = [operation.function.encode()]
    if operation.is_submit:
        args.append(fields.pop("request_id", None) or new_request_id().encode())
    transient = build_request(operation.name, msgspec.to_builtins(body), salt)
    return attacker.endorse(person, args, at, chaincode="trade", transient=transient, **fields).responses


def refused(
    attacker: Attacker,
    person: Person,
    at: str,
    operation: Operation[Any, Any],
    body: Any,
    **fields: Any,
) -> str:
    """The code of one peer's refusal; its text names nothing of anybody's business."""
    [answer] = answers(attacker, person, (at,), operation, body, **fields)
    assert answer.response.status >= 400
    assert not answer.endorsement.signature
    code, _, text = answer.response.message.partition(":")
    assert not any(fact in text for fact in FACTS_IN_TEXTS), text
    assert "BankA" not in text or person.msp_id == "BankAMSP", text
    return code


FACTS_IN_TEXTS = {
    SHIPMENT.number, SELLER, BUYER, TERMS.reference, str(LOCKED), str(APPROVED), str(SHIPMENT.total)
}  # fmt: skip


def payloads_in_logs(network: RunningNetwork, wanted: set[str]) -> list[tuple[str, str]]:
    """Which log holds which fact, or a traceback, which a refusal never leaves."""
    # Fabric's databases (LevelDB) number their journals: 000007.log is no log.
    logs = sorted(path for path in network.folder.root.rglob("*.log") if not path.stem.isdigit())
    assert len(logs) >= 10
    contents = {str(path): path.read_bytes() for path in logs}
    return [
        (name, fact)
        for name, content in contents.items()
        for fact in (*wanted, "Traceback")
        if fact.encode() in content
    ]
