"""Transport documents: what the port's data say, and what they say of a document that a payer shows."""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core import business_day, fingerprint
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import operations as ops
from .records import TRANSPORT
from .transport_messages import AskedTransport, Finding, PortCheck, TransportDocument, TransportVersions

_ALIASES = {"CNSHG": "CNSHA"}
"""UN/LOCODEs that are in use for one and the same port."""
_UNKNOWN = PortCheck(
    bill="NO_DATA",
    container="NO_DATA",
    vessel="NO_DATA",
    port_of_loading="NO_DATA",
    port_of_discharge="NO_DATA",
    on_board="NO_DATA",
)


class Transports:
    """The part of the contract that the port speaks to."""

    @trade_operation(ops.TRANSPORT_PUT)
    def put_transports(self, desk: Desk, body: ops.PutTransports) -> ops.TransportsPut:
        """Record transport documents; of one that is on record this is a later version."""
        keys = [transport_key(each.carrier, each.number) for each in body.documents]
        if len(set(keys)) != len(keys):
            raise refusal(RefusalCode.BAD_INPUT, "a transport document stands twice")
        for key, document in zip(keys, body.documents, strict=True):
            check_stated(document)
            record = desk.context.store.find(AUTHORITY, TRANSPORT, key, TransportVersions)
            known = record.value if record else TransportVersions((), ())
            after = TransportVersions((*known.versions, document), (*known.times, desk.now))
            desk.context.store.save(AUTHORITY, TRANSPORT, key, after, record)
        return ops.TransportsPut(len(keys))

    @trade_operation(ops.TRANSPORT_READ)
    def read_transport(self, desk: Desk, body: ops.ReadTransport) -> TransportVersions:
        """What the port has stated about a transport document."""
        record = stated_transport(desk, body.carrier, body.number)
        if record is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such transport document")
        return record.value


def transport_key(carrier: str, number: str) -> str:
    """The fingerprint of a transport document.

    Raises:
        Refusal: `BAD_INPUT`, a number without letters and digits.
    """
    try:
        return fingerprint.bill_of_lading(carrier, number)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"a transport document: {error}") from None


def stated_transport(desk: Desk, carrier: str, number: str) -> Record[TransportVersions] | None:
    """What the port has stated about a transport document."""
    return desk.context.store.find(AUTHORITY, TRANSPORT, transport_key(carrier, number), TransportVersions)


def check_asked(asked: AskedTransport) -> None:
    """A document whose fields can be right.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    transport_key(asked.carrier, asked.number)
    check_dates(asked.near)
    _check_name(asked.vessel_name)


def check_stated(document: TransportDocument) -> None:
    """As `check_asked`, for what the port states."""
    check_dates(document.on_board)
    _check_name(document.vessel_name)


def check_dates(text: str) -> None:
    """A day that exists, or none.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    try:
        if text:
            business_day.day(text)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"a transport document: {error}") from None


def port_check(desk: Desk, asked: AskedTransport) -> PortCheck:
    """What the port's data say of a document; it warns, and refuses nothing."""
    record = stated_transport(desk, asked.carrier, asked.number)
    if record is None:
        return _UNKNOWN
    known = record.value.versions[-1]
    within = desk.parameter("on_board_days")
    return PortCheck(
        bill="MATCH",
        container=_found(asked.container, known.containers),
        vessel=_vessel(asked, known),
        port_of_loading=_same(_port(asked.port_of_loading), _port(known.port_of_loading)),
        port_of_discharge=_same(_port(asked.port_of_discharge), _port(known.port_of_discharge)),
        on_board=_near(asked.near, known.on_board, within),
    )


def _check_name(name: str) -> None:
    try:
        if name:
            fingerprint.norm(name)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"a vessel's name: {error}") from None


def _port(code: str) -> str:
    return _ALIASES.get(code, code)


def _same(asked: str, known: str) -> Finding:
    if not asked:
        return "NOT_ASKED"
    if not known:
        return "NO_DATA"
    return "MATCH" if asked == known else "MISMATCH"


def _found(asked: str, known: tuple[str, ...]) -> Finding:
    if not asked:
        return "NOT_ASKED"
    if not known:
        return "NO_DATA"
    return "MATCH" if asked in known else "MISMATCH"


def _vessel(asked: AskedTransport, known: TransportDocument) -> Finding:
    """By IMO number where both have one, else by name."""
    if asked.vessel_imo and known.vessel_imo:
        return _same(asked.vessel_imo, known.vessel_imo)
    if asked.vessel_name:
        stated = fingerprint.norm(known.vessel_name) if known.vessel_name else ""
        return _same(fingerprint.norm(asked.vessel_name), stated)
    return _same(asked.vessel_imo, known.vessel_imo)


def _near(asked: str, known: str, days: int) -> Finding:
    if not asked:
        return "NOT_ASKED"
    if not known:
        return "NO_DATA"
    return "MATCH" if abs(business_day.days_between(asked, known)) <= days else "MISMATCH"
