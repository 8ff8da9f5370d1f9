"""Where a node of Fabric keeps what: one folder a node, inside its organisation's."""

from dataclasses import dataclass
from pathlib import Path

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import Node
from counterfoil_network.identities.tls_folder import TlsFolder


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """The files of one peer or orderer; `root` also is its FABRIC_CFG_PATH."""

    root: Path
    crypto: Path
    kind: str

    @property
    def ledger(self) -> Path:
        """What it keeps."""
        return self.root / "ledger"

    @property
    def log(self) -> Path:
        """What it says."""
        return self.root / f"{self.kind}.log"

    @property
    def msp(self) -> Path:
        """Its local MSP."""
        return self.crypto / "msp"

    @property
    def tls_certificate(self) -> Path:
        """Its TLS certificate, for both ends of a connection (PEM)."""
        return TlsFolder(self.crypto / "tls").certificate

    @property
    def tls_key(self) -> Path:
        """The key of that."""
        return TlsFolder(self.crypto / "tls").key

    @property
    def tls_authority(self) -> Path:
        """Certificates of the authorities that signed it (PEM)."""
        return TlsFolder(self.crypto / "tls").authorities


@dataclass(frozen=True, slots=True)
class ServiceFiles:
    """An organisation's chaincode processes: TLS pairs, addresses by label, unpacked packages, log."""

    root: Path

    @property
    def tls(self) -> Path:
        """Pairs of the chaincode (server) and of the peer towards it (client), and their authority."""
        return self.root / "tls"

    @property
    def addresses(self) -> Path:
        """One file a package label: the address at which the next package of that label is installed."""
        return self.root / "addresses"

    @property
    def services(self) -> Path:
        """Which packages are served where (JSON), kept between runs."""
        return self.root / "services.json"

    @property
    def log(self) -> Path:
        """What the chaincode says."""
        return self.root / "chaincode.log"

    def unpacked(self, package_id: str) -> Path:
        """The package's own files."""
        return self.root / "packages" / package_id.replace(":", ".")


def node_files(folder: NetworkFolder, node: Node) -> NodeFiles:
    """A node's folder: `orderer/<name>` or `peers/<organisation>/<name>`."""
    parent = folder.orderer if node.kind == "orderer" else folder.peer(node.organisation)
    return NodeFiles(parent / node.host.partition(".")[0], folder.root / node.crypto, node.kind)


def service_files(folder: NetworkFolder, organisation: str) -> ServiceFiles:
    """An organisation's folder for chaincode."""
    return ServiceFiles(folder.peer(organisation) / "chaincode")


def builder_folder(folder: NetworkFolder) -> Path:
    """Where bin/{detect,build,release} lie."""
    return folder.root / "builder"
