"""Credit reports: what the ledger knew of an enterprise at a height, and nothing else."""

from collections.abc import Iterator

from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.credit_authorization.facts import Facts, report_of
from counterfoil_contracts.credit_authorization.records import ENQUIRY, GRANT, EnquiryRecord, GrantRecord
from counterfoil_contracts.credit_authorization.report import Report
from counterfoil_contracts.export_invoice.messages import Declaration, DeclarationVersions
from counterfoil_contracts.export_invoice.records import DECLARATION, MARK
from counterfoil_contracts.registry.directory import Bucket
from counterfoil_contracts.registry.operations import EnterpriseHistory
from counterfoil_protocol.confidential import AUTHORITY

from .ledger_at import LedgerAt

_MARKS = "marks_"


def compute_report(ledger: LedgerAt, bank: str, enquiry: str) -> Report:
    """The report that answers an enquiry, from the facts of this height.

    Args:
        ledger: the ledger at the height that the report names.
        bank: the bank as collections name it, `BankA`.
        enquiry: the enquiry's id.

    Raises:
        LookupError: the ledger has no such enquiry yet.
    """
    collection = f"credit_{bank}"
    asked = ledger.record(collection, f"{ENQUIRY}/{collection}/{enquiry}", EnquiryRecord)
    if asked is None:
        raise LookupError(f"{bank} has no enquiry {enquiry} at height {ledger.height}")
    grant = ledger.record(collection, f"{GRANT}/{collection}/{asked.grant}", GrantRecord)
    assert grant is not None, "an enquiry is under a grant"
    return report_of(facts_of(ledger, asked.enterprise), asked, grant, ledger.height, ledger.time)


def facts_of(ledger: LedgerAt, enterprise: str) -> Facts:
    """Everything the ledger holds of one enterprise."""
    declarations = tuple(
        each.versions[-1]
        for _, each in ledger.records(AUTHORITY, DECLARATION, DeclarationVersions)
        if each.versions[-1].consignor == enterprise
    )
    return Facts(
        enterprise=enterprise,
        directory=_directory(ledger, enterprise),
        declarations=declarations,
        pools=tuple(_pools(ledger, enterprise, declarations)),
        marks=tuple(_marks(ledger, enterprise)),
    )


def _directory(ledger: LedgerAt, enterprise: str) -> EnterpriseHistory:
    """All entries by time. After a new secret an enterprise goes on in another bucket, from nothing."""
    found = [
        (since, record)
        for _, bucket in ledger.records(AUTHORITY, "enterprise", Bucket)
        for entry in bucket.entries
        if entry.uscc == enterprise
        for since, record in zip(entry.since, entry.records, strict=True)
    ]
    found.sort(key=lambda each: each[0])
    return EnterpriseHistory(tuple(record for _, record in found), tuple(since for since, _ in found))


def _pools(ledger: LedgerAt, enterprise: str, declarations: tuple[Declaration, ...]) -> Iterator[Pool]:
    numbers = {each.number for each in declarations}
    for _, pool in ledger.records(AUTHORITY, "pool", Pool):
        own = pool.invoice.seller == enterprise if pool.invoice is not None else pool.label in numbers
        if own and not pool.same_as:
            yield pool


def _marks(ledger: LedgerAt, enterprise: str) -> Iterator[Mark]:
    for name in ledger.collections:
        if name.startswith(_MARKS):
            for _, mark in ledger.records(name, MARK, Mark):
                # What is left of a financing that went to another bank keeps the loan's figures.
                if mark.enterprise == enterprise and mark.state != "TRANSFERRED":
                    yield mark
