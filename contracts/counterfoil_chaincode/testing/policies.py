"""Endorsement policies on the test ledger: chaincode, collection and key level, as a peer validates them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from counterfoil_protocol.errors import PolicyFailure
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.ledger.state import StateReader
from counterfoil_protocol.messages import msp_principal
from counterfoil_protocol.signature_policy import principal_msp_id
from counterfoil_protocol.validation.block_endorsements import BlockEndorsements

from .deployed import Deployments

if TYPE_CHECKING:
    from counterfoil_protocol.channel_config import ChannelConfig

_PEER_ROLES = (msp_principal.MSPRole.PEER, msp_principal.MSPRole.MEMBER)
_APPLICATION = "/Channel/Application"


class _Msps:
    """Every endorser of the test ledger is a peer of its organisation."""

    def satisfies(self, identity: Identity, principal: msp_principal.MSPPrincipal) -> bool:
        if principal_msp_id(principal) != identity.msp_id:
            return False
        return msp_principal.MSPRole.FromString(principal.principal).role in _PEER_ROLES


@dataclass(frozen=True, slots=True)
class _Organization:
    name: str


class _Policies:
    """The channel policies `Endorsement` as configtx.yaml usually has them: a peer, of most organisations."""

    def __init__(self, organizations: Sequence[str]) -> None:
        self._organizations = tuple(organizations)

    def find(self, path: str) -> tuple[tuple[str, ...], int] | None:
        """Organisations whose peers count, and how many of them there must be."""
        if path == f"{_APPLICATION}/Endorsement":
            return self._organizations, len(self._organizations) // 2 + 1
        for msp in self._organizations:
            if path == f"{_APPLICATION}/{msp}/Endorsement":
                return (msp,), 1
        return None

    def evaluate_identities(self, path: str, signers: Sequence[Identity]) -> None:
        found = self.find(path)
        if found is None:
            raise PolicyFailure(f"the test channel has no policy {path}")
        organizations, needed = found
        if len({signer.msp_id for signer in signers} & set(organizations)) < needed:
            raise PolicyFailure(f"{path} asks for {needed} organisations")


class _Channel:
    """What endorsement policies need of a configuration; an organisation's name is its MSP ID."""

    def __init__(self, organizations: Sequence[str]) -> None:
        self.msps = _Msps()
        self.policies = _Policies(organizations)
        self._organizations = {msp: _Organization(msp) for msp in organizations}

    def application(self, msp_id: str) -> _Organization | None:
        return self._organizations.get(msp_id)


def block_endorsements(deployments: Deployments, state: StateReader) -> BlockEndorsements:
    """What checks one block's transactions in order, each namespace by its own chaincode's definition."""
    # Only MSPs and the policies `Endorsement` are asked of the configuration.
    channel = cast("ChannelConfig", cast("Any", _Channel(deployments.organizations)))
    return BlockEndorsements(channel, state, deployments.definition)


def signers_of(endorsers: Sequence[str]) -> list[Identity]:
    """The endorsers of a transaction, each once: a peer of each organisation."""
    return [Identity(msp, b"peer") for msp in dict.fromkeys(endorsers)]
