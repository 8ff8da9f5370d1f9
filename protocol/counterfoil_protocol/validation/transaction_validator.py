"""Validation codes of a block's transactions before MVCC: what Fabric's validator and VSCC decide.

As Fabric core/committer/txvalidator/v20 (validator.go, plugindispatcher/dispatcher.go) and
core/handlers/validation/builtin/v20, on the state before the block. Peers and the audit use the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..channel_config import ChannelConfig
from ..errors import MalformedMessage
from ..ledger.definitions import read_definition
from ..ledger.state import StateReader
from ..messages import chaincode_event, common, proposal, proposal_response, transaction
from ..rwset import ReadWriteSet
from ..signed_data import SignedData
from ..wire import decode
from .block_endorsements import BlockEndorsements
from .envelope_validator import CheckedEnvelope, check_envelope

VALID = int(transaction.VALID)


@dataclass(frozen=True, slots=True)
class EndorsedAction:
    """What an endorser transaction asks for, read once; `event` is a serialized ChaincodeEvent or empty."""

    chaincode: str
    version: str
    rwset: ReadWriteSet
    event: bytes = field(repr=False)
    signed_data: tuple[SignedData, ...] = field(repr=False)


class TransactionValidator:
    """Validates blocks of one channel under one configuration.

    Signatures are verified by `channel.msps`: a memo of verified signatures is plugged in there.
    """

    def __init__(self, channel: ChannelConfig) -> None:
        self.channel = channel

    def check(self, envelopes: Sequence[bytes]) -> list[CheckedEnvelope]:
        """The part that needs no ledger; it may run before the block's predecessor is committed."""
        return [check_envelope(raw, self.channel) for raw in envelopes]

    def validate(
        self,
        envelopes: Sequence[bytes],
        reader: StateReader,
        transaction_exists: Callable[[str], bool],
        checked: Sequence[CheckedEnvelope] | None = None,
    ) -> bytes:
        """One TxValidationCode for each envelope of a block.

        A configuration transaction is VALID here when its envelope is; whether its content may be applied is
        the configuration's own question.

        Args:
            envelopes: the block's transactions, serialized.
            reader: the state before the block.
            transaction_exists: whether a transaction ID is in the ledger already, valid or not.
            checked: the answer of `check` for the same envelopes, if it was asked before.
        """
        run = _BlockRun(self.channel, reader, transaction_exists)
        verdicts = checked if checked is not None else self.check(envelopes)
        codes = bytearray(run.code(verdict) for verdict in verdicts)
        seen: set[str] = set()
        for place, verdict in enumerate(verdicts):
            txid = verdict.parsed.transaction_id if verdict.parsed is not None else ""
            if codes[place] != VALID or not txid or _is_config(verdict):
                continue
            if txid in seen:
                codes[place] = transaction.DUPLICATE_TXID
            seen.add(txid)
        return bytes(codes)


class _BlockRun:
    """One block's validation."""

    def __init__(
        self, channel: ChannelConfig, reader: StateReader, transaction_exists: Callable[[str], bool]
    ) -> None:
        self._channel = channel
        self._reader = reader
        self._exists = transaction_exists
        self._endorsements = BlockEndorsements(
            channel, reader, lambda name: read_definition(self._get_state, name)
        )

    def code(self, verdict: CheckedEnvelope) -> int:
        parsed = verdict.parsed
        if verdict.code != VALID or parsed is None:
            return verdict.code
        if _is_config(verdict):
            return VALID
        if self._exists(parsed.transaction_id):
            return transaction.DUPLICATE_TXID
        action = read_action(parsed.channel_header, parsed.data)
        if isinstance(action, int):
            return action
        return self._endorsements.code(
            action.chaincode, action.rwset, lambda: self._channel.msps.valid_signers(action.signed_data)
        )

    def _get_state(self, namespace: str, key: str) -> bytes | None:
        found = self._reader.get_state(namespace, key)
        return found.value if found is not None else None


def _is_config(verdict: CheckedEnvelope) -> bool:
    return verdict.parsed is not None and verdict.parsed.header_type == common.CONFIG


@lru_cache(maxsize=1024)
def read_action(channel_header: bytes, data: bytes) -> EndorsedAction | int:
    """The transaction's one action, or the code that says what is wrong with it (dispatcher.go Dispatch).

    Remembered by its bytes: validation and commit of every peer in the process ask for the same.

    Args:
        channel_header: the serialized header.
        data: the serialized protos.Transaction.
    """
    try:
        header = decode(common.ChannelHeader, channel_header)
        extension = decode(proposal.ChaincodeHeaderExtension, header.extension)
    except MalformedMessage:
        return transaction.BAD_HEADER_EXTENSION
    try:
        actions = decode(transaction.Transaction, data).actions
        if not actions:
            return transaction.NIL_TXACTION
        payload = decode(transaction.ChaincodeActionPayload, actions[0].payload)
        endorsed = payload.action.proposal_response_payload
        response = decode(proposal_response.ProposalResponsePayload, endorsed)
        action = decode(proposal.ChaincodeAction, response.extension)
    except MalformedMessage:
        return transaction.BAD_RESPONSE_PAYLOAD
    if not endorsed or not response.extension:
        return transaction.BAD_RESPONSE_PAYLOAD
    try:
        rwset = ReadWriteSet.parse(action.results)
    except MalformedMessage:
        return transaction.BAD_RWSET
    code = _check_chaincode(extension, action)
    if code != VALID:
        return code
    signed = tuple(
        SignedData(endorsed + endorsement.endorser, endorsement.endorser, endorsement.signature)
        for endorsement in payload.action.endorsements
    )
    return EndorsedAction(action.chaincode_id.name, action.chaincode_id.version, rwset, action.events, signed)


def _check_chaincode(extension: proposal.ChaincodeHeaderExtension, action: proposal.ChaincodeAction) -> int:
    """Header and result must name the same chaincode, the result a version, the event that chaincode too."""
    if not extension.HasField("chaincode_id") or not action.HasField("chaincode_id"):
        return transaction.INVALID_OTHER_REASON
    name = extension.chaincode_id.name
    if not name or name != action.chaincode_id.name or not action.chaincode_id.version:
        return transaction.INVALID_CHAINCODE
    if action.events:
        try:
            event = decode(chaincode_event.ChaincodeEvent, action.events)
        except MalformedMessage:
            return transaction.INVALID_OTHER_REASON
        if event.chaincode_id != name:
            return transaction.INVALID_OTHER_REASON
    return VALID
