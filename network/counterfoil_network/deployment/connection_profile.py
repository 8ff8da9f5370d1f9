"""Connection profiles: one JSON file an organisation, in the form of Fabric's common connection profile.

Applications read one of these and need nothing else: where the organisation's peer listens, by which name and
authority its TLS certificate is checked, and where its identities lie (`users`, our addition). Paths start at
the profile's folder, so the network's folder can be moved as a whole.
"""

import json
from pathlib import Path
from typing import Any

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.identities import OrganisationFolder
from counterfoil_network.identities.key_store import key_of, signing_certificate


def write_connection_profile(
    folder: NetworkFolder, state: NetworkState, organisation: OrganisationFolder
) -> Path:
    """Write the profile of a peer organisation; give its path."""
    path = folder.connection_profile(organisation.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = connection_profile(state, organisation, folder.connections)
    path.write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")
    return path


def connection_profile(state: NetworkState, organisation: OrganisationFolder, start: Path) -> dict[str, Any]:
    """The profile's document, with paths relative to `start` (a folder inside the network's folder)."""
    nodes = [node for node in state.peers if node.organisation == organisation.name]
    return {
        "name": f"{state.channel}-{organisation.name}",
        "version": "1.0.0",
        "client": {"organization": organisation.name},
        "channels": {state.channel: {"peers": {node.host: {} for node in nodes}}},
        "organizations": {
            organisation.name: {
                "mspid": nodes[0].msp_id,
                "peers": [node.host for node in nodes],
                "users": {name: _user(organisation, name, start) for name in organisation.users},
            }
        },
        "peers": {node.host: _peer(node, organisation, start) for node in nodes},
    }


def _peer(node: Node, organisation: OrganisationFolder, start: Path) -> dict[str, Any]:
    return {
        "url": f"grpcs://{node.address}",
        "tlsCACerts": {"path": _relative(organisation.tls_authority_certificate, start)},
        "grpcOptions": {"ssl-target-name-override": node.host},
    }


def _user(organisation: OrganisationFolder, name: str, start: Path) -> dict[str, Any]:
    msp = organisation.user_msp(name)
    certificate = signing_certificate(msp)
    return {
        "cert": {"path": _relative(certificate, start)},
        "key": {"path": _relative(key_of(certificate, msp / "keystore"), start)},
    }


def _relative(path: Path, start: Path) -> str:
    """Path.relative_to climbs only from Python 3.12 on; both lie in the network's folder."""
    return str(Path("..") / path.relative_to(start.parent))
