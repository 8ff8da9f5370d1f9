"""One node of the network: who it is, where it listens, what it signs with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import private_key_signer

from counterfoil_network.identities.local_msp import load_identity

if TYPE_CHECKING:
    from counterfoil_protocol.signing import Signer

    from counterfoil_network.identities.folder import OrganisationFolder


@dataclass(frozen=True, slots=True)
class Node:
    """A peer or an orderer; `organisation` is its organisation's name in configtx.yaml."""

    organisation: str
    msp_id: str
    host: str
    address: str
    identity: Identity = field(repr=False)
    signer: Signer = field(repr=False)
    tls_certificate: bytes = field(repr=False)
    tls_key: bytes = field(repr=False)

    @classmethod
    def read(cls, folder: OrganisationFolder, msp_id: str, address: str) -> Node:
        """Read the organisation's first node from the folder of identities.

        Raises:
            IdentityNotFound: a certificate or key is missing.
            OSError: a file cannot be read.

        """
        node = folder.nodes[0]
        local = load_identity(node.msp)
        return cls(
            organisation=folder.name,
            msp_id=msp_id,
            host=node.host,
            address=address,
            identity=Identity(msp_id, local.certificate),
            signer=private_key_signer(local.key),
            tls_certificate=node.tls.certificate.read_bytes(),
            tls_key=node.tls.key.read_bytes(),
        )
