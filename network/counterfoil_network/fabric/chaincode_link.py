"""The mutual TLS between a peer and its organisation's chaincode: two pairs, one authority of their own.

The authority signs these two certificates and its key is thrown away, so nobody but this peer is ever
admitted by the chaincode, and nothing but this chaincode is believed by the peer. All are made anew when one
runs out.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from counterfoil_network.deployment.ports import HOST
from counterfoil_network.fabric.layout import ServiceFiles
from counterfoil_network.identities.certificate_authority import create_authority, utc_now
from counterfoil_network.identities.crypto_config import AuthoritySpec
from counterfoil_network.identities.folder import whole_folder
from counterfoil_network.identities.local_msp import node_subject, write_tls

_RENEWED_BEFORE = timedelta(days=30)


def make_link(files: ServiceFiles, organisation: str, now: datetime | None = None) -> None:
    """Write the pairs, unless they are there and good for another month."""
    now = now or utc_now()
    authority_file = files.tls / "ca.crt"
    if authority_file.is_file() and _end(authority_file) > now + _RENEWED_BEFORE:
        return
    name = f"chaincode.{organisation.lower()}"
    authority = create_authority(AuthoritySpec(name, organisation, None, None, None), now)
    with whole_folder(files.tls) as folder:
        for stem in ("server", "client"):
            pair = folder / stem
            write_tls(
                pair,
                authority,
                stem,
                subject=node_subject(f"{stem}.{name}", None),
                now=now,
                alternative_names=(HOST, "localhost"),
            )
            for path in pair.iterdir():
                path.rename(folder / path.name)
            pair.rmdir()


def builder_configuration(files: ServiceFiles, address: str) -> str:
    """What the peer's builder fills a package's connection.json with: JSON in one line, its own key in it."""
    return json.dumps(
        {
            "address": address,
            "root_cert": (files.tls / "ca.crt").read_text(encoding="ascii"),
            "client_cert": (files.tls / "client.crt").read_text(encoding="ascii"),
            "client_key": (files.tls / "client.key").read_text(encoding="ascii"),
        }
    )


def service_environment(files: ServiceFiles, address: str, package_id: str, msp_id: str) -> dict[str, str]:
    """What a chaincode process is told, by the names of Fabric's samples."""
    return {
        "CHAINCODE_SERVER_ADDRESS": address,
        "CHAINCODE_ID": package_id,
        "CORE_PEER_LOCALMSPID": msp_id,
        "CHAINCODE_TLS_DISABLED": "false",
        "CHAINCODE_TLS_KEY": str(files.tls / "server.key"),
        "CHAINCODE_TLS_CERT": str(files.tls / "server.crt"),
        "CHAINCODE_CLIENT_CA_CERT": str(files.tls / "ca.crt"),
    }


def _end(certificate: Path) -> datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
