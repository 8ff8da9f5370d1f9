"""Transport documents in the JSON of DCSA: bill of lading 3.0, alone or in an issuance request, and arrival
notice 1.0.

Only what a cross-check compares is read; of a document that states nothing of it, the field is empty. A
shipping instruction is no transport document yet: it has no number, and is refused by that field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from counterfoil_documents.errors import DocumentCode, RefusedField, UnreadableDocument
from counterfoil_documents.xml_source import MAX_BYTES, read_limited

if TYPE_CHECKING:
    from pathlib import Path

_CARRIER: Final = re.compile(r"[A-Z0-9]{2,4}")
_LOCODE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_IMO: Final = re.compile(r"[0-9]{7}")
_CONTAINER: Final = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_REFERENCE: Final = re.compile(r"[\x21-\x7e]{1,40}")
_ANY: Final = re.compile(r".{0,200}")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, repr=False)
class TransportDocument:
    """What a transport document states of the voyage; what it does not state is empty or None."""

    carrier: str
    number: str
    vessel_imo: str = ""
    vessel_name: str = ""
    voyage: str = ""
    port_of_loading: str = ""
    port_of_discharge: str = ""
    on_board: date | None = None
    containers: tuple[str, ...] = ()


def read_transports(content: bytes) -> tuple[TransportDocument, ...]:
    """The transport documents in `content`, of which an arrival notice may have several.

    Raises:
        UnreadableDocument: TOO_LARGE, NOT_JSON, NOT_A_TRANSPORT_DOCUMENT, REPEATED.
        RefusedField: MISSING or MALFORMED, with the field's path.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(DocumentCode.TOO_LARGE)
    try:
        root = json.loads(content, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        raise UnreadableDocument(DocumentCode.NOT_JSON) from None
    if not isinstance(root, dict):
        raise UnreadableDocument(DocumentCode.NOT_A_TRANSPORT_DOCUMENT)
    if "arrivalNotices" in root:
        notices = _list(root, "arrivalNotices", "")
        if not notices:
            raise RefusedField(DocumentCode.MISSING, "arrivalNotices[0]")
        return tuple(_arrival_notice(each, f"arrivalNotices[{at}]") for at, each in enumerate(notices))
    if "document" in root:
        return (_bill_of_lading(_object(root, "document", ""), "document"),)
    if "transportDocumentTypeCode" not in root:
        raise UnreadableDocument(DocumentCode.NOT_A_TRANSPORT_DOCUMENT)
    return (_bill_of_lading(root, ""),)


def read_transports_file(path: Path) -> tuple[TransportDocument, ...]:
    """The transport documents in a file of at most `MAX_BYTES`. Raises DocumentError and OSError."""
    return read_transports(read_limited(path))


def _bill_of_lading(bill: Json, path: str) -> TransportDocument:
    transports = _object(bill, "transports", path)
    inside = _join(path, "transports")
    voyages = _list(transports, "vesselVoyages", inside)
    voyage = voyages[0] if voyages else {}
    sailing = f"{inside}.vesselVoyages[0]"
    return TransportDocument(
        carrier=_required(bill, "carrierCode", path, _CARRIER),
        number=_required(bill, "transportDocumentReference", path, _REFERENCE),
        vessel_imo=_text(voyage, "vesselIMONumber", sailing, _IMO),
        vessel_name=_text(voyage, "vesselName", sailing, _ANY),
        voyage=_text(voyage, "carrierExportVoyageNumber", sailing, _ANY),
        port_of_loading=_place(transports, "portOfLoading", inside),
        port_of_discharge=_place(transports, "portOfDischarge", inside),
        on_board=_day(bill, "shippedOnBoardDate", path),
        containers=_containers(bill, path),
    )


def _arrival_notice(notice: Json, path: str) -> TransportDocument:
    """An arrival notice states the arrival, not when the goods went on board."""
    transport = _object(notice, "transport", path)
    inside = f"{path}.transport"
    legs = _list(transport, "legs", inside)
    voyage = _object(legs[-1], "vesselVoyage", f"{inside}.legs[{len(legs) - 1}]") if legs else {}
    sailing = f"{inside}.legs.vesselVoyage"
    return TransportDocument(
        carrier=_required(notice, "carrierCode", path, _CARRIER),
        number=_required(notice, "transportDocumentReference", path, _REFERENCE),
        vessel_imo=_text(voyage, "vesselIMONumber", sailing, _IMO),
        vessel_name=_text(voyage, "vesselName", sailing, _ANY),
        voyage=_text(voyage, "carrierImportVoyageNumber", sailing, _ANY),
        port_of_loading=_place(transport, "portOfLoading", inside),
        port_of_discharge=_place(transport, "portOfDischarge", inside),
        containers=_containers(notice, path),
    )


def _containers(document: Json, path: str) -> tuple[str, ...]:
    """Numbers of the equipment used; version 3.0 has them inside `equipment` or, of a shipper, beside it."""
    found: dict[str, None] = {}
    for at, used in enumerate(_list(document, "utilizedTransportEquipments", path)):
        place = _join(path, f"utilizedTransportEquipments[{at}]")
        inside = _object(used, "equipment", place)
        number = _text(inside or used, "equipmentReference", place, _CONTAINER)
        if number:
            found[number] = None
    return tuple(found)


def _place(transport: Json, name: str, path: str) -> str:
    return _text(_object(transport, name, path), "UNLocationCode", f"{path}.{name}", _LOCODE)


def _object(parent: Json, name: str, path: str) -> Json:
    found = parent.get(name, {})
    if not isinstance(found, dict):
        raise RefusedField(DocumentCode.MALFORMED, _join(path, name))
    return found


def _list(parent: Json, name: str, path: str) -> list[Json]:
    found = parent.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise RefusedField(DocumentCode.MALFORMED, _join(path, name))
    return found


def _text(parent: Json, name: str, path: str, form: re.Pattern[str]) -> str:
    found = parent.get(name, "")
    if not isinstance(found, str) or (found and not form.fullmatch(found)):
        raise RefusedField(DocumentCode.MALFORMED, _join(path, name))
    return found


def _required(parent: Json, name: str, path: str, form: re.Pattern[str]) -> str:
    found = _text(parent, name, path, form)
    if not found:
        raise RefusedField(DocumentCode.MISSING, _join(path, name))
    return found


def _day(parent: Json, name: str, path: str) -> date | None:
    text = _text(parent, name, path, _ANY)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RefusedField(DocumentCode.MALFORMED, _join(path, name)) from None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableDocument(DocumentCode.REPEATED)
    return found
