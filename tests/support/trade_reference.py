"""What the rules of export invoices come to, as plain sums over a list of events.

Written from the rules; imports nothing of the project. An event keeps what it moved; a figure is the sum of
what all events moved, and a reversal is an event that moves back what its original moved. Documents have
currencies of their own, a loan another: what a pledge holds is in the documents', fixed at the lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

CEILING = Fraction(9, 10)
MINOR_UNITS = {"USD": 100, "EUR": 100, "CNY": 100, "JPY": 1}
"""Of one unit of a currency."""
Line = tuple[str, str]
"""(invoice, declaration)"""
Figure = tuple[int, str]
"""A figure of a pledge: its place in the mark, and `loan`, `drawn`, `repaid` in the loan's currency;
`amount`, `lent`, `back` of the invoice (`amount I`) and of the declaration (`amount D`) in theirs."""
SIDES = ("I", "D")


@dataclass
class Wanted:
    """A pledge that is asked for: what it holds of the invoice, of the declaration, and the loan on it."""

    line: Line
    invoice: int
    declaration: int
    loan: int


@dataclass
class Event:
    """Something that happened, to a mark or a document; `paid` is the invoice that `received` came in for."""

    kind: str
    about: str
    amount: int = 0
    received: int = 0
    paid: str = ""
    text: str = ""
    act: str = ""
    pledges: tuple[Wanted, ...] = ()
    moves: dict[Figure, int] = field(default_factory=dict)
    reversed: bool = False


@dataclass
class Reference:
    """The events so far, and what they add up to. `currencies` are the documents'; `rates` are units of the
    second currency for one unit of the first."""

    invoices: dict[str, int]
    declarations: dict[str, int]
    lines: dict[Line, tuple[int, int]]
    currencies: dict[str, str]
    rates: dict[tuple[str, str], Fraction]
    today: str
    events: list[Event] = field(default_factory=list)
    late: set[str] = field(default_factory=set)
    """Invoices of loans registered late, until nobody lends on them any more."""
    _about: dict[str, list[Event]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.events.append(event)
        self._about.setdefault(event.about, []).append(event)

    def worth(self, amount: int, source: str, target: str) -> int:
        """What an amount is in another currency, rounded down; all in minor units."""
        if source == target:
            return amount
        units = Fraction(amount, MINOR_UNITS[source]) * self.rates[source, target]
        return floor(units * MINOR_UNITS[target])

    # A financing: what its events moved.

    def of(self, mark: str, *kinds: str) -> list[Event]:
        return [each for each in self._about.get(mark, ()) if not kinds or each.kind in kinds]

    def counts(self, mark: str, kind: str) -> bool:
        return any(not each.reversed for each in self.of(mark, kind))

    def figure(self, mark: str, at: int, name: str) -> int:
        return sum(each.moves.get((at, name), 0) for each in self._about.get(mark, ()))

    def marks(self) -> dict[str, tuple[Wanted, ...]]:
        return {each.about: each.pledges for each in self.events if each.kind == "lock"}

    def places(self, mark: str) -> range:
        return range(len(self.marks()[mark]))

    def whole(self, mark: str, name: str) -> int:
        return sum(self.figure(mark, at, name) for at in self.places(mark))

    def rooms(self, mark: str, of: str, less: str = "") -> list[int]:
        return [
            self.figure(mark, at, of) - (self.figure(mark, at, less) if less else 0)
            for at in self.places(mark)
        ]

    def undrawn(self, mark: str) -> int:
        return self.whole(mark, "loan") - self.whole(mark, "drawn")

    def principal(self, mark: str) -> int:
        return self.whole(mark, "drawn") - self.whole(mark, "repaid")

    def is_approved(self, mark: str) -> bool:
        return self.counts(mark, "approve")

    def is_written_off(self, mark: str) -> bool:
        return self.counts(mark, "write_off") and self.whole(mark, "drawn") > 0

    def is_overdue(self, mark: str) -> bool:
        """Said to be, not taken back, and not given more time since."""
        said = [each for each in self.of(mark, "overdue", "extend", "undrawn") if not each.reversed]
        return bool(said) and said[-1].kind == "overdue"

    def is_live(self, mark: str) -> bool:
        if self.of(mark, "ended"):
            return False
        return not self.whole(mark, "drawn") or self.principal(mark) + self.undrawn(mark) > 0

    def maturity(self, mark: str) -> str:
        return self.of(mark, "lock", "extend", "correct", "transfer")[-1].text

    def may(self, step: str, mark: str) -> bool:
        """Whether the state of a financing allows a step of the smallest amount."""
        if not self.is_live(mark):
            return False
        out, drawn, undrawn = self.principal(mark), self.whole(mark, "drawn"), self.undrawn(mark)
        approved, lost, late = self.is_approved(mark), self.is_written_off(mark), self.is_overdue(mark)
        return {
            "approve": not approved,
            "draw": approved and not lost and not late and undrawn > 0,
            "repay": out > 0 and not lost,
            "recover": out > 0 and lost,
            "cancel": undrawn > 0 and not lost,
            "write_off": drawn > 0 and not undrawn and not lost,
            "overdue": drawn > 0 and not lost and not late and self.maturity(mark) < self.today,
            "extend": drawn > 0 and not lost,
            "extend_lock": not approved and not self.of(mark, "extend_lock"),
            "correct": True,
            "credit": True,
            "transfer": True,
        }[step]

    def may_reverse(self, event: Event) -> bool:
        mark = event.about
        if event.reversed:
            return False
        if event.kind in {"draw", "repay", "recover", "overdue", "write_off"}:
            if not self.whole(mark, "drawn"):
                return False
            if event.kind == "draw":
                kept = all(
                    self.figure(mark, at, "drawn") - event.moves[at, "drawn"]
                    >= self.figure(mark, at, "repaid")
                    for at in self.places(mark)
                )
                return not self.is_written_off(mark) and kept
            if event.kind == "overdue":
                return self.is_live(mark) and self.is_overdue(mark) and not self.is_written_off(mark)
            return event.kind != "write_off" or self.is_live(mark)
        if event.kind == "credit":
            return self.name(event.paid) == event.text
        return event.kind == "receipt"

    # What a step moves.

    def lock(self, mark: str, pledges: Sequence[Wanted], maturity: str) -> None:
        moves: dict[Figure, int] = {}
        for at, each in enumerate(pledges):
            moves |= {(at, "loan"): each.loan, (at, "amount I"): each.invoice}
            moves[at, "amount D"] = each.declaration
        self.add(Event("lock", mark, text=maturity, pledges=tuple(pledges), moves=moves))

    def approve(self, mark: str, amount: int) -> None:
        moves: dict[Figure, int] = {}
        for at, part in enumerate(spread(amount, self.rooms(mark, "loan"))):
            loan = self.figure(mark, at, "loan")
            moves[at, "loan"] = part - loan
            for side in SIDES:
                held = self.figure(mark, at, f"amount {side}")
                moves[at, f"amount {side}"] = (ceil(Fraction(held * part, loan)) if loan else 0) - held
        self.add(Event("approve", mark, amount, moves=moves))

    def draw(self, mark: str, amount: int, act: str) -> None:
        moves: dict[Figure, int] = {}
        for at, part in enumerate(spread(amount, self.rooms(mark, "loan", "drawn"))):
            moves[at, "drawn"] = part
            loan, total = self.figure(mark, at, "loan"), self.figure(mark, at, "drawn") + part
            for side in SIDES:
                held, lent = (self.figure(mark, at, f"{name} {side}") for name in ("amount", "lent"))
                share = ceil(Fraction(held * total, loan)) if loan else 0
                moves[at, f"lent {side}"] = max(0, share - lent)
        self.add(Event("draw", mark, amount, act=act, moves=moves))

    def pay_back(self, kind: str, mark: str, amount: int, act: str, received: int = 0) -> None:
        moves: dict[Figure, int] = {}
        for at, part in enumerate(spread(amount, self.rooms(mark, "drawn", "repaid"))):
            moves[at, "repaid"] = part
            drawn, total = self.figure(mark, at, "drawn"), self.figure(mark, at, "repaid") + part
            for side in SIDES:
                lent, back = (self.figure(mark, at, f"{name} {side}") for name in ("lent", "back"))
                share = floor(Fraction(lent * total, drawn)) if drawn else 0
                moves[at, f"back {side}"] = max(0, share - back)
        paid = self.marks()[mark][0].line[0] if received else ""
        event = Event(kind, mark, amount, received, paid, act=act, moves=moves)
        self.add(event)
        self._clear(event)

    def cancel(self, mark: str, act: str) -> None:
        moves: dict[Figure, int] = {}
        for at in self.places(mark):
            moves[at, "loan"] = self.figure(mark, at, "drawn") - self.figure(mark, at, "loan")
            for side in SIDES:
                lent, held = (self.figure(mark, at, f"{name} {side}") for name in ("lent", "amount"))
                moves[at, f"amount {side}"] = lent - held
        event = Event("cancel", mark, act=act, moves=moves)
        self.add(event)
        if not self.whole(mark, "drawn"):
            self.add(Event("ended", mark))
        self._clear(event)

    def reverse(self, event: Event) -> None:
        """What lay on the pledges is moved back; of what was given back no more stays than is lent."""
        mark, moves = event.about, {figure: -moved for figure, moved in event.moves.items()}
        if event.moves:
            for at in self.places(mark):
                for side in SIDES:
                    lent = self.figure(mark, at, f"lent {side}") + moves.get((at, f"lent {side}"), 0)
                    back = self.figure(mark, at, f"back {side}") + moves.get((at, f"back {side}"), 0)
                    moves[at, f"back {side}"] = moves.get((at, f"back {side}"), 0) + min(0, lent - back)
        event.reversed = True
        self.add(Event("reverse", mark, moves=moves))
        if event.kind == "draw" and not self.whole(mark, "drawn"):
            self.add(Event("undrawn", mark))
            for each in self.of(mark, "overdue", "write_off"):
                each.reversed = True

    def _clear(self, event: Event) -> None:
        """Nothing is out and nothing can be drawn: what rounding has kept goes with the last of the loan."""
        mark = event.about
        if not self.whole(mark, "drawn") or self.principal(mark) or self.undrawn(mark):
            return
        for at in self.places(mark):
            for side in SIDES:
                lent, back = (self.figure(mark, at, f"{name} {side}") for name in ("lent", "back"))
                event.moves[at, f"back {side}"] = event.moves.get((at, f"back {side}"), 0) + lent - back

    # A document.

    def name(self, invoice: str) -> str:
        """The name under which the seller has issued an invoice last."""
        names = [each.text for each in self.of(invoice, "reissue")]
        return names[-1] if names else invoice

    def holds(self, document: str) -> Iterable[tuple[str, int, str, Line]]:
        """Marks, places, sides and lines of all pledges on a document."""
        for mark, pledges in self.marks().items():
            for at, each in enumerate(pledges):
                for side, its in zip(SIDES, each.line, strict=True):
                    if its == document:
                        yield mark, at, side, each.line

    def held(self, mark: str, document: str) -> int:
        """What a mark holds of a document."""
        return sum(
            self.figure(mark, at, f"amount {side}") - self.figure(mark, at, f"back {side}")
            for its, at, side, _ in self.holds(document)
            if its == mark
        )

    def on(self, document: str) -> list[str]:
        return list(dict.fromkeys(mark for mark, *_ in self.holds(document)))

    def on_line(self, document: str, line: Line) -> int:
        """What all marks hold of a document along one line."""
        return sum(
            self.figure(mark, at, f"amount {side}") - self.figure(mark, at, f"back {side}")
            for mark, at, side, its in self.holds(document)
            if its == line
        )

    def received(self, invoice: str) -> int:
        return sum(each.received for each in self.events if each.paid == invoice and not each.reversed)

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
            if each.kind == "credit" and each.paid == document and not each.reversed:
                credited += each.amount
        return stated - credited

    def used(self, document: str) -> int:
        return sum(self.held(mark, document) for mark in self.on(document))

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
        decided = [each.amount for each in self.of(document, "freeze")]
        return bool(decided and decided[-1])

    def lock_answer(self, pledges: Sequence[Wanted], currency: str) -> str:
        """What a lock is answered: the first reason against it, in order of precedence."""
        documents = [document for each in pledges for document in each.line]
        invoices = [each.line[0] for each in pledges]
        reasons = (
            ("FROZEN", any(map(self.is_frozen, documents))),
            ("STATEMENT_CONFLICT", any(self.name(invoice) != invoice for invoice in invoices)),
            ("LOAN_ABOVE_PLEDGE", any(each.loan > self.most(each, currency) for each in pledges)),
            ("ALREADY_COLLECTED", any(self.collected(i) >= self.face(i) > 0 for i in invoices)),
            ("DUPLICATE", any(map(self.live_on, invoices))),
            ("OVER_FINANCING", not self._has_room(pledges)),
        )
        return next((code for code, holds in reasons if holds), "OK")

    def most(self, pledge: Wanted, currency: str) -> int:
        """The largest loan that both documents of a pledge are worth."""
        amounts = zip(pledge.line, (pledge.invoice, pledge.declaration), strict=True)
        return min(self.worth(amount, self.currencies[its], currency) for its, amount in amounts)

    def _has_room(self, pledges: Sequence[Wanted]) -> bool:
        wanted: dict[str, int] = {}
        for each in pledges:
            for document, amount, most in zip(
                each.line, (each.invoice, each.declaration), self.lines[each.line], strict=True
            ):
                wanted[document] = wanted.get(document, 0) + amount
                if self.on_line(document, each.line) + amount > most:
                    return False
        return all(amount <= self.available(document) for document, amount in wanted.items())


def spread(amount: int, rooms: Sequence[int]) -> list[int]:
    """Floor by pledge in order, and the last takes the rest; what it has no room for, the one before."""
    whole = sum(rooms)
    parts = [floor(Fraction(amount * room, whole)) for room in rooms]
    rest = amount - sum(parts)
    for at in range(len(rooms) - 1, -1, -1):
        more = min(rest, rooms[at] - parts[at])
        parts[at] += more
        rest -= more
    return parts
