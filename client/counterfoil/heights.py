"""How many blocks an organisation's peer has, and waiting for more.

A commit status is the word of one peer. Another may be some blocks behind, and answers from what it has.
"""

import time

from counterfoil_protocol.messages import common_ledger

from ._errors import GatewayError
from ._network import Network

_POLL_SECONDS = 0.05
ANSWER_SECONDS = 5.0
"""Within which a peer that is well answers."""


def height(network: Network, msp_id: str, *, timeout: float | None = None) -> int:
    """The number of blocks that the peer of an organisation has (Fabric core/scc/qscc/query.go GetChainInfo).

    ``timeout`` is in seconds, by default the gateway's for an evaluate.

    Raises:
        EvaluateError: no peer of it answers, or the channel's ACL keeps `qscc` from the caller.
    """
    answer = network.contract("qscc").evaluate(
        "GetChainInfo", network.name, target_organizations=(msp_id,), timeout=timeout
    )
    return common_ledger.BlockchainInfo.FromString(answer).height


def await_height(network: Network, msp_id: str, blocks: int, seconds: float) -> bool:
    """Wait until the peer of an organisation has so many blocks, for so many seconds; whether it has.

    A peer that does not answer, or not in five seconds, counts as one that has not, at once.
    """
    until = time.monotonic() + seconds
    try:
        while height(network, msp_id, timeout=ANSWER_SECONDS) < blocks:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
    except GatewayError:
        return False
    return True
