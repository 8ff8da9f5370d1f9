"""The folder of a network: where identities, ledgers, connection profiles and its state lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NetworkFolder:
    """Paths inside the folder; nothing is made by asking for one."""

    root: Path

    @property
    def crypto(self) -> Path:
        """Identities, in cryptogen's layout."""
        return self.root / "crypto"

    @property
    def genesis_block(self) -> Path:
        """The channel's genesis block (serialized common.Block)."""
        return self.root / "genesis.block"

    @property
    def orderer(self) -> Path:
        """The orderer's ledger and log."""
        return self.root / "orderer"

    def peer(self, organisation: str) -> Path:
        """An organisation's peer: ledger.db, peer.log, chaincode.log, chaincodes/."""
        return self.root / "peers" / organisation

    @property
    def connections(self) -> Path:
        """The connection profiles, one file an organisation."""
        return self.root / "connections"

    def connection_profile(self, organisation: str) -> Path:
        """An organisation's connection profile (JSON)."""
        return self.connections / f"{organisation}.json"

    @property
    def nodes(self) -> Path:
        """Which nodes there are and where they listen; kept between runs."""
        return self.root / "nodes.json"

    @property
    def joined(self) -> Path:
        """Peers of organisations that joined since, which the embedded engine runs beside its own."""
        return self.root / "joined.json"

    @property
    def state(self) -> Path:
        """What runs here, there only while it does and is ready: `NetworkState`."""
        return self.root / "network.json"

    @property
    def lock(self) -> Path:
        """The file whose lock a running network holds."""
        return self.root / "lock"

    @property
    def engine_log(self) -> Path:
        """What the engine's process writes to its standard error."""
        return self.root / "engine.log"
