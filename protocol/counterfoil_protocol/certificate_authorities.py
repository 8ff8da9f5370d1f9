"""The CAs of an MSP: their tree, the chain of a certificate in it, and the hashes that name chains.

Sources: msp/mspimplsetup.go setupCAs, finalizeSetupCAs, getCertifiersIdentifier; msp/mspimpl.go
getValidationChain, getCertificationChainIdentifier.
"""

import hashlib
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .certificate_chain import is_ca, is_self_signed, sanitize, subject_key_id, unique_chain
from .errors import InvalidIdentity, MalformedMessage
from .identity import parse_certificate
from .messages import msp_config

_HASHES = {
    "": "sha256",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA3_256": "sha3_256",
    "SHA3_384": "sha3_384",
}


class CertificateAuthorities:
    """Root and intermediate CAs, each in its low-S form."""

    def __init__(self, config: msp_config.FabricMSPConfig) -> None:
        """Set up from an MSP's configuration.

        Raises:
            MalformedMessage: no root, an unreadable certificate, or one that is no proper CA.
            InvalidIdentity: a CA has no chain to a root.
        """
        self._hash = _hash_name(config)
        roots = tuple(dict.fromkeys(parse_certificate(pem) for pem in config.root_certs))
        intermediates = tuple(dict.fromkeys(parse_certificate(pem) for pem in config.intermediate_certs))
        if not roots:
            raise MalformedMessage("expected at least one CA certificate")
        self.roots = tuple(sanitize(root, root) if is_self_signed(root) else root for root in roots)
        self.intermediates = tuple(
            sanitize(ca, _issuer(unique_chain(ca, roots, intermediates))) for ca in intermediates
        )
        inner: set[x509.Certificate] = set()
        for ca in (*self.roots, *self.intermediates):
            if not is_ca(ca) or subject_key_id(ca) is None:
                raise MalformedMessage("a CA certificate lacks the CA attribute or Subject Key Identifier")
            inner.update(self.chain(ca)[1:])
        self._inner = frozenset(inner)

    def chain(self, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """The one chain from a certificate, in its low-S form, to a root.

        Raises:
            InvalidIdentity: there is none, or more than one.
        """
        found = unique_chain(certificate, self.roots, self.intermediates)
        return (sanitize(certificate, _issuer(found)), *found[1:])

    def is_inner(self, ca: x509.Certificate) -> bool:
        """Whether the CA has intermediates below it, and so must not issue identities itself."""
        return ca in self._inner

    def identifier(self, certificate: x509.Certificate) -> bytes:
        """Hash of one certificate, as given."""
        return self.chain_hash((certificate,))

    def chain_hash(self, chain: Iterable[x509.Certificate]) -> bytes:
        """Hash over certificates one after the other; above an identity, its certifiers identifier."""
        digest = hashlib.new(self._hash)
        for certificate in chain:
            digest.update(certificate.public_bytes(Encoding.DER))
        return digest.digest()

    def certifiers_of(self, pem: bytes) -> bytes:
        """The certifiers identifier that an OU's configuration means by naming a CA.

        Raises:
            MalformedMessage: the certificate is none of the CAs, or not a lowest one.
        """
        try:
            chain = self.chain(parse_certificate(pem))
        except InvalidIdentity as error:
            raise MalformedMessage(f"an OU's certificate: {error}") from None
        if chain[0] in self.roots:
            return self.chain_hash(chain[:1])
        if chain[0] not in self.intermediates or self.is_inner(chain[0]):
            raise MalformedMessage("an OU's certificate is not a lowest CA among root and intermediate certs")
        return self.chain_hash(chain)


def _issuer(chain: tuple[x509.Certificate, ...]) -> x509.Certificate:
    return chain[1] if len(chain) > 1 else chain[0]


def _hash_name(config: msp_config.FabricMSPConfig) -> str:
    crypto = config.crypto_config
    if crypto.signature_hash_family not in ("", "SHA2"):
        raise MalformedMessage(f"hash family {crypto.signature_hash_family} is not supported")
    try:
        return _HASHES[crypto.identity_identifier_hash_function]
    except KeyError:
        raise MalformedMessage("unknown identity identifier hash function") from None
