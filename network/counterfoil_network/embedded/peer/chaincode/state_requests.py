"""Answers to a chaincode's requests on single keys; each takes the request's payload and gives the answer's.

Source: core/chaincode/handler.go HandleGetState, HandlePutState and so on. Permissions and other refusals are
the simulator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.messages import chaincode, chaincode_shim

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_protocol.ledger.simulator import Simulator

    from counterfoil_network.embedded.peer.chaincode.transaction_context import TransactionContext

    Request = Callable[[bytes, TransactionContext, Simulator], bytes]
    Put = chaincode_shim.PutState | chaincode_shim.WriteRecord
    Delete = chaincode_shim.DelState | chaincode_shim.WriteRecord
    PutMetadata = chaincode_shim.PutStateMetadata | chaincode_shim.WriteRecord

_Message = chaincode_shim.ChaincodeMessage
BATCH_SIZE = 1000
"""Writes, and reads, in one message (core.yaml chaincode.runtimeParams)."""


def features() -> bytes:
    """What READY tells the chaincode: writes may come in batches, and several keys be read at once."""
    return chaincode.ChaincodeAdditionalParams(
        use_write_batch=True,
        max_size_write_batch=BATCH_SIZE,
        use_get_multiple_keys=True,
        max_size_get_multiple_keys=BATCH_SIZE,
    ).SerializeToString()


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
    _put(chaincode_shim.PutState.FromString(payload), context, simulator)
    return b""


def _del_state(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    _delete(chaincode_shim.DelState.FromString(payload), context, simulator)
    return b""


def _purge_state(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    _purge(chaincode_shim.DelState.FromString(payload), context, simulator)
    return b""


def _put_state_metadata(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    _put_metadata(chaincode_shim.PutStateMetadata.FromString(payload), context, simulator)
    return b""


def _write_batch(payload: bytes, context: TransactionContext, simulator: Simulator) -> bytes:
    kinds = chaincode_shim.WriteRecord
    for record in chaincode_shim.WriteBatchState.FromString(payload).rec:
        if record.type == kinds.PUT_STATE:
            _put(record, context, simulator)
        elif record.type == kinds.DEL_STATE:
            _delete(record, context, simulator)
        elif record.type == kinds.PURGE_PRIVATE_DATA:
            _purge(record, context, simulator)
        elif record.type == kinds.PUT_STATE_METADATA:
            _put_metadata(record, context, simulator)
        else:
            raise ChaincodeFailure("unknown operation type")
    return b""


def _put(write: Put, context: TransactionContext, simulator: Simulator) -> None:
    if write.collection:
        check_private(context)
        simulator.put_private(context.namespace, write.collection, write.key, write.value)
    else:
        simulator.put_state(context.namespace, write.key, write.value)


def _delete(write: Delete, context: TransactionContext, simulator: Simulator) -> None:
    if write.collection:
        check_private(context)
        simulator.del_private(context.namespace, write.collection, write.key)
    else:
        simulator.del_state(context.namespace, write.key)


def _purge(write: Delete, context: TransactionContext, simulator: Simulator) -> None:
    if not write.collection:
        raise ChaincodeFailure("only applicable for private data")
    check_private(context)
    simulator.purge_private(context.namespace, write.collection, write.key)


def _put_metadata(write: PutMetadata, context: TransactionContext, simulator: Simulator) -> None:
    metadata = {write.metadata.metakey: write.metadata.value}
    if write.collection:
        check_private(context)
        simulator.set_private_metadata(context.namespace, write.collection, write.key, metadata)
    else:
        simulator.set_state_metadata(context.namespace, write.key, metadata)


STATE_REQUESTS: dict[int, Request] = {
    _Message.GET_STATE: _get_state,
    _Message.GET_STATE_MULTIPLE: _get_states,
    _Message.GET_PRIVATE_DATA_HASH: _get_private_hash,
    _Message.GET_STATE_METADATA: _get_metadata,
    _Message.PUT_STATE: _put_state,
    _Message.PUT_STATE_METADATA: _put_state_metadata,
    _Message.DEL_STATE: _del_state,
    _Message.PURGE_PRIVATE_DATA: _purge_state,
    _Message.WRITE_BATCH_STATE: _write_batch,
}
"""Which function answers which type of message."""
