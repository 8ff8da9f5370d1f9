"""Who was told what in the story: every number, name and amount that stood in a bank's requests and answers.

From it follows what BankB may hold, so that the search through its files looks for all the rest.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Final

import msgspec

# Amounts below a million are found by chance in any file.
SMALLEST_AMOUNT: Final = 1_000_000
SHORTEST_TEXT: Final = 7
_TEXT_FIELDS = """
number buyer seller enterprise consignor consignee declaration declarations payer reference branch product
reason
"""
_TEXTS: Final = frozenset(_TEXT_FIELDS.split())
# Seconds since 1970 are no amounts.
_TIME_FIELDS = """
expires since times put_at prepared_at confirmed_at locked_at changed_at not_before expiry at asked_at
marked_at void_at taken_at answered_at acknowledged_at retain_until purged_at viewed_at executed_at
ended until withdrawn
"""
TIMES: Final = frozenset(_TIME_FIELDS.split())
_CONSENT: Final = "consent"
PARTIES: Final = ("Regulator", "Port", "BankA", "BankB")
"""Whoever has a peer on the channel."""
_TERMS_OPERATIONS: Final = frozenset({"terms.put", "slip.put"})
_LOAN_OPERATIONS: Final = _TERMS_OPERATIONS | {"lock", "mark", "prepare"}


@dataclass(slots=True)
class Facts:
    """Numbers, names and amounts as texts; an amount in its decimal digits."""

    texts: set[str] = field(default_factory=set, repr=False)
    amounts: set[str] = field(default_factory=set, repr=False)

    def note(self, message: object) -> None:
        """Take in every fact of a request or an answer (msgspec Structs, or what JSON gives)."""
        self._note(msgspec.to_builtins(message), "")

    def all(self) -> set[str]:
        """Texts and amounts together."""
        return self.texts | self.amounts

    def _note(self, value: object, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self._note(inner, str(key))
        elif isinstance(value, list | tuple):
            for inner in value:
                self._note(inner, name)
        elif isinstance(value, str):
            self._note_text(value, name)
        elif isinstance(value, int) and value >= SMALLEST_AMOUNT and name not in TIMES:
            self.amounts.add(str(value))

    def _note_text(self, text: str, name: str) -> None:
        if name == _CONSENT:
            payload = text.split(".")[1]
            self._note(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))), "")
        elif name in _TEXTS and len(text.encode()) >= SHORTEST_TEXT:
            self.texts.add(text)


@dataclass(slots=True)
class Knowledge:
    """The facts of each organisation, by its name."""

    facts: dict[str, Facts] = field(default_factory=dict)

    def of(self, organisation: str) -> Facts:
        """The facts that an organisation was told or told itself."""
        return self.facts.setdefault(organisation, Facts())

    def lent(self, organisation: str) -> Facts:
        """Of these, what it stated of its own loans, which its own peer therefore holds."""
        return self.facts.setdefault(f"{organisation}'s loans", Facts())

    def terms(self, organisation: str) -> Facts:
        """Of these, what stands in terms and slips, which no peer but its own and the regulator's holds."""
        return self.facts.setdefault(f"{organisation}'s terms", Facts())

    def stated(self, organisation: str) -> Facts:
        """Of these, what it stated to the ledger, which therefore lies there as it was stated."""
        return self.facts.setdefault(f"{organisation}'s statements", Facts())

    def told(self, organisation: str, message: object) -> None:
        """An organisation asked or was answered."""
        self.of(organisation).note(message)

    def published(self, message: object) -> None:
        """What lies in the channel's public state, and so is nobody's secret."""
        for organisation in PARTIES:
            self.told(organisation, message)

    def submitted(self, organisation: str, operation: str, message: object) -> None:
        """An organisation stated a message of an operation (its name in the contract)."""
        self.told(organisation, message)
        self.stated(organisation).note(message)
        if operation in _LOAN_OPERATIONS:
            self.lent(organisation).note(message)
        if operation in _TERMS_OPERATIONS:
            self.terms(organisation).note(message)
