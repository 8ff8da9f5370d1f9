"""`qscc`: blocks and transactions of the own peer's ledger (core/scc/qscc/query.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.messages import common, common_ledger

from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.system_chaincodes.response import error, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_protocol.messages import proposal_response

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
    from counterfoil_network.embedded.ledger.view import LedgerView
    from counterfoil_network.embedded.peer.access_control import AccessControl
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation

NAME = "qscc"
_LEAST_ARGUMENTS = 2
_WITH_KEY = 3
_LARGEST_NUMBER = str(2**64 - 1)


class LedgerQuerier:
    """The system chaincode."""

    def __init__(self, channel: Channel, access: AccessControl, ledger: PeerLedger) -> None:
        self._channel = channel
        self._access = access
        self._ledger = ledger

    def invoke(self, invocation: Invocation) -> proposal_response.Response:
        """Answer one query; only a client may ask, no chaincode."""
        args = invocation.args
        if len(args) < _LEAST_ARGUMENTS:
            return error(f"Incorrect number of arguments, {len(args)}")
        function, channel_id = args[0].decode(errors="replace"), args[1].decode(errors="replace")
        if invocation.proposed != NAME:
            return error(
                "Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, "
                f"original invocation for '{invocation.proposed}'"
            )
        if function != "GetChainInfo" and len(args) < _WITH_KEY:
            return error(f"missing 3rd argument for {function}")
        if channel_id != self._channel.channel_id:
            return error(f"Invalid chain ID, {channel_id}")
        try:
            self._access.check_proposal(f"{NAME}/{function}", channel_id, invocation)
        except AccessDenied as denied:
            return error(f"access denied for [{function}][{channel_id}]: [{denied}]")
        answer = _FUNCTIONS.get(function)
        if answer is None:
            return error(f"Requested function {function} not found.")
        with self._ledger.snapshot() as view:
            return answer(view, args[2] if len(args) >= _WITH_KEY else b"")


def _chain_info(view: LedgerView, _: bytes) -> proposal_response.Response:
    last = view.block(view.height - 1)
    info = common_ledger.BlockchainInfo(
        height=view.height,
        currentBlockHash=view.block_hash(view.height - 1) or b"",
        previousBlockHash=last.header.previous_hash if last is not None else b"",
    )
    return success(info.SerializeToString())


def _block_by_number(view: LedgerView, key: bytes) -> proposal_response.Response:
    text = key.decode(errors="replace")
    if not (text.isascii() and text.isdigit()):
        return error(
            f'Failed to parse block number with error strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    digits = text.lstrip("0") or "0"
    # Compared by length first: Python refuses to read thousands of digits as a number at all.
    if len(digits) > len(_LARGEST_NUMBER) or int(digits) > int(_LARGEST_NUMBER):
        return error(
            f'Failed to parse block number with error strconv.ParseUint: parsing "{text}": value out of range'
        )
    number = int(digits)
    block = view.block(number) if number < view.height else None
    if block is None:
        return error(f"Failed to get block number {number}, error no such block number [{number}] in index")
    return success(block.SerializeToString())


def _block_by_hash(view: LedgerView, key: bytes) -> proposal_response.Response:
    number = view.block_number_by_hash(key)
    block = view.block(number) if number is not None else None
    if block is None:
        text = key.decode(errors="replace")
        return error(f"Failed to get block hash {text}, error no such block hash [{key.hex()}] in index")
    return success(block.SerializeToString())


def _transaction_by_id(view: LedgerView, key: bytes) -> proposal_response.Response:
    txid = key.decode(errors="replace")
    found = view.transaction(txid)
    if found is None:
        return error(
            f"Failed to get transaction with id {txid}, error no such transaction ID [{txid}] in index"
        )
    return success(found.SerializeToString())


def _block_by_transaction(view: LedgerView, key: bytes) -> proposal_response.Response:
    txid = key.decode(errors="replace")
    status = view.transaction_status(txid)
    block: common.Block | None = view.block(status.block) if status is not None else None
    if block is None:
        return error(f"Failed to get block for txID {txid}, error no such transaction ID [{txid}] in index")
    return success(block.SerializeToString())


_FUNCTIONS: dict[str, Callable[[LedgerView, bytes], proposal_response.Response]] = {
    "GetChainInfo": _chain_info,
    "GetBlockByNumber": _block_by_number,
    "GetBlockByHash": _block_by_hash,
    "GetTransactionByID": _transaction_by_id,
    "GetBlockByTxID": _block_by_transaction,
}
