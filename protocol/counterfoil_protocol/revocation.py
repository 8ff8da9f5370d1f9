"""Revocation lists of an MSP (msp/mspimplsetup.go setupCRLs, mspimplvalidate.go validateCertAgainstChain)."""

from cryptography import x509

from .certificate_chain import subject_key_id
from .errors import MalformedMessage


class RevocationList:
    """One CRL; its issuer's signature is checked when it first matters, as Fabric does."""

    def __init__(self, crl: x509.CertificateRevocationList) -> None:
        """Take a parsed CRL."""
        self._crl = crl

    @classmethod
    def parse(cls, data: bytes) -> "RevocationList":
        """Read a CRL in PEM or DER.

        Raises:
            MalformedMessage: it is neither.
        """
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        try:
            crl = x509.load_pem_x509_crl(data) if is_pem else x509.load_der_x509_crl(data)
            # Read lazily; here, so that nobody later meets an error of another kind.
            _ = crl.extensions, list(crl)
        except Exception:
            # The library's errors on hostile bytes have no base in common.
            raise MalformedMessage("could not parse RevocationList") from None
        return cls(crl)

    def revokes(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Whether this list, if it is the issuer's, names the certificate; from whichever date.

        Raises:
            MalformedMessage: the list does not say whose it is.
        """
        try:
            extension = self._crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        except x509.ExtensionNotFound:
            raise MalformedMessage("could not obtain Authority Key Identifier for crl") from None
        if extension.value.key_identifier != subject_key_id(issuer):
            return False
        if self._crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is None:
            return False
        key = issuer.public_key()
        try:
            # A list with a foreign signature is passed over.
            return self._crl.is_signature_valid(key)  # type: ignore[arg-type]  # other kinds of key raise
        except (TypeError, ValueError):
            return False
