"""Each conversation with the gateway as one generator; the drivers run them, blocking or on asyncio."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from counterfoil_protocol.messages import gateway, transaction

from ._calls import Call, Flow, Step, ask
from ._errors import (
    CommitError,
    CommitStatusError,
    CommitUnknown,
    EndorseError,
    EvaluateError,
    GatewayError,
    SubmitError,
)
from ._session import Deadlines, Session
from ._steps import ProposalData, Status, TransactionData

_SERVICE = "/gateway.Gateway/"
_ASK_FIRST_SECONDS_MAX = 3.0


def evaluate(session: Session, data: ProposalData, timeout: float | None) -> Flow[bytes]:
    """Run the proposal on one peer and give the chaincode's response payload.

    Raises:
        EvaluateError: refused or failed.
    """
    session.check_process()
    request = gateway.EvaluateRequest(
        transaction_id=data.transaction_id,
        channel_id=data.channel,
        proposed_transaction=data.signed(session),
        target_organizations=data.organizations,
    )
    reply = yield from ask(
        Call(
            _SERVICE + "Evaluate",
            request,
            gateway.EvaluateResponse,
            timeout or session.deadlines.evaluate,
            EvaluateError,
            data.transaction_id,
        )
    )
    return reply.result.payload


def endorse(session: Session, data: ProposalData, timeout: float | None) -> Flow[TransactionData]:
    """Collect the endorsements and give the prepared transaction, checked against the proposal.

    Raises:
        EndorseError: refused or failed.
        ValueError: the gateway prepared something else.
    """
    session.check_process()
    request = gateway.EndorseRequest(
        transaction_id=data.transaction_id,
        channel_id=data.channel,
        proposed_transaction=data.signed(session),
        endorsing_organizations=data.organizations,
    )
    reply = yield from ask(
        Call(
            _SERVICE + "Endorse",
            request,
            gateway.EndorseResponse,
            timeout or session.deadlines.endorse,
            EndorseError,
            data.transaction_id,
        )
    )
    prepared = TransactionData.from_envelope(reply.prepared_transaction)
    prepared.check_answers(data)
    return prepared


def submit(session: Session, data: TransactionData, timeout: float | None) -> Flow[TransactionData]:
    """Hand the signed envelope to the ordering service and give it back signed.

    Raises:
        SubmitError: refused or failed; see ``may_have_arrived``.
    """
    session.check_process()
    signed = data.signed(session)
    request = gateway.SubmitRequest(
        transaction_id=data.transaction_id, channel_id=data.channel, prepared_transaction=signed.envelope
    )
    yield from ask(
        Call(
            _SERVICE + "Submit",
            request,
            gateway.SubmitResponse,
            timeout or session.deadlines.submit,
            SubmitError,
            data.transaction_id,
        )
    )
    return signed


def sign_status_request(
    session: Session, channel: str, transaction_id: str
) -> gateway.SignedCommitStatusRequest:
    """The signed question what became of a transaction."""
    request = commit_status_request(session, channel, transaction_id)
    return gateway.SignedCommitStatusRequest(request=request, signature=session.sign(request))


def commit_status_request(session: Session, channel: str, transaction_id: str) -> bytes:
    """The question what became of a transaction, not yet signed."""
    return gateway.CommitStatusRequest(
        transaction_id=transaction_id, channel_id=channel, identity=session.creator
    ).SerializeToString()


def commit_status(
    session: Session, transaction_id: str, request: gateway.SignedCommitStatusRequest, timeout: float | None
) -> Flow[Status]:
    """Wait until the gateway's own peer has the transaction in a block.

    Raises:
        CommitStatusError: not known within the deadline, or refused.
    """
    session.check_process()
    reply = yield from ask(
        Call(
            _SERVICE + "CommitStatus",
            request,
            gateway.CommitStatusResponse,
            timeout or session.deadlines.commit_status,
            CommitStatusError,
            transaction_id,
        )
    )
    return Status(transaction_id, reply.result, _code_name(reply.result), reply.block_number)


def submit_nowait(session: Session, data: ProposalData, deadlines: Deadlines) -> Flow[TransactionData]:
    """Endorse and submit, not waiting for the commit.

    Raises:
        EndorseError, SubmitError: it is certainly not ordered.
        CommitUnknown: it may be ordered.
    """
    prepared = yield from endorse(session, data, deadlines.endorse)
    signed = prepared.signed(session)
    yield from _deliver(session, signed, deadlines)
    return signed


def submit_and_wait(session: Session, data: ProposalData, deadlines: Deadlines) -> Flow[bytes]:
    """Endorse, submit, wait for the commit; give the chaincode's response payload.

    Raises:
        EndorseError, SubmitError: it is certainly not ordered.
        CommitUnknown: nobody knows.
        CommitError: it is in a block and invalid.
    """
    signed = yield from submit_nowait(session, data, deadlines)
    status = yield from outcome(session, signed, deadlines)
    if not status.successful:
        raise CommitError(status.transaction_id, status.code, status.name, status.block_number)
    return signed.result


def outcome(session: Session, signed: TransactionData, deadlines: Deadlines) -> Flow[Status]:
    """The status of a submitted transaction.

    Raises:
        CommitUnknown: it could not be read.
    """
    request = sign_status_request(session, signed.channel, signed.transaction_id)
    try:
        return (yield from commit_status(session, signed.transaction_id, request, deadlines.commit_status))
    except CommitStatusError as error:
        raise _unknown(signed, error) from error


def settle(session: Session, signed: TransactionData, deadlines: Deadlines) -> Flow[Status]:
    """Find out what became of a transaction, resending the same envelope where nobody has seen it.

    The peer answers for the first copy ordered; a second one is flagged DUPLICATE_TXID and changes nothing.
    Asked with a short deadline first: about one that never reached an orderer the peer waits for ever.

    Raises:
        CommitUnknown: still unknown.
    """
    if not signed.signature:
        raise ValueError(
            "a transaction that was never signed was never submitted: there is nothing to settle"
        )
    brief = replace(deadlines, commit_status=min(deadlines.commit_status, _ASK_FIRST_SECONDS_MAX))
    try:
        return (yield from outcome(session, signed, brief))
    except CommitUnknown:
        pass
    try:
        yield from submit(session, signed, deadlines.submit)
    except SubmitError as error:
        # The refusal of the copy says nothing about the original.
        raise _unknown(signed, error) from error
    return (yield from outcome(session, signed, deadlines))


def _deliver(session: Session, signed: TransactionData, deadlines: Deadlines) -> Generator[Step, Any, None]:
    try:
        yield from submit(session, signed, deadlines.submit)
    except SubmitError as error:
        if error.may_have_arrived:
            raise _unknown(signed, error) from error
        raise


def _unknown(signed: TransactionData, cause: GatewayError) -> CommitUnknown:
    return CommitUnknown(signed.transaction_id, signed.serialize(), str(cause))


def _code_name(code: int) -> str:
    known = transaction.TxValidationCode.DESCRIPTOR.values_by_number.get(code)
    return known.name if known else f"UNKNOWN_CODE_{code}"
