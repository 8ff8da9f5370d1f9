"""A transport document that was read, as the contract `freight_payment` takes it: stated, or asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_contracts.freight_payment import operations

if TYPE_CHECKING:
    from datetime import date

    from counterfoil_documents.transport import TransportDocument


def stated(document: TransportDocument) -> operations.TransportDocument:
    """As the port's oracle states it."""
    return operations.TransportDocument(
        carrier=document.carrier,
        number=document.number,
        vessel_imo=document.vessel_imo,
        vessel_name=document.vessel_name,
        voyage=document.voyage,
        port_of_loading=document.port_of_loading,
        port_of_discharge=document.port_of_discharge,
        on_board=document.on_board.isoformat() if document.on_board else "",
        containers=document.containers,
    )


def asked(document: TransportDocument, near: date | None = None) -> operations.AskedTransport:
    """As a bank asks about the one that a payer shows: its first container, its ports and vessel.

    `near` is the day, of the invoice or the payment, that the on-board date should lie near to.
    """
    return operations.AskedTransport(
        carrier=document.carrier,
        number=document.number,
        container=document.containers[0] if document.containers else "",
        vessel_imo=document.vessel_imo,
        vessel_name=document.vessel_name,
        port_of_loading=document.port_of_loading,
        port_of_discharge=document.port_of_discharge,
        near=near.isoformat() if near else "",
    )
