"""Look for yourself: BankB's files searched for BankA's business, and one financing seen by each party."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from counterfoil_contracts.export_invoice import operations as trade

from counterfoil_demo.leak_search import search
from counterfoil_demo.narration import Check, Money

if TYPE_CHECKING:
    from counterfoil_demo.desk import Loan
    from counterfoil_demo.leak_search import Hit
    from counterfoil_demo.stage import Stage

_NOT_SEEN = "–"


def search_files(stage: Stage) -> None:
    """No fact of BankA's that BankB was not told is in BankB's files; every one is in the regulator's."""
    stage.narration.chapter(
        "Look for yourself", "BankB's files and logs are searched for BankA's business, in five encodings"
    )
    known = stage.knowledge.of("BankB").all()
    secret = stage.knowledge.of("BankA").all() - known
    stated = stage.knowledge.stated("BankA").all() - known
    lent = stage.knowledge.lent("BankA").all() - known
    # Of terms the port knows the buyer, whom customs states, and the amount, which the lock states.
    terms = stage.knowledge.terms("BankA").texts - stage.knowledge.of("Port").all()
    began = time.monotonic()
    with stage.narration.doing("searching"):
        # What the orderer keeps, every member may fetch.
        at_b = [*search(secret, stage.folder.peer("BankB")), *search(secret, stage.folder.orderer)]
        at_a = _found(search(lent, stage.folder.peer("BankA")))
        at_port = search(terms, stage.folder.peer("Port"))
        at_regulator = _found(search(stated, stage.folder.peer("Regulator")))
    text = f"search for {len(secret)} facts of BankA's that BankB was not told"
    checks = [
        Check("BankB's files and the orderer's", "found", [_told(hit) for hit in at_b], []),
        Check(
            "Port's files", f"of {len(terms)} in terms and slips found", [_told(hit) for hit in at_port], []
        ),
        Check("BankA's files", f"of {len(lent)} on its own loans missing", sorted(lent - at_a), []),
        Check("Regulator's files", f"of {len(stated)} stated missing", sorted(stated - at_regulator), []),
        Check("the search", "has something to look for", bool(lent and terms), expected=True),
    ]
    stage.narration.looked("we", text, time.monotonic() - began, checks)
    example = sorted(lent & stage.knowledge.of("BankA").amounts)[0]
    for organisation in ("BankA", "BankB"):
        stage.narration.remark(f"try: grep -rla {example} {stage.folder.peer(organisation)}")


def side_by_side(stage: Stage, loan: Loan, other: Loan) -> None:
    """What each party gets to see of `loan`; `other` is BankB's loan on the same declaration."""
    stage.narration.chapter(f"One financing, seen by each party: {loan.name}")
    began = time.monotonic()
    with stage.narration.doing("asking"):
        seen = {
            "BankA": _bank(stage, loan, loan),
            "BankB": _bank(stage, loan, other),
            "customs (Port)": _customs(stage, loan),
            "regulator": _regulator(stage, loan),
        }
    rows = list(dict.fromkeys(name for facts in seen.values() for name in facts))
    table = [(row, *(facts.get(row, _NOT_SEEN) for facts in seen.values())) for row in rows]
    stage.narration.table(("", *seen), table)
    terms_and_loan = sorted(set(seen["regulator"]) - {_TOTAL, _LEFT, _USED})
    checks = [
        Check("BankB", "sees", sorted(seen["BankB"]), sorted([_TOTAL, _LEFT, _LIVE])),
        Check("customs", "sees", sorted(seen["customs (Port)"]), [_TOTAL]),
        Check(
            "BankA",
            "sees all of its own loan",
            sorted(set(seen["BankA"]) & set(terms_and_loan)),
            terms_and_loan,
        ),
    ]
    stage.narration.looked("all four", "ask about the same financing", time.monotonic() - began, checks)


_TOTAL = "declaration's total"
_LEFT = "left for any bank"
_USED = "used by all banks"
_LIVE = "invoice in a live financing"


def _regulator(stage: Stage, loan: Loan) -> dict[str, str]:
    sample = stage.declaration(stage.declaration_of(loan.invoice))
    answer = stage.cast("Regulator", "auditor").ask(
        trade.SUPERVISE, trade.Supervise(declaration=sample.number)
    )
    found = next(f for f in answer.financings if f.financing.mark == loan.mark)
    pool = answer.pool
    return {
        **_figures(stage, loan, found.financing, found.terms),
        _TOTAL: str(Money(pool.total, pool.currency)),
        _USED: str(Money(pool.locked + pool.outstanding, pool.currency)),
        _LEFT: str(Money(pool.available, pool.currency)),
    }


def _bank(stage: Stage, loan: Loan, own: Loan) -> dict[str, str]:
    """What a bank reads under the mark's id, where another bank finds nothing, and in its own view."""
    auditor = stage.cast(own.bank, "auditor")
    financing = auditor.ask_or_code(trade.FINANCING_READ, trade.ReadFinancing(mark=loan.mark))
    facts = {}
    if not isinstance(financing, str):
        terms = auditor.ask(trade.TERMS_READ, trade.ReadTerms(terms=financing.terms)).terms
        facts = _figures(stage, loan, financing, terms)
    (answer,) = auditor.ask(trade.VIEW_READ, trade.ReadViews(views=(own.view,))).views
    number = stage.invoice(loan.invoice).number
    shown = next(each for each in answer.invoices if each.invoice.number == number)
    declared = answer.declarations[0]
    return {
        **facts,
        _LIVE: "yes" if shown.duplicate else "no",
        _TOTAL: str(Money(declared.total, declared.currency)),
        _LEFT: str(Money(declared.available, declared.currency)),
    }


def _customs(stage: Stage, loan: Loan) -> dict[str, str]:
    """Customs is refused the financing and the supervision, and reads its own statement."""
    number = stage.declaration(stage.declaration_of(loan.invoice)).number
    customs = stage.cast("Port", "customs")
    financing = customs.ask_or_code(trade.FINANCING_READ, trade.ReadFinancing(mark=loan.mark))
    supervision = customs.ask_or_code(trade.SUPERVISE, trade.Supervise(declaration=number))
    attempts = {"financing": financing, "supervision": supervision}
    seen = {name: "SEEN" for name, answer in attempts.items() if not isinstance(answer, str)}
    versions = customs.ask(trade.DECLARATION_READ, trade.ReadDeclaration(number=number)).versions
    return {**seen, _TOTAL: str(Money(versions[-1].total, versions[-1].currency))}


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
