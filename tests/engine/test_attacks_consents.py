"""Hostile consents and requests against the trade contracts on a running engine.

BankB shows consents that nobody gave it, and requests that are none; each is refused by code, and the text of
no refusal names anybody's business.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from attacker import Attacker
from counterfoil_contracts.consent import jws
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.identities import Enterprise, IdentityExists, issue_enterprise, load_enterprise
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import build_request, new_request_id, new_salt
from counterfoil_protocol.messages import common
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import utils
from financed_bank import (
    OTHER_TERMS,
    SHIPMENT,
    TERMS,
    Financed,
    answers,
    claims,
    consent,
    financed_network,
    payloads_in_logs,
    refused,
)
from trade_ready import PURPOSE, SELLER, ReadyTrade

WHOLE_BLOCKS = ("Deliver", "DeliverWithPrivateData")
FORBIDDEN, SUCCESS = common.FORBIDDEN, common.SUCCESS


@pytest.fixture(scope="module")
def financed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Financed]:
    with financed_network(tmp_path_factory.mktemp("trade")) as found:
        yield found


@pytest.fixture
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


# Consents


def stranger(ready: ReadyTrade) -> Enterprise:
    """Another enterprise of the same authority."""
    crypto, number = ready.network.folder.crypto, "91440300MA5GF2614U"
    try:
        return issue_enterprise(crypto, number, "旁人有限公司")
    except IdentityExists:
        return load_enterprise(crypto, number)


def tampered(ready: ReadyTrade) -> dict[str, str]:
    """Consents that BankB might show for documents that nobody let it look at."""
    own = x509.load_pem_x509_certificate(ready.enterprise.chain[0])
    sign = private_key_signer(ready.enterprise.identity.key)
    good = consent(ready, claims("BankBMSP"))
    header, payload, signature = good.split(".")
    plain = json.loads(jws.decode(payload))

    def headed(**changed: Any) -> str:
        fields = canonical_json.decode(jws.decode(header))
        assert isinstance(fields, dict)
        first = jws.encode(canonical_json.encode(fields | changed))
        r, s = utils.decode_dss_signature(sign(f"{first}.{payload}".encode()))
        return f"{first}.{payload}.{jws.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    other = stranger(ready)
    theirs = x509.load_pem_x509_certificate(other.chain[0])
    their_key = private_key_signer(other.identity.key)
    spaced = jws.encode(json.dumps(plain, indent=1).encode())
    r, s = utils.decode_dss_signature(sign(f"{header}.{spaced}".encode()))
    doubled = jws.encode(b'{"alg":"none",' + jws.decode(header)[1:])
    now = int(time.time())
    return {
        "another bank's": consent(ready, claims("BankAMSP")),
        "another enterprise's key": consents.sign(claims("BankBMSP"), [theirs], their_key),
        "another key, the right certificate": consents.sign(claims("BankBMSP"), [own], their_key),
        "expired": consent(ready, claims("BankBMSP", not_before=now - 900, expiry=now - 400)),
        "of tomorrow": consent(ready, claims("BankBMSP", not_before=now + 86_400, expiry=now + 90_000)),
        "alg none": f"{jws.encode(canonical_json.encode({'alg': 'none'}))}.{payload}.",
        "alg none with a signature": headed(alg="none"),
        "alg HS256": headed(alg="HS256"),
        "alg ES384": headed(alg="ES384"),
        "a key of its own": headed(jwk={"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        "a key from the network": headed(x5u="https://bank.example/key"),
        "critical": headed(crit=["exp"]),
        "a header member twice": f"{doubled}.{payload}.{signature}",
        "spaces": f"{header}.{spaced}.{jws.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}",
        "padding": f"{header}.{payload}.{signature}==",
        "no signature": f"{header}.{payload}.",
        "zeros for a signature": f"{header}.{payload}.{jws.encode(bytes(64))}",
        "cut": good[:-8],
        "no JWS": "consent",
    }


def test_no_consent_but_the_enterprises_own_for_this_bank_opens_anything(
    financed: Financed, attacker: Attacker
) -> None:
    officer = attacker.user("BankB", "officer1")
    for name, token in tampered(financed.ready).items():
        code = refused(attacker, officer, "Regulator", trade.VIEW, trade.View(token, PURPOSE))
        assert code in {"CONSENT_INVALID", "CONSENT_EXPIRED"}, name
    good = consent(financed.ready, claims("BankBMSP"))
    for purpose in ("something else", PURPOSE + " "):
        assert refused(attacker, officer, "Port", trade.VIEW, trade.View(good, purpose)) in {
            "CONSENT_INVALID", "BAD_INPUT"
        }  # fmt: skip


def test_nobody_at_the_regulator_can_sign_for_an_enterprise(financed: Financed, attacker: Attacker) -> None:
    """A certificate that names the enterprise, by any authority of the channel, is not the enterprise's."""
    from counterfoil_contracts.consent.model import ORGANIZATION_IDENTIFIER
    from counterfoil_network.identities.certificate_authority import new_key, utc_now

    officer = attacker.user("BankB", "officer1")
    for organisation in ("Regulator", "Port", "BankB"):
        key = new_key()
        name = x509.Name([x509.NameAttribute(ORGANIZATION_IDENTIFIER, f"NTRCN-{SELLER}")])
        forged = attacker.authority(organisation).issue(name, key.public_key(), utc_now())
        root = attacker.authority(organisation).certificate
        for certificates in ([forged], [forged, root]):
            token = consents.sign(claims("BankBMSP"), certificates, private_key_signer(key))
            assert (
                refused(attacker, officer, "Port", trade.VIEW, trade.View(token, PURPOSE))
                == "CONSENT_INVALID"
            )


def test_a_consent_that_was_used_or_withdrawn_opens_nothing_new(
    financed: Financed, attacker: Attacker
) -> None:
    officer, ready = attacker.user("BankB", "officer1"), financed.ready
    given = claims("BankBMSP", declarations=(), invoices=(), lines=())
    with ready.client("BankB", "officer1") as client:
        client.submit(trade.VIEW, trade.View(consent(ready, given), PURPOSE))
        other = consent(ready, msgspec.structs.replace(given, maximum=5))
        assert (
            refused(attacker, officer, "Port", trade.VIEW, trade.View(other, PURPOSE)) == "CONSENT_REPLAYED"
        )
        now = int(time.time())
        takes_back = consents.TradeWithdrawal(
            consents.TRADE_WITHDRAWAL, SELLER, "BankBMSP", given.nonce, now - 60, now + 3600
        )
        own = x509.load_pem_x509_certificate(ready.enterprise.chain[0])
        token = consents.sign(takes_back, [own], private_key_signer(ready.enterprise.identity.key))
        client.submit(trade.CONSENT_WITHDRAW, trade.Withdraw(token))
        again = trade.View(consent(ready, given), PURPOSE)
        assert refused(attacker, officer, "Port", trade.VIEW, again) in {
            "CONSENT_WITHDRAWN",
            "CONSENT_REPLAYED",
        }


# Requests


def test_the_same_id_with_another_content_is_a_conflict(financed: Financed, attacker: Attacker) -> None:
    officer = attacker.user("BankA", "officer1")
    code = refused(
        attacker, officer, "Regulator", trade.TERMS_PUT, msgspec.structs.replace(TERMS, rate=418),
        request_id=financed.terms_request.encode(),
    )  # fmt: skip
    assert code == "IDEMPOTENCY_CONFLICT"


def test_another_banks_request_id_is_free_for_ones_own(financed: Financed, attacker: Attacker) -> None:
    """Ids stand in blocks. BankB using BankA's must neither hit BankA's record nor learn of it."""
    officer = attacker.user("BankB", "officer1")
    found = answers(
        attacker,
        officer,
        ("Regulator", "BankB"),
        trade.TERMS_PUT,
        OTHER_TERMS,
        request_id=financed.terms_request.encode(),
    )
    assert [answer.response.status for answer in found] == [200, 200]
    assert found[0].payload == found[1].payload


def test_requests_that_are_none_are_told_so(financed: Financed, attacker: Attacker) -> None:
    officer = attacker.user("BankB", "officer1")
    good = build_request("lock", {"secret": SHIPMENT.number})["request"]
    cases: list[tuple[list[bytes], dict[str, bytes]]] = [
        ([b"export_invoice:transact"], {"request": good}),
        ([b"export_invoice:transact", b"0" * 32, b"more"], {"request": good}),
        ([b"export_invoice:transact", b"not an id"], {"request": good}),
        ([b"export_invoice:transact", b"A" * 32], {"request": good}),
        ([b"export_invoice:transact", b"\xff" * 32], {"request": good}),
        ([b"export_invoice:transact", b"0" * 32], {}),
        ([b"export_invoice:transact", b"0" * 32], {"request": good, "more": b""}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b"\xff\x00"}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b"[" * 100_000}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b"[]," * 2_000_000}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b'{"body":1e400,"operation":"lock"}'}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b'{"body":"\\ud800","operation":"lock"}'}),
        ([b"export_invoice:transact", b"0" * 32], {"request": b'{"body":{},"operation":"no such"}'}),
        ([b"export_invoice:inquire"], {"request": good}),
        ([b"export_invoice:outcome"], build_request("no such", {})),
    ]
    for args, transient in cases:
        [answer] = attacker.endorse(
            officer, args, ("Regulator",), chaincode="trade", transient=transient
        ).responses
        assert answer.response.status == 400, args
        assert answer.response.message.startswith("BAD_REQUEST: ")
        assert SHIPMENT.number not in answer.response.message


def test_a_body_of_random_shape_is_bad_input_and_quotes_nothing(
    financed: Financed, attacker: Attacker
) -> None:
    officer = attacker.user("BankB", "officer1")
    values: list[Any] = [
        None,
        True,
        0,
        -1,
        10**30,
        "",
        "x" * 70_000,
        [],
        {},
        [[]],
        {"view": SHIPMENT.number},
        "\x00",
    ]
    for operation in (trade.VIEW, trade.LOCK, trade.PREPARE, trade.TERMS_PUT):
        for value in values:
            transient = build_request(operation.name, value, new_salt() if operation.takes_salt else None)
            [answer] = attacker.endorse(
                officer, [operation.function.encode(), new_request_id().encode()], ("Regulator",),
                chaincode="trade", transient=transient,
            ).responses  # fmt: skip
            assert answer.response.message.startswith("BAD_INPUT: "), (operation.name, value)
            assert SHIPMENT.number not in answer.response.message


def test_no_log_holds_a_payload(financed: Financed) -> None:
    """Last: the logs have seen every request above."""
    tokens = {part for token in tampered(financed.ready).values() for part in token.split(".")}
    wanted = {*financed.facts, *(token for token in tokens if len(token) > 40)}
    assert payloads_in_logs(financed.ready.network, wanted) == []
