"""What the contract `registry` can do: the ledger's secret, the public tables, the enterprises' classes.

Every supervisory act takes two officers of the regulator: one proposes, another confirms. Tables are
public state, each one whole effective-dated table under one fixed key, and every operation of every
contract reads all of them: so which of them a transaction looked at tells nothing.
"""

from typing import Annotated, Literal

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation
from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Amount,
    CurrencyCode,
    DateText,
    LooseText,
    Message,
    RecordId,
    Text,
    Time,
    Uscc,
)
from counterfoil_contracts.core.roles import (
    AUTHORITIES,
    BANK_APPROVER,
    BANK_STAFF,
    CUSTOMS_ORACLE,
    PORT,
    REGULATOR,
    REGULATOR_OFFICER,
    SUPERVISORS,
)

from .staff_messages import (
    ConfirmOwn,
    LimitAmount,
    Limits,
    PutLimits,
    PutStaff,
    ReadLimits,
    ReadStaff,
    StaffRecord,
)

__all__ = [
    "OPERATIONS", "CalendarDay", "CompleteSecret", "Confirm", "ConfirmOwn", "Confirmed", "ContributeSecret",
    "Enterprise", "EnterpriseClass", "EnterpriseHistory", "Freeze", "HungOffice", "LimitAmount", "Limits",
    "Office", "OfficeTree", "Parameter", "ProposeEnterprises", "ProposeOffices", "ProposeTables",
    "Proposed", "PutLimits", "PutStaff", "Rate", "ReadEnterprise", "ReadLimits", "ReadOffices", "ReadStaff",
    "ReadTables", "Root", "SecretNumber", "StaffRecord", "TableEntries", "Tables", "standard_parameters",
]  # fmt: skip

CONTRACT = "registry"
MARKS = "marks_{bank}"
TERMS = "terms_{bank}"

TABLES = ("calendar", "parameters", "rates", "trust")
"""Keys of the public tables."""

Half = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""32 random bytes in hex."""


class ContributeSecret(Message, frozen=True):
    """First officer: a half of the next secret."""

    half: Half


class CompleteSecret(Message, frozen=True):
    """Second officer: the other half. The secret is the HMAC of both, so neither officer knows it."""

    half: Half


class SecretNumber(Message, frozen=True):
    """Which secret this is, counted from 1."""

    number: int


class Parameter(Message, frozen=True):
    """A value of a rule from a day on. `key` narrows `name` (`DECLARATION/0110`); the widest has an empty
    key."""

    name: Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")]
    key: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9/_-]{0,100}\Z")]
    effective_from: DateText
    value: Annotated[int, Meta(ge=0, le=10**12)]


class Rate(Message, frozen=True):
    """A rate of exchange under an id that never changes its meaning.

    One unit (not minor unit) of `source` is `mantissa` x 10^-`scale` units of `target`, on `value_date`.
    """

    id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{1,64}\Z")]
    source: CurrencyCode
    target: CurrencyCode
    mantissa: Amount
    scale: Annotated[int, Meta(ge=0, le=12)]
    value_date: DateText


class CalendarDay(Message, frozen=True):
    """A day that breaks the rule of Monday to Friday: a holiday, or a weekend day that is worked."""

    day: DateText
    worked: bool


class Root(Message, frozen=True):
    """A root certificate, in PEM, of a certification authority of enterprises, trusted from a day on.

    `revoked` are serial numbers, lower-case hex, of its certificates that count no more, whatever their
    dates. A later entry of the same certificate replaces the earlier one; `trusted` false ends the trust.
    """

    certificate: Annotated[str, Meta(max_length=8000)]
    effective_from: DateText
    trusted: bool = True
    revoked: Annotated[tuple[str, ...], Meta(max_length=1000)] = ()


class TableEntries(Message, frozen=True):
    """Entries to be added to the public tables; what is there stays."""

    parameters: Annotated[tuple[Parameter, ...], Meta(max_length=1000)] = ()
    rates: Annotated[tuple[Rate, ...], Meta(max_length=1000)] = ()
    calendar: Annotated[tuple[CalendarDay, ...], Meta(max_length=1000)] = ()
    trust: Annotated[tuple[Root, ...], Meta(max_length=20)] = ()


class ProposeTables(Message, frozen=True):
    """First officer: entries to be added."""

    entries: TableEntries


EnterpriseClass = Literal["A", "B", "C"]


class Enterprise(Message, frozen=True):
    """A line of the regulator's directory. What a class may do is the parameter `class_rule`.

    `successor` is the code of the enterprise that has taken this one over.
    """

    uscc: Uscc
    name: Text
    enterprise_class: EnterpriseClass
    region: LooseText = ""
    frozen: bool = False
    size: Literal["", "LARGE", "MEDIUM", "SMALL", "MICRO"] = ""
    successor: Annotated[str, Meta(pattern=r"\A([0-9A-HJ-NP-RTUWXY]{18})?\Z")] = ""


class ProposeEnterprises(Message, frozen=True):
    """First officer: what the directory shall say about these enterprises from now on."""

    enterprises: Annotated[tuple[Enterprise, ...], Meta(min_length=1, max_length=200)]


class Proposed(Message, frozen=True):
    """What to give the second officer."""

    proposal: RecordId


class Confirm(Message, frozen=True):
    """Second officer: the proposal that takes effect."""

    proposal: RecordId


class Confirmed(Message, frozen=True):
    """How many entries took effect."""

    entries: int


class ReadTables(Message, frozen=True):
    """Asks for the public tables."""


class Tables(Message, frozen=True):
    """The public tables, every entry that was ever made."""

    parameters: tuple[Parameter, ...]
    rates: tuple[Rate, ...]
    calendar: tuple[CalendarDay, ...]
    trust: tuple[Root, ...]


class Freeze(Message, frozen=True):
    """First officer: take nothing new on one document, of one enterprise or one bank; or lift that again.

    Exactly one of the four is named; an enterprise by its code, a bank by its MSP ID.
    """

    frozen: bool
    declaration: str = ""
    invoice: Invoice | None = None
    enterprise: str = ""
    bank: Annotated[str, Meta(pattern=r"\A(Bank[A-Za-z0-9]{1,40}MSP)?\Z")] = ""


OfficeCode = Annotated[str, Meta(pattern=r"\A[0-9A-Z]{2,12}\Z")]


class Office(Message, frozen=True):
    """An office of the regulator, and the one that it hangs from; `parent` is empty for the head office."""

    code: OfficeCode
    name: Text
    parent: Annotated[str, Meta(pattern=r"\A([0-9A-Z]{2,12})?\Z")] = ""


class ProposeOffices(Message, frozen=True):
    """First officer: new offices, or another place in the tree for known ones."""

    offices: Annotated[tuple[Office, ...], Meta(min_length=1, max_length=500)]


class ReadOffices(Message, frozen=True):
    """Asks for the tree as it hung at a time, seconds since 1970 UTC; 0 asks for now."""

    at: Time = 0


class HungOffice(Message, frozen=True):
    """An entry of the tree, and since when it counts."""

    office: Office
    since: Time


class OfficeTree(Message, frozen=True):
    """The offices at the time asked for, by code, and every entry that was ever made."""

    offices: tuple[Office, ...]
    history: tuple[HungOffice, ...]


class ReadEnterprise(Message, frozen=True):
    """Asks what the directory says about an enterprise, now and earlier."""

    uscc: Uscc


class EnterpriseHistory(Message, frozen=True):
    """Records of one enterprise, the newest last; `since` are the times of confirmation (seconds since
    1970)."""

    records: tuple[Enterprise, ...]
    since: tuple[int, ...]


SECRET_CONTRIBUTE = Operation(
    CONTRACT, "secret.contribute", ContributeSecret, SecretNumber, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,), client_salt=True,
    summary="Give the first half of the ledger's next secret.",
)  # fmt: skip
SECRET_COMPLETE = Operation(
    CONTRACT, "secret.complete", CompleteSecret, SecretNumber, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,), client_salt=True,
    summary="Give the second half; from the next transaction on, keys and salts come from the new secret.",
)  # fmt: skip
TABLE_PROPOSE = Operation(
    CONTRACT, "table.propose", ProposeTables, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose entries for the public tables.",
)  # fmt: skip
TABLE_CONFIRM = Operation(
    CONTRACT, "table.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's entries; the public tables take them up.",
)  # fmt: skip
TABLES_READ = Operation(
    CONTRACT, "tables.read", ReadTables, Tables, roles=(*SUPERVISORS, CUSTOMS_ORACLE, *BANK_STAFF),
    evaluate_at=(REGULATOR, PORT, BANK),
    summary="Read the public tables.",
)  # fmt: skip
ENTERPRISE_PROPOSE = Operation(
    CONTRACT, "enterprise.propose", ProposeEnterprises, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose records of the directory of enterprises.",
)  # fmt: skip
ENTERPRISE_CONFIRM = Operation(
    CONTRACT, "enterprise.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's records; they count for every lock from now on.",
)  # fmt: skip
ENTERPRISE_READ = Operation(
    CONTRACT, "enterprise.read", ReadEnterprise, EnterpriseHistory, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="Read what the directory says about an enterprise.",
)  # fmt: skip
OFFICE_PROPOSE = Operation(
    CONTRACT, "office.propose", ProposeOffices, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Propose offices of the regulator, or other places for them in the tree.",
)  # fmt: skip
OFFICE_CONFIRM = Operation(
    CONTRACT, "office.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's offices; how they hung before stays on record.",
)  # fmt: skip
OFFICE_READ = Operation(
    CONTRACT, "office.read", ReadOffices, OfficeTree, roles=SUPERVISORS,
    evaluate_at=(REGULATOR,), reads=(AUTHORITY,),
    summary="Read the tree of offices, now or as it hung at a time.",
)  # fmt: skip
FREEZE_PROPOSE = Operation(
    CONTRACT, "freeze.propose", Freeze, Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, writes=(AUTHORITY,),
    summary="Propose to freeze a document, an enterprise or a bank, or to lift that.",
)  # fmt: skip
FREEZE_CONFIRM = Operation(
    CONTRACT, "freeze.confirm", Confirm, Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=AUTHORITIES, outcome=AUTHORITY, reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Confirm another officer's freeze: no new lock from now on; releases go on.",
)  # fmt: skip
STAFF_PUT = Operation(
    CONTRACT, "staff.put", PutStaff, Proposed, roles=(BANK_APPROVER,),
    endorsers=(REGULATOR, BANK), outcome=TERMS, writes=(TERMS,),
    summary="Propose entries of the bank's own register: which person sees which branch.",
)  # fmt: skip
STAFF_CONFIRM = Operation(
    CONTRACT, "staff.confirm", ConfirmOwn, Confirmed, roles=(BANK_APPROVER,),
    endorsers=(REGULATOR, BANK), outcome=TERMS, reads=(TERMS,), writes=(TERMS,),
    summary="Confirm another approver's entries of the register.",
)  # fmt: skip
STAFF_READ = Operation(
    CONTRACT, "staff.read", ReadStaff, StaffRecord, roles=BANK_STAFF,
    evaluate_at=(REGULATOR, BANK), reads=(TERMS,),
    summary="Read an entry of the bank's own register.",
)  # fmt: skip
LIMIT_PUT = Operation(
    CONTRACT, "limit.put", PutLimits, Proposed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, writes=(MARKS,),
    summary="Propose what approvers of the bank may approve at once.",
)  # fmt: skip
LIMIT_CONFIRM = Operation(
    CONTRACT, "limit.confirm", ConfirmOwn, Confirmed, roles=(BANK_APPROVER,),
    endorsers=AUTHORITIES, outcome=MARKS, reads=(MARKS,), writes=(MARKS,),
    summary="Confirm another approver's limits; they count from now on.",
)  # fmt: skip
LIMIT_READ = Operation(
    CONTRACT, "limit.read", ReadLimits, Limits, roles=BANK_STAFF,
    evaluate_at=(BANK, *AUTHORITIES), reads=(MARKS,),
    summary="Read an approver's limits.",
)  # fmt: skip

OPERATIONS = (
    SECRET_CONTRIBUTE, SECRET_COMPLETE, TABLE_PROPOSE, TABLE_CONFIRM, TABLES_READ,
    ENTERPRISE_PROPOSE, ENTERPRISE_CONFIRM, ENTERPRISE_READ,
    OFFICE_PROPOSE, OFFICE_CONFIRM, OFFICE_READ, FREEZE_PROPOSE, FREEZE_CONFIRM,
    STAFF_PUT, STAFF_CONFIRM, STAFF_READ, LIMIT_PUT, LIMIT_CONFIRM, LIMIT_READ,
)  # fmt: skip

STANDARD_PARAMETERS = {
    ("ceiling_basis_points", ""): 9000,
    ("declaration_age_days", ""): 180,
    ("lock_business_days", ""): 5,
    ("lock_extensions", ""): 1,
    ("view_days", ""): 30,
    ("act_days", ""): 5,
    ("rate_age_days", ""): 3,
    ("back_dating_days", ""): 30,
    ("admission", "EXPORT_INVOICE"): 1,
    ("class_rule", "A"): 1,
    ("class_rule", "B"): 2,
    ("class_rule", "C"): 0,
    ("financeable_trade_mode", "0110"): 1,
    ("financeable_trade_mode", "0615"): 1,
    ("financeable_trade_mode", "0214"): 0,
    ("financeable_trade_mode", "3010"): 0,
    ("financeable_trade_mode", "3612"): 0,
}
"""Name and key of each parameter the contracts ask for, with the value of a new network; none is law.

Admission is 1 where a bank may do a business, by `<scenario>/<region>/<MSP ID>`, `<scenario>/ALL/<MSP ID>`,
`<scenario>/<region>`, or scenario; the first that has an entry counts. A class is refused with 0, takes any
financing with 1, with 2 one after an enhanced review. `uscc_override` is 1 under an enterprise's code that is
in real use though its check character is wrong.

The ceiling is in 1/10,000, by `<kind of document>/<trade mode>`, kind, or empty. Trade mode 0110 is general
trade, 0615 processing with imported materials, 0214 supplied-material processing, 3010 samples, 3612
donations; one that the table does not name is not financeable."""


def standard_parameters(effective_from: str) -> tuple[Parameter, ...]:
    """The entries that a new network proposes, from a day on (YYYY-MM-DD)."""
    return tuple(
        Parameter(name=name, key=key, effective_from=effective_from, value=value)
        for (name, key), value in STANDARD_PARAMETERS.items()
    )
