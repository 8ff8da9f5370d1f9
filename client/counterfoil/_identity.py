"""Who the client is and how it signs; defined with the protocol, offered here."""

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import Signer, private_key_signer

__all__ = ["Identity", "Signer", "private_key_signer"]
