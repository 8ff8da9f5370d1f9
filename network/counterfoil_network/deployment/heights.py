"""Ask every peer how long its chain is: a real call to each, as its own organisation's administrator."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from counterfoil import CounterfoilError, Gateway
from counterfoil_protocol.messages import common_ledger

from counterfoil_network.deployment.chaincode import ADMINISTRATOR
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node

_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class PeerHeight:
    """One peer's answer: the number of its blocks and the hash of the newest, or why there is none."""

    organisation: str
    host: str
    height: int
    newest_block_hash: str
    failure: str = ""


def peer_heights(folder: NetworkFolder, state: NetworkState) -> list[PeerHeight]:
    """Every peer's height by GetChainInfo, asked of the peer itself (Fabric core/scc/qscc/query.go)."""
    with ThreadPoolExecutor(len(state.peers)) as pool:
        return list(pool.map(lambda node: _height(folder, state.channel, node), state.peers))


def _height(folder: NetworkFolder, channel: str, node: Node) -> PeerHeight:
    profile = folder.connection_profile(node.organisation)
    try:
        with Gateway.from_profile(profile, ADMINISTRATOR, peer=node.host) as gateway:
            answer = (
                gateway.network(channel)
                .contract("qscc")
                .evaluate(
                    "GetChainInfo", channel, target_organizations=(node.msp_id,), timeout=_TIMEOUT_SECONDS
                )
            )
    except (CounterfoilError, OSError, ValueError) as error:
        return PeerHeight(node.organisation, node.host, 0, "", str(error))
    info = common_ledger.BlockchainInfo.FromString(answer)
    return PeerHeight(node.organisation, node.host, info.height, info.currentBlockHash.hex())
