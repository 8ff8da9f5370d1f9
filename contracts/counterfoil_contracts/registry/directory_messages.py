"""Enterprises, offices of the regulator, and what is frozen: how they are proposed and read."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import LooseText, Message, Text, Time, Uscc

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


class Freeze(Message, frozen=True):
    """First officer: take nothing new on one document, of one enterprise or one bank; or lift that again.

    Exactly one of the five is named; an enterprise by its code, a bank by its MSP ID, a document of whatever
    kind by its fingerprint.
    """

    frozen: bool
    declaration: str = ""
    invoice: Invoice | None = None
    enterprise: str = ""
    bank: Annotated[str, Meta(pattern=r"\A(Bank[A-Za-z0-9]{1,40}MSP)?\Z")] = ""
    document: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""


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
