"""One lock: its documents gathered, all refusals that look at them in order, and what is written if there
is none."""

from typing import TYPE_CHECKING

from counterfoil_protocol.confidential import bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import flags, pledges
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import directory, standing
from counterfoil_contracts.registry.desk import Desk

from . import model
from . import operations as ops
from .books import NearBook, PoolBook
from .declarations import declaration_of, invoice_pool
from .records import MARK, ViewRecord

if TYPE_CHECKING:
    from .messages import Declaration


class LockCase:
    """A lock that is being judged. `check` refuses or joins the documents; `write` then holds them for
    the mark."""

    def __init__(self, desk: Desk, view: ViewRecord, body: ops.Lock) -> None:
        self._desk = desk
        self._view = view
        self._body = body
        self._books = PoolBook(desk)
        self._near = NearBook(desk)
        self.documents = self._gather()
        self.held = model.hold_pledges(body, self.documents)
        self.near_duplicate = False

    def check(self) -> None:
        """All refusals that look at the documents, in order of precedence.

        Raises:
            Refusal: from `PARTY_MISMATCH` down to `OVER_FINANCING`.
        """
        model.check_parties(self._is_own, self.documents)
        known = directory.find(self._desk.context, self._view.enterprise).records
        enterprise = known[-1] if known else None
        model.check_admission(self._desk.msp_id, enterprise, self._desk.day)
        model.check_class(enterprise, self._body.review, self._desk.day)
        bank_frozen = standing.is_bank_frozen(self._desk, self._desk.msp_id)
        model.check_standing(enterprise, bank_frozen=bank_frozen)
        model.check_frozen(pool for pool in self._find_pools() if pool is not None)
        model.check_financeable(self.documents, self._desk.day)
        books = self._check_statements(fresh=True)
        model.check_open(books[document] for document in self.documents.fingerprints.values())
        self._check_near()
        ceilings = {document: self._desk.ceiling(pool) for document, pool in books.items()}
        model.check_room(self.held, books, ceilings)

    def check_fact(self) -> None:
        """Refusals that a loan which exists already meets too: whose documents, and what was stated of them.

        Raises:
            Refusal: from `BAD_STATE` down to `LOAN_ABOVE_PLEDGE`.
        """
        model.check_parties(self._is_own, self.documents)
        found = self._find_pools()
        if any(declaration is None for declaration in self.documents.declarations.values()):
            raise refusal(RefusalCode.NOT_FINANCEABLE, "a declaration that customs does not know")
        for pool in found:
            flagged = flags.open_flags(pool.flags, lenders=True) if pool is not None else ()
            if any(flag.code == flags.LATE_REGISTERED for flag in flagged):
                raise refusal(RefusalCode.BAD_STATE, "an invoice bears a loan registered late already")
        self._check_statements(fresh=False)
        self.near_duplicate = self._resembles_another()

    def write_fact(self, mark: Mark) -> None:
        """Hold the documents for a loan that exists already, and flag what it comes to."""
        before = tuple(pledges.empty(each) for each in mark.pledges)
        self._books.move(mark, pledges.movements(before, mark.pledges))
        over = Cause(self._desk.request_id, self._desk.now, flags.OVER_PLEDGED)
        self._books.flag(
            [hold.document for each in self.held for hold in (each.invoice, each.declaration)], over
        )
        late = Cause(self._desk.request_id, self._desk.now, flags.LATE_REGISTERED)
        for document in self.documents.fingerprints.values():
            pool = self._books.get(document)
            self._books.put(replace(pool, flags=flags.raised(pool.flags, late)))
        self._save(mark)

    def write(self, mark: Mark) -> None:
        """Hold the documents for the mark."""
        before = tuple(pledges.empty(each) for each in mark.pledges)
        self._books.move(mark, pledges.movements(before, mark.pledges))
        self._save(mark)

    def _save(self, mark: Mark) -> None:
        for position, invoice in self.documents.invoices.items():
            document = self.documents.fingerprints[position]
            self._near.put(invoice, document, live=True)
            if mark.near_duplicate:
                pool = self._books.get(document)
                cause = Cause(self._desk.request_id, self._desk.now, flags.NEAR_DUPLICATE)
                self._books.put(replace(pool, flags=flags.raised(pool.flags, cause)))
        self._near.save()
        self._books.save()
        own = self._desk.own(ops.MARKS, MARK, mark.id, bank_of(mark.bank))
        self._desk.context.store.write(*own, mark)

    def _is_own(self, party: str) -> bool:
        return directory.stands_for(self._desk.context, self._view.enterprise, party)

    def _gather(self) -> model.Documents:
        positions = dict.fromkeys(pledge.invoice for pledge in self._body.pledges)
        invoices = {position: self._view.invoices[position] for position in positions}
        declarations: dict[str, Declaration | None] = {}
        for number in dict.fromkeys(pledge.declaration for pledge in self._body.pledges):
            record = declaration_of(self._desk, number)
            declarations[number] = record.value.versions[-1] if record else None
        fingerprints = {
            position: self._books.resolve(model.check_invoice(invoice))
            for position, invoice in invoices.items()
        }
        return model.Documents(invoices, fingerprints, declarations)

    def _find_pools(self) -> list[Pool | None]:
        found = [self._books.find(document) for document in self.documents.fingerprints.values()]
        found += [self._books.find(declaration_fingerprint(number)) for number in self.documents.declarations]
        return found

    def _check_statements(self, *, fresh: bool) -> dict[str, Pool]:
        self._join()
        books = {
            hold.document: self._books.get(hold.document)
            for each in self.held
            for hold in (each.invoice, each.declaration)
        }
        model.check_lines(self.held, books)
        currencies = [
            (books[each.invoice.document].currency, books[each.declaration.document].currency)
            for each in self.held
        ]
        model.check_rates(self._body, currencies, self._desk.day, fresh=fresh)
        return books

    def _join(self) -> None:
        for position, stated in self.documents.invoices.items():
            model.check_issue(stated, self._books.find(self.documents.fingerprints[position]))
        for position, document in self.documents.fingerprints.items():
            if self._books.find(document) is None:
                self._books.put(invoice_pool(self.documents.invoices[position], document, "ENTERPRISE"))
        for pledge in self._body.pledges:
            before = self._books.get(self.documents.fingerprints[pledge.invoice])
            declaration = self._books.get(declaration_fingerprint(pledge.declaration))
            invoice, joined = model.joined(before, declaration, model.stated_line(self._view, pledge))
            self._books.put(joined)
            self._books.replace_invoice(before, invoice)

    def _check_near(self) -> None:
        self.near_duplicate = self._resembles_another()
        if self.near_duplicate and not self._body.accept_near_duplicates:
            raise refusal(
                RefusalCode.NEAR_DUPLICATE, "an invoice of this seller and number lives with other fields"
            )

    def _resembles_another(self) -> bool:
        # All are looked at, so that what is read does not tell which one it was.
        found = [
            self._near.lives_elsewhere(invoice, self.documents.fingerprints[position])
            for position, invoice in self.documents.invoices.items()
        ]
        return any(found)
