"""A node's TLS pair: cryptogen's layout, or Fabric CA's (`enroll --enrollment.profile tls`)."""

from dataclasses import dataclass
from pathlib import Path

from counterfoil_network.identities.key_store import key_of, signing_certificate


@dataclass(frozen=True, slots=True)
class TlsFolder:
    """`tls` of a node: `server.crt` and `server.key`, else `signcerts` and `keystore`; `ca.crt` with both."""

    root: Path

    @property
    def certificate(self) -> Path:
        """The certificate that it shows (PEM).

        Raises:
            IdentityNotFound: there is none.
        """
        return self._own_certificate if self._is_own_layout else signing_certificate(self.root)

    @property
    def key(self) -> Path:
        """The key of that (PEM).

        Raises:
            IdentityNotFound: there is none.
        """
        if self._is_own_layout:
            return self.root / "server.key"
        return key_of(self.certificate, self.root / "keystore")

    @property
    def authorities(self) -> Path:
        """Certificates (PEM) of the authorities that signed it; Fabric CA's folders are given this file."""
        return self.root / "ca.crt"

    @property
    def _own_certificate(self) -> Path:
        return self.root / "server.crt"

    @property
    def _is_own_layout(self) -> bool:
        return self._own_certificate.exists() or not (self.root / "signcerts").is_dir()
