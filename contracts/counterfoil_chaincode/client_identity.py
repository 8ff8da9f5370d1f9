"""Who sent the proposal: MSP ID, certificate, attributes (as fabric-chaincode-go pkg/cid)."""

from collections.abc import Mapping
from functools import lru_cache

from counterfoil_protocol.identity import Identity, attributes, client_id, parse_certificate
from cryptography import x509
from cryptography.x509.oid import NameOID

from .refusal import Refusal

_IDENTITIES_REMEMBERED = 4096


class ClientIdentity:
    """The creator of a proposal. The peer has checked certificate and signature; this only reads them."""

    __slots__ = ("_attributes", "_certificate", "_identity")

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._certificate = parse_certificate(identity.certificate)
        self._attributes = attributes(self._certificate)

    @property
    def msp_id(self) -> str:
        """MSP ID of the client's organisation."""
        return self._identity.msp_id

    @property
    def certificate(self) -> x509.Certificate:
        """The client's X.509 certificate."""
        return self._certificate

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes Fabric CA put into the certificate."""
        return self._attributes

    @property
    def id(self) -> str:
        """Fabric's client ID: base64 of `x509::subject::issuer`."""
        return client_id(self._certificate)

    @property
    def common_name(self) -> str:
        """The subject's common name, empty if there is none or more than one."""
        names = self._certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if len(names) == 1 else ""

    def assert_attribute(self, name: str, value: str) -> None:
        """Refuse a client whose certificate does not say `name` = `value`.

        Raises:
            Refusal: NOT_AUTHORIZED.
        """
        if self._attributes.get(name) != value:
            raise Refusal("NOT_AUTHORIZED", f"the certificate's attribute {name} is not {value}", status=403)


@lru_cache(maxsize=_IDENTITIES_REMEMBERED)
def client_identity(creator: bytes) -> ClientIdentity:
    """The client identity of a proposal's creator; remembered by bytes, because parsing costs most of a call.

    Raises:
        MalformedMessage: no serialized identity with an X.509 certificate.
    """
    return ClientIdentity(Identity.parse(creator))
