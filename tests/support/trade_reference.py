"""What the rules of export invoices come to, as plain sums over a list of events.

Written from the rules; imports nothing of the project. Loan, invoice and declaration are in one currency, and
a pledge holds of both documents what it lends, so that every figure is a sum. An event that was reversed
counts no more, from then on.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

CEILING = Fraction(9, 10)
Line = tuple[str, str]
"""(invoice, declaration)"""


@dataclass
class Event:
    """Something that happened. `about` is a mark or a document; `source` an invoice that was paid by it."""

    kind: str
    about: str
    amount: int = 0
    line: Line = ("", "")
    received: int = 0
    reversed_at: int | None = None
    act: str = ""


@dataclass
class Reference:
    """The events so far, and what they add up to."""

    invoices: dict[str, int]
    declarations: dict[str, int]
    lines: dict[Line, tuple[int, int]]
    events: list[Event] = field(default_factory=list)
    late: set[str] = field(default_factory=set)
    """Invoices of loans registered late, until nobody lends on them any more."""

    def add(self, event: Event) -> None:
        self.events.append(event)

    def reverse(self, event: Event) -> None:
        event.reversed_at = len(self.events)
        self.events.append(Event("reverse", event.about))

    def counting(self, kind: str, about: str, at: int | None = None) -> list[Event]:
        """Events that count after the first `at` events, or now."""
        until = len(self.events) if at is None else at
        return [
            each
            for each in self.events[:until]
            if each.kind == kind
            and each.about == about
            and (each.reversed_at is None or each.reversed_at >= until)
        ]

    def total(self, kind: str, about: str, at: int | None = None) -> int:
        return sum(each.amount for each in self.counting(kind, about, at))

    # A financing.

    def marks(self) -> dict[str, Event]:
        return {each.about: each for each in self.events if each.kind == "lock"}

    def drawn(self, mark: str, at: int | None = None) -> int:
        return self.total("draw", mark, at)

    def repaid(self, mark: str) -> int:
        return self.total("repay", mark) + self.total("recover", mark)

    def principal(self, mark: str) -> int:
        return self.drawn(mark) - self.repaid(mark)

    def cancellations(self, mark: str) -> list[int]:
        return [at for at, e in enumerate(self.events) if e.kind == "cancel" and e.about == mark]

    def is_approved(self, mark: str) -> bool:
        return bool(self.counting("approve", mark))

    def is_written_off(self, mark: str) -> bool:
        return bool(self.counting("write_off", mark))

    def limit(self, mark: str) -> int:
        """What may be out at most: what was drawn at the last cancellation, else approved, else locked."""
        cancelled = self.cancellations(mark)
        if cancelled:
            return self.drawn(mark, cancelled[-1])
        return self.total("approve", mark) if self.is_approved(mark) else self.marks()[mark].amount

    def undrawn(self, mark: str) -> int:
        return self.limit(mark) - self.drawn(mark)

    def held(self, mark: str) -> int:
        """What a mark holds of both documents of its line."""
        return self.limit(mark) - self.repaid(mark)

    def is_live(self, mark: str) -> bool:
        if any(self.drawn(mark, at) == 0 for at in self.cancellations(mark)):
            return False
        return not self.drawn(mark) or self.held(mark) > 0

    def may(self, step: str, mark: str) -> bool:
        """Whether the state of a financing allows a step of the smallest amount."""
        out, approved, lost = self.principal(mark), self.is_approved(mark), self.is_written_off(mark)
        if not self.is_live(mark):
            return False
        return {
            "approve": not approved,
            "draw": approved and not lost and self.undrawn(mark) > 0,
            "repay": out > 0 and not lost,
            "recover": out > 0 and lost,
            "cancel": self.undrawn(mark) > 0,
            "write_off": self.drawn(mark) > 0 and not self.undrawn(mark) and not lost,
            "credit": not self.is_reissued(self.marks()[mark].line[0]),
            "transfer": True,
        }[step]

    def may_reverse(self, event: Event) -> bool:
        if event.reversed_at is not None:
            return False
        if event.kind == "draw":
            kept = self.drawn(event.about) - event.amount
            return not self.is_written_off(event.about) and self.repaid(event.about) <= kept
        if event.kind == "write_off":
            return self.is_live(event.about)
        if event.kind == "credit":
            return not self.is_reissued(event.line[1])
        return event.kind in {"repay", "recover", "receipt"}

    # A document.

    def is_reissued(self, invoice: str) -> bool:
        """Whether the seller has issued the invoice anew, and not under the old name again."""
        names = [each.line[1] for each in self.events if (each.kind, each.about) == ("reissue", invoice)]
        return bool(names and names[-1] != invoice)

    def on(self, document: str) -> list[str]:
        return [mark for mark, lock in self.marks().items() if document in lock.line]

    def received(self, invoice: str) -> int:
        counts = [each for each in self.events if each.reversed_at is None]
        return sum(each.received for each in counts if each.line[0] == invoice)

    def collected(self, document: str) -> int:
        """Of an invoice what came in; of a declaration its lines' shares of that, line by line in order."""
        if document in self.invoices:
            return self.received(document)
        found = 0
        for invoice in self.invoices:
            left = self.received(invoice)
            for (its, declaration), (own, other) in self.lines.items():
                if its == invoice:
                    taken = min(left, own)
                    left -= taken
                    found += ceil(Fraction(other * taken, own)) if declaration == document else 0
        return found

    def face(self, document: str) -> int:
        """The total now: the last amendment's or issue's, less what was credited since."""
        stated, credited = {**self.invoices, **self.declarations}[document], 0
        for each in self.events:
            if each.about == document and each.kind in {"amend", "reissue"}:
                stated, credited = each.amount, 0
            if each.kind == "credit" and each.line[1] == document and each.reversed_at is None:
                credited += each.amount
        return stated - credited

    def used(self, document: str) -> int:
        return sum(self.held(mark) for mark in self.on(document))

    def ceiling(self, document: str) -> int:
        return max(0, floor((self.face(document) - self.collected(document)) * CEILING))

    def available(self, document: str) -> int:
        return max(0, self.ceiling(document) - self.used(document))

    def live_on(self, document: str) -> int:
        return sum(1 for mark in self.on(document) if self.is_live(mark))

    def is_flagged(self, document: str) -> bool:
        over = self.used(document) > self.ceiling(document)
        return over or document in self.late or (document in self.invoices and self.live_on(document) > 1)

    def look(self) -> None:
        """What a step leaves behind: a late loan's flag goes when nobody lends on the invoice."""
        self.late = {invoice for invoice in self.late if self.live_on(invoice)}

    def is_frozen(self, document: str) -> bool:
        decided = [each.amount for each in self.events if each.kind == "freeze" and each.about == document]
        return bool(decided and decided[-1])

    def lock_answer(self, line: Line, amount: int) -> str:
        invoice, declaration = line
        if self.is_frozen(invoice) or self.is_frozen(declaration):
            return "FROZEN"
        if self.is_reissued(invoice):
            return "STATEMENT_CONFLICT"
        if self.collected(invoice) >= self.face(invoice) > 0:
            return "ALREADY_COLLECTED"
        if self.live_on(invoice):
            return "DUPLICATE"
        on_line = sum(self.held(mark) for mark, lock in self.marks().items() if lock.line == line)
        own, other = self.lines[line]
        room = min(own - on_line, other - on_line, self.available(invoice), self.available(declaration))
        return "OVER_FINANCING" if amount > room else "OK"
