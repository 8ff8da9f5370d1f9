"""Consents with certificates that somebody broke on purpose: refused by code, never an internal error."""

import base64
import random
from datetime import UTC, datetime

import pytest
from counterfoil_chaincode.refusal import Refusal
from counterfoil_contracts.consent import jws, model
from counterfoil_contracts.consent.operations import TradeConsent
from counterfoil_contracts.registry.operations import Root
from counterfoil_contracts.testing import SELLER, root_pem, signatory
from counterfoil_protocol import canonical_json
from counterfoil_protocol.signing import private_key_signer
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import Encoding

NOW = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
ROOT = Root(root_pem(), "2026-01-01")


def test_any_broken_certificate_is_a_refusal() -> None:
    its = signatory(SELLER)
    [certificate, *_] = its.certificates
    encoded = certificate.public_bytes(Encoding.DER)
    sign, draw = private_key_signer(its.key), random.Random(7)
    for _ in range(1500):
        broken = bytearray(encoded)
        for _ in range(draw.choice([1, 1, 2])):
            broken[draw.randrange(len(broken))] = draw.choice([0, 1, 255, 0x30, draw.randrange(256)])
        header = {"alg": "ES256", "x5c": [base64.b64encode(broken).decode()]}
        parts = (canonical_json.encode(header), canonical_json.encode({"type": "x"}))
        signing_input = ".".join(jws.encode(part) for part in parts)
        r, s = utils.decode_dss_signature(sign(signing_input.encode()))
        token = f"{signing_input}.{jws.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        with pytest.raises(Refusal) as refused:
            model.verified(token, TradeConsent, (ROOT,), NOW)
        assert refused.value.code in {"CONSENT_INVALID", "CONSENT_EXPIRED"}
