"""Confidential operations: how one is declared, and the shape in which it travels.

Arguments, responses, events and function names of a transaction stand in the block for every member of the
channel to read. So a confidential write has one shape: function `<contract>:transact`, one argument, the
request id; everything else in the one transient field `request`; the response is the request id; there is no
event. Reads are evaluates, `<contract>:inquire`; what became of a write is asked by `<contract>:outcome`.

The client builds requests with this module, the chaincode runtime (`counterfoil_chaincode.confidential`)
takes them apart and enforces the declaration.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from . import canonical_json
from .canonical_json import JsonValue
from .errors import MalformedMessage

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")

BANK = "BANK"
"""Stands for the MSP of a bank: in a role any bank's, in endorsers and evaluate targets the caller's own."""

AUTHORITY = "authority"
"""The collection that keeps the outcomes of callers who are no bank."""

TRANSACT = "transact"
INQUIRE = "inquire"
OUTCOME = "outcome"
REQUEST_FIELD = "request"
"""Name of the only transient field."""
REQUEST_LENGTH_MAX = 4 * 1024 * 1024
"""Bytes of a request. A hundred declarations of a hundred lines are two million; more is not read, because
JSON takes many times its length in the memory of the one process that serves every bank."""

_BANK_MSP = re.compile(r"(Bank[A-Za-z0-9]+)MSP")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
_SALT = re.compile(r"[0-9a-f]{64}")
_BANK_PLACE = "{bank}"
_FIELDS = {"operation", "body"}


@dataclass(frozen=True, slots=True)
class Role:
    """A role that an MSP's certificates may carry; from any other MSP it counts as none.

    `msp` is an MSP ID or `BANK` (any bank's); `role` is the certificate's attribute, `bank.officer`.
    """

    msp: str
    role: str

    def admits(self, msp_id: str, role: str) -> bool:
        """Whether a certificate of `msp_id` that says `role` holds this role."""
        return role == self.role and (is_bank(msp_id) if self.msp == BANK else msp_id == self.msp)


@dataclass(frozen=True, slots=True)
class Operation(Generic[RequestT, AnswerT]):
    """One confidential operation, declared once for contract, typed client, collections and documentation.

    A submit has `endorsers` and `outcome`; an evaluate has `evaluate_at` and neither of them. Requests and
    answers are msgspec Structs or dataclasses: who uses the declaration converts them, this package does not.

    Raises:
        ValueError: neither a submit nor an evaluate, or no role may call it.
    """

    contract: str
    """Namespace of the contract, `export_invoice`."""
    name: str
    """Name inside the contract, `lock`."""
    request: type[RequestT]
    answer: type[AnswerT]
    roles: tuple[Role, ...]
    """Who may call it."""
    endorsers: tuple[str, ...] = ()
    """MSP IDs, or `BANK` for the caller's own bank, whose peers endorse; every one of them, no others."""
    evaluate_at: tuple[str, ...] = ()
    """MSP IDs, or `BANK` for the caller's own bank, on whose peers an evaluate may run; any one of them."""
    carriers: tuple[str, ...] = ()
    """Whose gateway may carry it (it sees the transient data); empty means the caller's own."""
    outcome: str | None = None
    """Template of the collection that keeps the outcome: `marks_{bank}`, `authority`."""
    reads: tuple[str, ...] = ()
    """Templates of the collections read, besides the outcome's."""
    writes: tuple[str, ...] = ()
    """Templates of the collections written, besides the outcome's."""
    summary: str = ""
    client_salt: bool = field(default=False)
    """The request carries the salt although no bank endorses: before the ledger has a secret of its own, or
    where nothing of `authority` may be read."""
    relayed_outcome: str = AUTHORITY
    """The collection that keeps the outcomes of callers who are no bank, where `outcome` names a bank."""

    def __post_init__(self) -> None:
        submit = bool(self.endorsers) and self.outcome is not None and not self.evaluate_at
        evaluate = bool(self.evaluate_at) and self.outcome is None and not self.endorsers
        if not submit and not evaluate:
            raise ValueError(f"{self.full_name}: endorsers and an outcome, or evaluate_at, and not both")
        if not self.roles:
            raise ValueError(f"{self.full_name}: nobody may call it")

    @property
    def full_name(self) -> str:
        """`export_invoice:lock`, for people; on the wire the function is `transact` or `inquire`."""
        return f"{self.contract}:{self.name}"

    @property
    def is_submit(self) -> bool:
        """Whether the operation writes, and so is endorsed and submitted."""
        return self.outcome is not None

    @property
    def function(self) -> str:
        """The chaincode function that carries it: `<contract>:transact` or `<contract>:inquire`."""
        return f"{self.contract}:{TRANSACT if self.is_submit else INQUIRE}"

    @property
    def outcome_function(self) -> str:
        """The evaluate that tells what became of a submit: `<contract>:outcome`."""
        return f"{self.contract}:{OUTCOME}"

    @property
    def takes_salt(self) -> bool:
        """Whether the request carries the salt: where a bank endorses, which knows no secret."""
        return self.client_salt or BANK in self.endorsers


@dataclass(frozen=True, slots=True)
class Request:
    """What the transient field says: operation, body, the salt where a bank endorses. No content in reprs."""

    operation: str
    body: JsonValue = field(repr=False)
    salt: bytes | None = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the canonical request without its salt: equal for a request sent again."""
        return request_digest(self.operation, self.body)


def new_request_id() -> str:
    """128 random bits as 32 hex digits; the client writes it to its journal before it submits."""
    return secrets.token_hex(16)


def new_salt() -> bytes:
    """32 random bytes for a request that a bank endorses."""
    return secrets.token_bytes(32)


def is_request_id(text: str) -> bool:
    """Whether `text` is 32 lower-case hex digits."""
    return _REQUEST_ID.fullmatch(text) is not None


def build_request(operation: str, body: JsonValue, salt: bytes | None = None) -> dict[str, bytes]:
    """The transient data of a request, for `transact` and `inquire`.

    Raises:
        TypeError: the body holds something that canonical JSON does not (a float, bytes).
    """
    request: dict[str, JsonValue] = {"operation": operation, "body": body}
    if salt is not None:
        request["salt"] = salt.hex()
    return {REQUEST_FIELD: canonical_json.encode(request)}


def build_outcome_request(operation: str, request_id: str) -> dict[str, bytes]:
    """The transient data that asks `outcome` what became of the request `request_id` of an operation."""
    return build_request(operation, {"request_id": request_id})


def parse_request(transient: Mapping[str, bytes]) -> Request:
    """Take the one transient field apart.

    Raises:
        MalformedMessage: another field, no field, no canonical request; the text quotes nothing of it.
    """
    if set(transient) != {REQUEST_FIELD}:
        raise MalformedMessage(f"the transient data is not exactly the field {REQUEST_FIELD!r}")
    if len(transient[REQUEST_FIELD]) > REQUEST_LENGTH_MAX:
        raise MalformedMessage(f"the request is longer than {REQUEST_LENGTH_MAX} bytes")
    try:
        request = canonical_json.decode(transient[REQUEST_FIELD])
    except ValueError:
        raise MalformedMessage("the request is no JSON of whole numbers and unrepeated keys") from None
    if not isinstance(request, dict) or not _FIELDS <= set(request) <= {*_FIELDS, "salt"}:
        raise MalformedMessage("the request is not an object of operation, body and perhaps salt")
    operation, salt = request["operation"], request.get("salt")
    if not isinstance(operation, str):
        raise MalformedMessage("the request's operation is no text")
    if "salt" in request and not (isinstance(salt, str) and _SALT.fullmatch(salt)):
        raise MalformedMessage("the request's salt is not 64 lower-case hex digits")
    return Request(operation, request["body"], bytes.fromhex(salt) if isinstance(salt, str) else None)


def request_digest(operation: str, body: JsonValue) -> str:
    """SHA-256, in hex, of the canonical request without its salt."""
    return hashlib.sha256(canonical_json.encode({"operation": operation, "body": body})).hexdigest()


def is_bank(msp_id: str) -> bool:
    """Whether an MSP is a bank's: a bank's MSP ID is `Bank…MSP`."""
    return _BANK_MSP.fullmatch(msp_id) is not None


def bank_of(msp_id: str) -> str | None:
    """The bank of an MSP as collections name it (`BankAMSP` is `BankA`), None for one that is no bank's."""
    match = _BANK_MSP.fullmatch(msp_id)
    return match[1] if match else None


def msp_of(bank: str) -> str:
    """The MSP ID of a bank as collections name it: `BankA` is `BankAMSP`."""
    return f"{bank}MSP"


def collection_name(template: str, bank: str | None) -> str:
    """The collection a template stands for: `terms_{bank}` of `BankA` is `terms_BankA`.

    Raises:
        ValueError: the template needs a bank and there is none.
    """
    if _BANK_PLACE not in template:
        return template
    if bank is None:
        raise ValueError(f"collection {template} needs a bank")
    return template.replace(_BANK_PLACE, bank)


def outcome_collection(operation: Operation[RequestT, AnswerT], caller_msp: str) -> str:
    """The collection that keeps the outcome of a submit for this caller."""
    template, bank = operation.outcome or "", bank_of(caller_msp)
    relayed = bank is None and _BANK_PLACE in template
    return operation.relayed_outcome if relayed else collection_name(template, bank)


def outcome_key(collection: str, caller_msp: str, request_id: str) -> str:
    """The private key of an outcome; it includes the collection, because hashes of keys do not."""
    return f"{OUTCOME}/{collection}/{caller_msp}/{request_id}"


def organizations(declared: tuple[str, ...], caller_msp: str) -> tuple[str, ...]:
    """Endorsers or evaluate targets of a declaration as MSP IDs, with `BANK` as the caller's own.

    For a caller that is no bank, `BANK` is left out.
    """
    found = (caller_msp if msp == BANK and is_bank(caller_msp) else msp for msp in declared)
    return tuple(msp for msp in found if msp != BANK)


def outcome_peers(operation: Operation[RequestT, AnswerT], caller_msp: str) -> tuple[str, ...]:
    """MSP IDs whose peers hold the caller's outcomes of a submit, and so may answer `outcome`."""
    endorsers = organizations(operation.endorsers, caller_msp)
    template = operation.outcome or ""
    if _BANK_PLACE in template and is_bank(caller_msp) and caller_msp not in endorsers:
        return (*endorsers, caller_msp)
    return endorsers
