"""Connection profiles: Fabric's JSON with an organisation's peers, and the identities that may use them.

    {"name": ..., "version": "1.0.0",
     "client": {"organization": "BankA"},
     "organizations": {"BankA": {"mspid": "BankAMSP", "peers": ["peer0.banka.counterfoil.example"],
                                 "users": {"officer": {"cert": {"path": ...}, "key": {"path": ...}}}}},
     "peers": {"peer0.banka.counterfoil.example": {
         "url": "grpcs://127.0.0.1:7051",
         "tlsCACerts": {"path": ...},
         "grpcOptions": {"ssl-target-name-override": "peer0.banka.counterfoil.example"}}}}

Wherever a file is named, ``{"pem": text}`` may stand in place of ``{"path": file}``; a relative path starts
at the profile's folder. ``users`` is our addition; the rest is Fabric's common connection profile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import Signer, private_key_signer

from ._endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class ConnectionProfile:
    """One organisation's connection profile."""

    organization: str
    msp_id: str
    peers: tuple[str, ...]
    folder: Path
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, path: str | Path) -> "ConnectionProfile":
        """Read a profile file.

        Raises:
            OSError: no such file.
            ValueError: not a connection profile; the text names the entry that is missing or wrong.
        """
        path = Path(path)
        document = json.loads(path.read_text(encoding="utf-8"))
        name = _entry(document, "client", "organization")
        organization = _entry(document, "organizations", name)
        peers = tuple(_entry(organization, "peers"))
        if not peers:
            raise ValueError(f"{path}: the organisation {name} has no peers")
        return cls(name, _entry(organization, "mspid"), peers, path.resolve().parent, document)

    @property
    def users(self) -> tuple[str, ...]:
        """The names of the identities in the profile."""
        return tuple(sorted(self._organization.get("users", {})))

    def endpoint(self, peer: str | None = None) -> Endpoint:
        """How to reach a peer of the organisation, the first one unless named.

        Raises:
            ValueError: no such peer, or its entry is incomplete.
        """
        entry = _entry(self.document, "peers", peer or self.peers[0])
        scheme, separator, address = str(_entry(entry, "url")).partition("://")
        if not separator or scheme not in ("grpc", "grpcs"):
            raise ValueError(
                f"the url of peer {peer or self.peers[0]} starts neither with grpc:// nor grpcs://"
            )
        options = entry.get("grpcOptions", {})
        server_name = options.get("ssl-target-name-override") or options.get("hostnameOverride")
        tls_root = self._content(_entry(entry, "tlsCACerts")) if scheme == "grpcs" else None
        return Endpoint(address, tls_root, None, server_name)

    def identity(self, user: str) -> tuple[Identity, Signer]:
        """An identity of the profile, and the signer with its key.

        Raises:
            ValueError: the profile has no such identity, or its files hold no certificate or key.
        """
        if user not in self.users:
            raise ValueError(
                f"the profile of {self.organization} has no user {user!r}; it has {', '.join(self.users)}"
            )
        entry = self._organization["users"][user]
        identity = Identity(self.msp_id, self._content(_entry(entry, "cert")))
        return identity, private_key_signer(self._content(_entry(entry, "key")))

    @property
    def _organization(self) -> Mapping[str, Any]:
        organization: Mapping[str, Any] = self.document["organizations"][self.organization]
        return organization

    def _content(self, source: Mapping[str, str]) -> bytes:
        if "pem" in source:
            return source["pem"].encode()
        path = self.folder / str(_entry(source, "path"))
        return path.read_bytes()


def _entry(document: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(document, Mapping) or name not in document:
            raise ValueError(f"the connection profile lacks {'.'.join(names)}")
        document = document[name]
    return document
