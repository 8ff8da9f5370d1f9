"""core.yaml and orderer.yaml: Fabric's defaults with what this network needs otherwise.

`templates/` holds Fabric's own default values. Everything that differs is put in here, key by key, and stands
with its reason in the table of docs/production.md; a test compares the two.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from counterfoil_network.deployment.state import Node
from counterfoil_network.fabric.layout import NodeFiles
from counterfoil_network.yaml_text import parse_yaml, yaml_text

TEMPLATES = Path(__file__).parent / "templates"
BUILDER_NAME = "counterfoil"
BUILDER_VARIABLE = "CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG"
ADDRESSES_VARIABLE = "COUNTERFOIL_CHAINCODE_ADDRESSES"

PEER_CHOICES: Mapping[str, Any] = {
    "peer.keepalive.minInterval": "5s",
    "peer.keepalive.deliveryClient.interval": "10s",
    "peer.keepalive.deliveryClient.timeout": "10s",
    "peer.gateway.broadcastTimeout": "5s",
    "peer.gossip.dialTimeout": "1s",
    "peer.gossip.reconnectInterval": "500ms",
    "peer.gossip.aliveTimeInterval": "1s",
    "peer.gossip.aliveExpirationTimeout": "10s",
    "peer.gossip.publishStateInfoInterval": "1s",
    "peer.gossip.requestStateInfoInterval": "1s",
    "peer.gossip.pvtData.pullRetryThreshold": "2s",
    "peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit": True,
    "peer.authentication.timewindow": "5m",
    "peer.tls.enabled": True,
    "operations.tls.enabled": True,
    "operations.tls.clientAuthRequired": True,
    "metrics.provider": "prometheus",
    "vm.endpoint": "",
}
"""The peer's settings that are the same on every node."""
ORDERER_CHOICES: Mapping[str, Any] = {
    "General.TLS.Enabled": True,
    "General.Keepalive.ServerMinInterval": "5s",
    "Admin.TLS.Enabled": True,
    "Operations.TLS.Enabled": True,
    "Operations.TLS.ClientAuthRequired": True,
    "Metrics.Provider": "prometheus",
}
"""The orderer's settings that are the same on every node."""
PEER_25: Mapping[str, Any] = {
    "peer.handlers.authFilters": [{"name": "DefaultAuth"}, {"name": "ExpirationCheck"}]
}
"""What a peer of Fabric 2.5 is told besides: it knows no filter TimeWindowCheck, and would end."""
ORDERER_25: Mapping[str, Any] = {"General.BootstrapMethod": "none"}
"""What an orderer of 2.5 is told besides: it would begin with a system channel, which 3 no longer has."""
UNKNOWN_TO_25 = ("General.Backoff", "General.Throttling", "General.Cluster.ReplicationPolicy")
"""Keys of orderer.yaml that came with Fabric 3: the orderer of 2.5 ends at one that it does not know."""


def peer_places(node: Node, files: NodeFiles, bootstrap: str, builder: Path) -> dict[str, Any]:
    """The peer's settings that name its own places: addresses, files, identity."""
    return {
        "peer.id": node.host,
        "peer.networkId": "counterfoil",
        "peer.localMspId": node.msp_id,
        "peer.mspConfigPath": str(files.msp),
        "peer.listenAddress": node.address,
        "peer.address": node.address,
        "peer.chaincodeListenAddress": node.chaincode_support,
        "peer.chaincodeAddress": node.chaincode_support,
        "peer.gossip.bootstrap": bootstrap,
        "peer.gossip.endpoint": node.address,
        "peer.gossip.externalEndpoint": node.address,
        "peer.tls.cert.file": str(files.tls_certificate),
        "peer.tls.key.file": str(files.tls_key),
        "peer.tls.rootcert.file": str(files.tls_authority),
        "peer.tls.clientRootCAs.files": [str(files.tls_authority)],
        "peer.fileSystemPath": str(files.ledger),
        "ledger.snapshots.rootDir": str(files.ledger / "snapshots"),
        "chaincode.externalBuilders": [
            {
                "name": BUILDER_NAME,
                "path": str(builder),
                "propagateEnvironment": [BUILDER_VARIABLE, ADDRESSES_VARIABLE],
            }
        ],
        "operations.listenAddress": node.operations,
        "operations.tls.cert.file": str(files.tls_certificate),
        "operations.tls.key.file": str(files.tls_key),
        "operations.tls.clientRootCAs.files": [str(files.tls_authority)],
    }


def orderer_places(node: Node, files: NodeFiles) -> dict[str, Any]:
    """The orderer's settings that name its own places: addresses, files, identity."""
    host, _, port = node.address.rpartition(":")
    return {
        "General.ListenAddress": host,
        "General.ListenPort": int(port),
        "General.LocalMSPID": node.msp_id,
        "General.LocalMSPDir": str(files.msp),
        "General.TLS.PrivateKey": str(files.tls_key),
        "General.TLS.Certificate": str(files.tls_certificate),
        "General.TLS.RootCAs": [str(files.tls_authority)],
        "FileLedger.Location": str(files.ledger),
        "Consensus.WALDir": str(files.ledger / "etcdraft" / "wal"),
        "Consensus.SnapDir": str(files.ledger / "etcdraft" / "snapshot"),
        "Admin.ListenAddress": node.admin,
        "Admin.TLS.Certificate": str(files.tls_certificate),
        "Admin.TLS.PrivateKey": str(files.tls_key),
        "Admin.TLS.ClientRootCAs": [str(files.tls_authority)],
        "Operations.ListenAddress": node.operations,
        "Operations.TLS.Certificate": str(files.tls_certificate),
        "Operations.TLS.PrivateKey": str(files.tls_key),
        "Operations.TLS.ClientRootCAs": [str(files.tls_authority)],
    }


def write_peer(node: Node, files: NodeFiles, bootstrap: str, builder: Path, *, is_25: bool = False) -> None:
    """Write a peer's core.yaml, for Fabric 2.5 if so said."""
    values = {
        **PEER_CHOICES,
        **peer_places(node, files, bootstrap, builder),
        **(PEER_25 if is_25 else {}),
    }
    _write(files.root / "core.yaml", with_settings("core.yaml", values))


def write_orderer(node: Node, files: NodeFiles, *, is_25: bool = False) -> None:
    """Write an orderer's orderer.yaml, for Fabric 2.5 if so said."""
    values = {**ORDERER_CHOICES, **orderer_places(node, files), **(ORDERER_25 if is_25 else {})}
    document = with_settings("orderer.yaml", values)
    for key in UNKNOWN_TO_25 if is_25 else ():
        *parents, last = key.split(".")
        place = document
        for parent in parents:
            place = place[parent]
        del place[last]
    _write(files.root / "orderer.yaml", document)


def with_settings(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A template's document with the values put in at their dotted keys."""
    document: dict[str, Any] = parse_yaml((TEMPLATES / template).read_text(encoding="utf-8"))
    for key, value in values.items():
        *parents, last = key.split(".")
        place = document
        for parent in parents:
            place = place[parent]
        place[last] = value
    return document


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """In one step, for a program that restarts at this moment reads the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(yaml_text(document), encoding="utf-8")
    os.replace(partial, path)
