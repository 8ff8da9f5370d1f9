"""`cscc`: the channel's configuration and the peer's channels (core/scc/cscc/configure.go), reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.messages import query

from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.system_chaincodes.response import error, success

if TYPE_CHECKING:
    from counterfoil_protocol.messages import proposal_response

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
    from counterfoil_network.embedded.peer.access_control import AccessControl
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation

NAME = "cscc"
_OF_CHANNEL = frozenset({"GetConfigBlock", "GetChannelConfig"})
_WITHOUT_CHANNEL = frozenset({"GetChannels", "JoinBySnapshotStatus"})
_WITH_CHANNEL = 2


class PeerConfigurer:
    """The system chaincode; joining channels is the engine's business and is refused here."""

    def __init__(self, channel: Channel, access: AccessControl, ledger: PeerLedger) -> None:
        self._channel = channel
        self._access = access
        self._ledger = ledger

    def invoke(self, invocation: Invocation) -> proposal_response.Response:
        """Answer one query."""
        args = invocation.args
        if not args:
            return error("Incorrect number of arguments, 0")
        function = args[0].decode(errors="replace")
        if function not in _WITHOUT_CHANNEL and len(args) < _WITH_CHANNEL:
            return error(f"Incorrect number of arguments, {len(args)}")
        if invocation.proposed != NAME:
            return error(
                "Rejecting invoke of CSCC from another chaincode, original invocation for "
                f"'{invocation.proposed}'"
            )
        if function == "GetChannels":
            return self._allowed(function, "", f"[{function}]", invocation)
        if function not in _OF_CHANNEL:
            return error(f"Requested function {function} not found.")
        channel_id = args[1].decode(errors="replace")
        if function == "GetChannelConfig" and not channel_id:
            return error("empty channel name provided")
        return self._allowed(function, channel_id, f"[{function}][{channel_id}]", invocation)

    def _allowed(
        self, function: str, channel_id: str, told: str, invocation: Invocation
    ) -> proposal_response.Response:
        try:
            self._access.check_proposal(f"{NAME}/{function}", channel_id, invocation)
        except AccessDenied as denied:
            return error(f"access denied for {told}: {denied}")
        return self._answer(function)

    def _answer(self, function: str) -> proposal_response.Response:
        if function == "GetChannels":
            channels = query.ChannelQueryResponse(
                channels=[query.ChannelInfo(channel_id=self._channel.channel_id)]
            )
            return success(channels.SerializeToString())
        if function == "GetChannelConfig":
            return success(self._channel.config.config.SerializeToString())
        block = self._ledger.last_config_block()
        if block is None:
            return error("Unknown chain ID")
        return success(block.SerializeToString())
