"""Look for yourself: BankB's files searched for BankA's business, and one financing seen by each party."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from counterfoil_contracts.export_invoice import operations as trade

from counterfoil_demo.leak_search import search
from counterfoil_demo.narration import Check, Money

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_demo.desk import Loan
    from counterfoil_demo.leak_search import Hit
    from counterfoil_demo.stage import Stage

_NOT_SEEN = "–"


def search_files(stage: Stage) -> None:
    """No fact of BankA's that BankB was not told is in BankB's files; every one is in the regulator's."""
    stage.narration.chapter(
        "Look for yourself", "BankB's files and logs are searched for BankA's business, in seven forms"
    )
    known = stage.knowledge.of("BankB").all()
    secret = stage.knowledge.of("BankA").all() - known
    lent = stage.knowledge.lent("BankA").all() - known
    began = time.monotonic()
    with stage.narration.doing("searching"):
        at_b = search(secret, stage.folder.peer("BankB"))
        at_a = _found(search(lent, stage.folder.peer("BankA")))
        at_regulator = _found(search(secret, stage.folder.peer("Regulator")))
    text = f"{len(secret)} facts of BankA's that BankB was not told"
    checks = [
        Check("in BankB's files", "found", [_told(hit) for hit in at_b], []),
        Check("in BankA's files", f"of {len(lent)} on its own loans not found", sorted(lent - at_a), []),
        Check("in the regulator's files", "not found", sorted(secret - at_regulator), []),
    ]
    stage.narration.looked("anyone", text, time.monotonic() - began, checks)
    for organisation in ("BankA", "BankB"):
        stage.narration.remark(f"{organisation}'s files: {stage.folder.peer(organisation)}")


def side_by_side(stage: Stage, loan: Loan) -> None:
    """What each party gets to see of one financing, by queries as each of them."""
    stage.narration.chapter(f"One financing, seen by each party: {loan.name}")
    columns = ("", "BankA", "BankB", "customs (Port)", "regulator")
    regulator, bank_a, bank_b, customs = (
        _regulator(stage, loan),
        _bank(stage, loan, "BankA"),
        _bank(stage, loan, "BankB"),
        _customs(stage, loan),
    )
    rows = [
        (name, *(party.get(name, _NOT_SEEN) for party in (bank_a, bank_b, customs, regulator)))
        for name in regulator
    ]
    stage.narration.table(columns, rows)
    checks = [
        Check("BankB", "facts seen", sorted(bank_b), []),
        Check("customs", "facts seen", sorted(customs), ["declaration total"]),
        Check("BankA", "facts not seen", sorted(set(regulator) - set(bank_a)), _AUTHORITIES_ONLY),
    ]
    stage.narration.looked("all four", "asked for the same financing", 0.0, checks)


_AUTHORITIES_ONLY = ["declaration total", "left for any bank", "used by all banks"]


def _regulator(stage: Stage, loan: Loan) -> dict[str, str]:
    sample = stage.declaration(stage.declaration_of(loan.invoice))
    answer = stage.cast("Regulator", "auditor").ask(
        trade.SUPERVISE, trade.Supervise(declaration=sample.number)
    )
    found = next(f for f in answer.financings if f.financing.mark == loan.mark)
    pool = answer.pool
    return {
        **_figures(stage, loan, found.financing, found.terms),
        "used by all banks": str(Money(pool.locked + pool.outstanding, pool.currency)),
        "left for any bank": str(Money(pool.available, pool.currency)),
        "declaration total": str(Money(pool.total, pool.currency)),
    }


def _bank(stage: Stage, loan: Loan, bank: str) -> dict[str, str]:
    """What a bank reads under the mark's id; for another bank's there is nothing."""
    auditor = stage.cast(bank, "auditor")
    financing = auditor.ask_or_code(trade.FINANCING_READ, trade.ReadFinancing(mark=loan.mark))
    if isinstance(financing, str):
        return {}
    terms = auditor.ask(trade.TERMS_READ, trade.ReadTerms(terms=financing.terms)).terms
    return _figures(stage, loan, financing, terms)


def _customs(stage: Stage, loan: Loan) -> dict[str, str]:
    sample = stage.declaration(stage.declaration_of(loan.invoice))
    customs = stage.cast("Port", "customs")
    attempts: dict[str, Callable[[], object]] = {
        "loan": lambda: customs.ask_or_code(trade.FINANCING_READ, trade.ReadFinancing(mark=loan.mark)),
        "supervision": lambda: customs.ask_or_code(
            trade.SUPERVISE, trade.Supervise(declaration=sample.number)
        ),
    }
    seen = {name: "SEEN" for name, attempt in attempts.items() if not isinstance(attempt(), str)}
    versions = customs.ask(trade.DECLARATION_READ, trade.ReadDeclaration(number=sample.number)).versions
    return {**seen, "declaration total": str(Money(versions[-1].total, versions[-1].currency))}


def _figures(
    stage: Stage, loan: Loan, financing: trade.Financing, terms: trade.messages.PutTerms
) -> dict[str, str]:
    (pledge,) = financing.pledges
    currency = stage.invoice(loan.invoice).currency
    return {
        "bank": financing.bank,
        "invoice": financing.invoices[0].number,
        "buyer": financing.invoices[0].buyer,
        "state": financing.state,
        "loan": str(Money(financing.approved, financing.currency)),
        "repaid": str(Money(financing.repaid, financing.currency)),
        "still held of the declaration": str(
            Money(pledge.declaration_locked + pledge.declaration_outstanding, currency)
        ),
        "branch": terms.branch,
        "rate a year": f"{terms.rate / 100:.2f} %",
        "reference": terms.reference,
    }


def _found(hits: list[Hit]) -> set[str]:
    return {hit.fact for hit in hits}


def _told(hit: Hit) -> str:
    return f"{hit.fact} ({hit.form}) in {hit.file.name}"
