"""Keys, certificates and recorded blocks for the tests of the protocol package."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counterfoil_protocol.block import parse_block
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common
from counterfoil_protocol.signing import Signer, private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture(scope="session")
def blocks() -> list[common.Block]:
    """The ten recorded blocks of a real network."""
    return [parse_block((RECORDED / f"block_{number}.pb").read_bytes()) for number in range(10)]


@pytest.fixture(scope="session")
def config(blocks: list[common.Block]) -> ChannelConfig:
    """The configuration of the recorded genesis block."""
    return ChannelConfig.from_block(blocks[0])


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Any]:
    """Reads a recorded JSON file by name."""
    return lambda name: json.loads((RECORDED / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def signing_identity() -> tuple[Identity, Signer]:
    """A self-signed identity and its signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, SHA256())
    )
    return Identity("OrgMSP", certificate.public_bytes(Encoding.PEM)), private_key_signer(key)
