"""The memo of verified signatures gives the verdicts that verifying anew gives."""

import datetime
from functools import cache

from counterfoil_network.embedded.verified_signatures import VerifiedSignatures
from counterfoil_protocol.signing import Signer, private_key_signer, verify
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st


@cache
def signer(number: int) -> tuple[x509.Certificate, Signer]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"signer {number}")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1)
    )
    return builder.sign(key, SHA256()), private_key_signer(key)


@cache
def signature_of(number: int, message: bytes) -> bytes:
    """Signed once, so that the same signature is shown with another message, too."""
    return signer(number)[1](message)


SIGNERS = st.integers(0, 1)
MESSAGES = st.sampled_from([b"", b"a", b"b"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(SIGNERS, SIGNERS, MESSAGES, MESSAGES), max_size=12))
def test_verdicts_do_not_depend_on_the_memo(cases: list[tuple[int, int, bytes, bytes]]) -> None:
    memo = VerifiedSignatures(size=3)
    for claimed, real, message, signed in cases:
        certificate, _ = signer(claimed)
        signature = signature_of(real, signed)
        assert memo(certificate, message, signature) == verify(certificate, message, signature)
        assert memo(certificate, message, signature) == verify(certificate, message, signature)


def test_the_memo_is_bounded() -> None:
    memo = VerifiedSignatures(size=2)
    certificate, sign = signer(0)
    for number in range(5):
        assert memo(certificate, bytes([number]), sign(bytes([number])))
    assert len(memo._good) == 2
