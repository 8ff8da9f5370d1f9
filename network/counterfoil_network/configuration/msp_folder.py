"""Read a verifying MSP folder into the message that the channel configuration holds.

As Fabric msp/configbuilder.go getMspConfig: files in the order of their names, what is no PEM is passed over.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from counterfoil_protocol.messages import msp_config

from counterfoil_network.configuration.errors import ConfigurationError

_FABRIC = 0
"""MSPConfig.type of an X.509 MSP (msp/msp.go ProviderType)."""


def read_msp_folder(folder: Path, msp_id: str) -> msp_config.MSPConfig:
    """The MSP's configuration.

    Raises:
        ConfigurationError: there is no root certificate, or config.yaml cannot be read.
    """
    roots = _certificates(folder / "cacerts")
    if not roots:
        raise ConfigurationError(f"{msp_id}: no CA certificate in {folder / 'cacerts'}")
    configuration = _configuration(folder)
    message = msp_config.FabricMSPConfig(
        name=msp_id,
        root_certs=roots,
        intermediate_certs=_certificates(folder / "intermediatecerts"),
        admins=_certificates(folder / "admincerts"),
        revocation_list=_certificates(folder / "crls"),
        crypto_config=msp_config.FabricCryptoConfig(
            signature_hash_family="SHA2", identity_identifier_hash_function="SHA256"
        ),
        tls_root_certs=_certificates(folder / "tlscacerts"),
        tls_intermediate_certs=_certificates(folder / "tlsintermediatecerts"),
        organizational_unit_identifiers=[
            msp_config.FabricOUIdentifier(
                certificate=(folder / entry["Certificate"]).read_bytes(),
                organizational_unit_identifier=entry["OrganizationalUnitIdentifier"],
            )
            for entry in configuration.get("OrganizationalUnitIdentifiers") or ()
        ],
    )
    node_ous = configuration.get("NodeOUs") or {}
    if node_ous.get("Enable"):
        message.fabric_node_ous.CopyFrom(_node_ous(folder, node_ous))
    return msp_config.MSPConfig(type=_FABRIC, config=message.SerializeToString(deterministic=True))


def _certificates(folder: Path) -> list[bytes]:
    if not folder.is_dir():
        return []
    contents = (path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
    return [content for content in contents if b"-----BEGIN " in content]


def _configuration(folder: Path) -> Mapping[str, Any]:
    path = folder / "config.yaml"
    if not path.exists():
        return {}
    try:
        configuration = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    return configuration or {}


def _node_ous(folder: Path, configuration: Mapping[str, Any]) -> msp_config.FabricNodeOUs:
    def identifier(key: str) -> msp_config.FabricOUIdentifier | None:
        entry = configuration.get(key) or {}
        if not entry.get("OrganizationalUnitIdentifier"):
            return None
        certificate = entry.get("Certificate")
        path = folder / certificate if certificate else None
        return msp_config.FabricOUIdentifier(
            organizational_unit_identifier=entry["OrganizationalUnitIdentifier"],
            certificate=path.read_bytes() if path is not None and path.is_file() else b"",
        )

    return msp_config.FabricNodeOUs(
        enable=True,
        client_ou_identifier=identifier("ClientOUIdentifier"),
        peer_ou_identifier=identifier("PeerOUIdentifier"),
        admin_ou_identifier=identifier("AdminOUIdentifier"),
        orderer_ou_identifier=identifier("OrdererOUIdentifier"),
    )
