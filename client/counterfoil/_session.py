"""Who calls, with which deadlines: what every flow of one Gateway shares."""

import hashlib
import math
import os
from dataclasses import dataclass, field, fields

from counterfoil_protocol.identity import Identity, parse_certificate
from counterfoil_protocol.signing import Signer
from cryptography.hazmat.primitives.serialization import Encoding

from ._errors import ForkedProcess


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds each step may take, always finite.

    Raises:
        TypeError, ValueError: not a positive, finite number of seconds.
    """

    evaluate: float = 30.0
    # A member that is down holds an endorsement with private data up to 11 s; a peer gives up after 30 s.
    endorse: float = 60.0
    submit: float = 15.0
    commit_status: float = 60.0

    def __post_init__(self) -> None:
        for each in fields(self):
            check_seconds(each.name, getattr(self, each.name))


def check_seconds(name: str, value: float) -> float:
    """A positive, finite number of seconds.

    Raises:
        TypeError, ValueError: anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is a number of seconds, not {type(value).__name__}")
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} is a positive, finite number of seconds")
    return float(value)


def optional_seconds(timeout: float | None) -> float | None:
    """A caller's ``timeout``, or None for the default deadline."""
    return None if timeout is None else check_seconds("timeout", timeout)


@dataclass(frozen=True, slots=True)
class Session:
    """One client identity on one connection.

    Attributes:
        identity: the client's MSP ID and certificate.
        creator: the identity serialized, as proposals carry it.
        signer: signs as that identity; None where every message is signed elsewhere.
        deadlines: the defaults of each step.
        tls_certificate_hash: SHA-256 of the client's own TLS certificate (DER), empty without mutual TLS.
        process: the process that made the connection.
    """

    identity: Identity
    creator: bytes = field(repr=False)
    signer: Signer | None = field(repr=False)
    deadlines: Deadlines
    tls_certificate_hash: bytes = field(repr=False)
    process: int

    def check_process(self) -> None:
        """Refuse to run in a forked child.

        Raises:
            ForkedProcess: another process made the connection.
        """
        if os.getpid() != self.process:
            raise ForkedProcess

    def sign(self, message: bytes) -> bytes:
        """The client's signature.

        Raises:
            ValueError: this session has no signer.
        """
        if self.signer is None:
            raise ValueError(
                "unsigned: this Gateway has no signer, so sign the bytes elsewhere and restore with signature"
            )
        return self.signer(message)


def new_session(
    identity: Identity, signer: Signer | None, deadlines: Deadlines, tls_certificate: bytes | None
) -> Session:
    """A session of this process; ``tls_certificate`` is the PEM shown to the server, if any."""
    if not isinstance(identity, Identity):
        raise TypeError(f"identity is a counterfoil.Identity, not {type(identity).__name__}")
    if signer is not None and not callable(signer):
        raise TypeError("signer is a function from message to signature")
    if not isinstance(deadlines, Deadlines):
        raise TypeError(f"deadlines is a counterfoil.Deadlines, not {type(deadlines).__name__}")
    certificate_hash = b""
    if tls_certificate is not None:
        certificate_hash = hashlib.sha256(
            parse_certificate(tls_certificate).public_bytes(Encoding.DER)
        ).digest()
    return Session(identity, identity.serialize(), signer, deadlines, certificate_hash, os.getpid())
