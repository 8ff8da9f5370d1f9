"""Requests and answers about transport documents, named after DCSA's bill of lading 3.0."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.message import LooseText, Message, Time

MOST_TRANSPORTS = 100
CarrierCode = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{2,4}\Z")]
"""SCAC (NMFTA) or SMDG code of the carrier."""
Reference = Annotated[str, Meta(pattern=r"\A[\x21-\x7e]{1,40}\Z")]
"""Number of the transport document."""
Container = Annotated[str, Meta(pattern=r"\A[A-Z]{3}[UJZR][0-9]{7}\Z")]
"""ISO 6346. Its check digit is not asked: containers with a wrong one are in use."""
OptionalContainer = Annotated[str, Meta(pattern=r"\A([A-Z]{3}[UJZR][0-9]{7})?\Z")]
Locode = Annotated[str, Meta(pattern=r"\A([A-Z]{2}[A-Z2-9]{3})?\Z")]
"""UN/LOCODE, or empty."""
Imo = Annotated[str, Meta(pattern=r"\A([0-9]{7})?\Z")]
"""IMO ship number, or empty. Its check digit is not asked: ships without a right one are in service."""
OptionalDate = Annotated[str, Meta(pattern=r"\A([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]
Finding = Literal["MATCH", "MISMATCH", "NO_DATA", "NOT_ASKED"]


class TransportDocument(Message, frozen=True):
    """A bill of lading or waybill as the port's data have it; what they lack is empty."""

    carrier: CarrierCode
    number: Reference
    vessel_imo: Imo = ""
    vessel_name: LooseText = ""
    voyage: LooseText = ""
    port_of_loading: Locode = ""
    port_of_discharge: Locode = ""
    on_board: OptionalDate = ""
    containers: Annotated[tuple[Container, ...], Meta(max_length=500)] = ()


class PutTransports(Message, frozen=True):
    """Transport documents, at most 100, all or none. One that is on record is amended: the newest counts."""

    documents: Annotated[tuple[TransportDocument, ...], Meta(min_length=1, max_length=MOST_TRANSPORTS)]


class TransportsPut(Message, frozen=True):
    """How many transport documents were recorded."""

    documents: int


class ReadTransport(Message, frozen=True):
    """Asks for a transport document."""

    carrier: CarrierCode
    number: Reference


class TransportVersions(Message, frozen=True):
    """What the port has stated about one transport document, the newest version last."""

    versions: tuple[TransportDocument, ...]
    times: tuple[Time, ...]


class AskedTransport(Message, frozen=True):
    """A transport document as the payer shows it; what is empty is not compared.

    `near` is the day, of the invoice or the payment, that the on-board date should lie near to.
    """

    carrier: CarrierCode
    number: Reference
    container: OptionalContainer = ""
    vessel_imo: Imo = ""
    vessel_name: LooseText = ""
    port_of_loading: Locode = ""
    port_of_discharge: Locode = ""
    near: OptionalDate = ""


class PortCheck(Message, frozen=True):
    """What the port's data say of it. It warns, and refuses nothing."""

    bill: Finding
    container: Finding
    vessel: Finding
    port_of_loading: Finding
    port_of_discharge: Finding
    on_board: Finding
