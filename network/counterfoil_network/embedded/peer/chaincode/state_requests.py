"""Answers to a chaincode's requests on single keys; each takes the request's payload and gives the answer's.

Source: core/chaincode/handler.go HandleGetState, HandlePutState and so on. Permissions and other refusals are
the simulator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.messages import chaincode_shim

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_protocol.ledger.simulator import Simulator

    from counterfoil_network.embedded.peer.chaincode.transaction_context import TransactionContext

    Request = Callable[[bytes, TransactionContext, Simulator], bytes]

_Message = chaincode_shim.ChaincodeMessage


def check_private(context: TransactionContext) -> None:
    """Refuse private data in Init, as Fabric does."""
    if context.is_init:
        raise ChaincodeFailure("private data APIs are not allowed in chaincode Init()")


def _get_state(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetState.FromString(payload)
    if request.collection:
        check_private(context)
        return simulator.get_private(context.namespace, request.collection, request.key) or b""
    return simulator.get_state(context.namespace, request.key) or b""


def _get_states(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetStateMultiple.FromString(payload)
    if request.collection:
        check_private(context)
        values = simulator.get_privates(context.namespace, request.collection, request.keys)
    else:
        values = simulator.get_states(context.namespace, request.keys)
    return chaincode_shim.GetStateMultipleResult(
        values=[value or b"" for value in values]
    ).SerializeToString()


def _get_private_hash(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetState.FromString(payload)
    check_private(context)
    return simulator.get_private_hash(context.namespace, request.collection, request.key) or b""


def _get_metadata(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.GetStateMetadata.FromString(payload)
    if request.collection:
        check_private(context)
        metadata = simulator.get_private_metadata(context.namespace, request.collection, request.key)
    else:
        metadata = simulator.get_state_metadata(context.namespace, request.key)
    entries = [chaincode_shim.StateMetadata(metakey=name, value=value) for name, value in metadata.items()]
    return chaincode_shim.StateMetadataResult(entries=entries).SerializeToString()


def _put_state(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.PutState.FromString(payload)
    if request.collection:
        check_private(context)
        simulator.put_private(context.namespace, request.collection, request.key, request.value)
    else:
        simulator.put_state(context.namespace, request.key, request.value)
    return b""


def _put_metadata(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.PutStateMetadata.FromString(payload)
    metadata = {request.metadata.metakey: request.metadata.value}
    if request.collection:
        check_private(context)
        simulator.set_private_metadata(context.namespace, request.collection, request.key, metadata)
    else:
        simulator.set_state_metadata(context.namespace, request.key, metadata)
    return b""


def _del_state(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.DelState.FromString(payload)
    if request.collection:
        check_private(context)
        simulator.del_private(context.namespace, request.collection, request.key)
    else:
        simulator.del_state(context.namespace, request.key)
    return b""


def _purge(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    request = chaincode_shim.DelState.FromString(payload)
    if not request.collection:
        raise ChaincodeFailure("only applicable for private data")
    check_private(context)
    simulator.purge_private(context.namespace, request.collection, request.key)
    return b""


STATE_REQUESTS: dict[int, Request] = {
    _Message.GET_STATE: _get_state,
    _Message.GET_STATE_MULTIPLE: _get_states,
    _Message.GET_PRIVATE_DATA_HASH: _get_private_hash,
    _Message.GET_STATE_METADATA: _get_metadata,
    _Message.PUT_STATE: _put_state,
    _Message.PUT_STATE_METADATA: _put_metadata,
    _Message.DEL_STATE: _del_state,
    _Message.PURGE_PRIVATE_DATA: _purge,
}
"""Which function answers which type of message."""
