"""Who signs: the MSP ID and certificate of a SerializedIdentity, and the attributes in the certificate."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from .errors import MalformedMessage
from .messages import identities
from .wire import decode

ATTRIBUTES_OID = ObjectIdentifier("1.2.3.4.5.6.7.8.1")
"""Extension in which Fabric CA writes attributes as JSON (fabric-ca lib/attrmgr)."""

_CERTIFICATES_REMEMBERED = 4096
# The order in which Go's pkix.Name.ToRDNSequence writes what it knows; values of one type become one RDN.
_NAME_TYPES = (
    (NameOID.COUNTRY_NAME, "C"),
    (NameOID.STATE_OR_PROVINCE_NAME, "ST"),
    (NameOID.LOCALITY_NAME, "L"),
    (NameOID.STREET_ADDRESS, "STREET"),
    (NameOID.POSTAL_CODE, "POSTALCODE"),
    (NameOID.ORGANIZATION_NAME, "O"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "OU"),
)
# Of these Go's Name keeps the last value alone.
_SINGLE_NAME_TYPES = ((NameOID.COMMON_NAME, "CN"), (NameOID.SERIAL_NUMBER, "SERIALNUMBER"))


@lru_cache(maxsize=_CERTIFICATES_REMEMBERED)
def parse_certificate(certificate: bytes) -> x509.Certificate:
    """The first certificate of PEM bytes; remembered by bytes, because parsing costs more than a lookup.

    Raises:
        MalformedMessage: no PEM, no X.509 certificate inside, or one with a part that cannot be read.
    """
    try:
        parsed = x509.load_pem_x509_certificate(certificate)
        # These are read lazily; here, so that nobody later meets an error of another kind.
        readable = (parsed.subject, parsed.issuer, parsed.extensions, parsed.public_key())
    except Exception:
        # The library's errors on hostile bytes (InvalidVersion, DuplicateExtension) have no base in common.
        raise MalformedMessage("the certificate is no PEM-encoded X.509 certificate") from None
    if parsed.serial_number < 0 or not readable:
        raise MalformedMessage("the certificate has a negative serial number")
    return parsed


@dataclass(frozen=True, slots=True)
class Identity:
    """A SerializedIdentity: the MSP ID and the certificate in PEM."""

    msp_id: str
    certificate: bytes = field(repr=False)

    def serialize(self) -> bytes:
        """The bytes of ``msp.SerializedIdentity``, as creator and endorser fields carry them."""
        return identities.SerializedIdentity(mspid=self.msp_id, id_bytes=self.certificate).SerializeToString()

    @classmethod
    def parse(cls, data: bytes) -> "Identity":
        """Read ``msp.SerializedIdentity``; the certificate itself is looked at when ``x509`` is asked for.

        Raises:
            MalformedMessage: no SerializedIdentity, or one without MSP ID or certificate.
        """
        return _parse_identity(data)

    @property
    def x509(self) -> x509.Certificate:
        """The parsed certificate.

        Raises:
            MalformedMessage: the certificate cannot be parsed.
        """
        return parse_certificate(self.certificate)


@lru_cache(maxsize=_CERTIFICATES_REMEMBERED)
def _parse_identity(data: bytes) -> Identity:
    message = decode(identities.SerializedIdentity, data)
    if not message.mspid or not message.id_bytes:
        raise MalformedMessage("msp.SerializedIdentity lacks the MSP ID or the certificate")
    return Identity(message.mspid, message.id_bytes)


def attributes(certificate: x509.Certificate) -> dict[str, str]:
    """The attributes Fabric CA (or our own generator) put into the certificate; empty if there are none.

    Raises:
        MalformedMessage: the extension is there but is not ``{"attrs": {name: text}}``.
    """
    try:
        extension = certificate.extensions.get_extension_for_oid(ATTRIBUTES_OID).value
    except x509.ExtensionNotFound:
        return {}
    except ValueError:
        raise MalformedMessage("the certificate's extensions cannot be read") from None
    assert isinstance(extension, x509.UnrecognizedExtension)
    try:
        found = json.loads(extension.value).get("attrs") or {}
    except (ValueError, AttributeError, RecursionError):
        raise MalformedMessage("the certificate's attributes are no JSON object") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise MalformedMessage("the certificate's attributes are not all text")
    return found


def attribute_extension(attrs: Mapping[str, str]) -> x509.UnrecognizedExtension:
    """The extension that holds ``attrs``, in the form of fabric-ca lib/attrmgr."""
    encoded = json.dumps({"attrs": dict(sorted(attrs.items()))}, separators=(",", ":"), ensure_ascii=False)
    return x509.UnrecognizedExtension(ATTRIBUTES_OID, encoded.encode())


def client_id(certificate: x509.Certificate) -> str:
    """The client identity's ID as Fabric's chaincode libraries give it (chaincode-go pkg/cid GetID)."""
    text = f"x509::{distinguished_name(certificate.subject)}::{distinguished_name(certificate.issuer)}"
    return base64.b64encode(text.encode()).decode()


def distinguished_name(name: x509.Name) -> str:
    """A name as fabric-chaincode-go pkg/cid getDN writes it.

    Go parses a certificate's name into known types, drops the others, and writes them back in an order of its
    own (crypto/x509/pkix Name.ToRDNSequence), last one first. So this is not the certificate's order.
    """
    rdns = []
    for oid, short in _NAME_TYPES:
        values = _values(name, oid)
        if values:
            rdns.append("+".join(f"{short}={_escaped(value)}" for value in values))
    for oid, short in _SINGLE_NAME_TYPES:
        values = _values(name, oid)
        if values and values[-1]:
            rdns.append(f"{short}={_escaped(values[-1])}")
    return ",".join(reversed(rdns))


def organizational_units(certificate: x509.Certificate) -> tuple[str, ...]:
    """The subject's OU values in the certificate's order."""
    return tuple(_values(certificate.subject, NameOID.ORGANIZATIONAL_UNIT_NAME))


def _values(name: x509.Name, oid: ObjectIdentifier) -> list[str]:
    return [value for entry in name.get_attributes_for_oid(oid) if isinstance(value := entry.value, str)]


def _escaped(value: str) -> str:
    last = len(value) - 1
    escaped = []
    for index, character in enumerate(value):
        special = character in ',+"\\<>;'
        at_edge = (character == " " and index in (0, last)) or (character == "#" and index == 0)
        escaped.append("\\" + character if special or at_edge else character)
    return "".join(escaped)
