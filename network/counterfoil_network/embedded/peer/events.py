"""What clients see of a committed block: chaincode events, filtered blocks (core/peer/deliverevents.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.block import transactions_filter
from counterfoil_protocol.envelope import parse_actions, parse_envelope
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode_event, common, events, transaction
from counterfoil_protocol.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil_protocol.envelope import ParsedTransaction


def block_events(block: common.Block) -> Iterator[chaincode_event.ChaincodeEvent]:
    """Yield the chaincode events of a block's VALID transactions, in order."""
    for envelope, code in zip(block.data.data, transactions_filter(block), strict=True):
        if code != transaction.VALID:
            continue
        parsed = parse_envelope(envelope)
        if parsed.header_type == common.ENDORSER_TRANSACTION:
            yield from _events(parsed)


def filtered_block(block: common.Block) -> events.FilteredBlock:
    """Return a block without arguments, results and payloads: ids, codes, names of events."""
    filtered = events.FilteredBlock(number=block.header.number)
    for envelope, code in zip(block.data.data, transactions_filter(block), strict=True):
        try:
            parsed = parse_envelope(envelope)
        except MalformedMessage:
            continue
        filtered.channel_id = parsed.channel_id
        entry = filtered.filtered_transactions.add(txid=parsed.transaction_id)
        # Both numbers came out of messages of these types; the stubs want the enums' own class.
        entry.type = parsed.header_type  # type: ignore[assignment]  # an enum's number
        entry.tx_validation_code = code  # type: ignore[assignment]  # an enum's number
        if parsed.header_type == common.ENDORSER_TRANSACTION:
            entry.transaction_actions.SetInParent()
            for event in _events(parsed):
                entry.transaction_actions.chaincode_actions.add(
                    chaincode_event=chaincode_event.ChaincodeEvent(
                        tx_id=event.tx_id, chaincode_id=event.chaincode_id, event_name=event.event_name
                    )
                )
    return filtered


def _events(parsed: ParsedTransaction) -> Iterator[chaincode_event.ChaincodeEvent]:
    try:
        actions = parse_actions(parsed.data)
        for action in actions:
            event = decode(chaincode_event.ChaincodeEvent, action.payload.event)
            if event.chaincode_id:
                yield event
    except MalformedMessage:
        return
