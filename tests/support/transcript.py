"""All that somebody can see of a history, written down, and the comparison of two such transcripts.

They are compared after renaming: what is random by nature (ids, pseudonyms, salts) gets a name by its first
appearance, so equal must stay equal and different must stay different. A hash is named by all its
appearances, because Fabric sorts keys by their hashes, which is an order by chance.
"""

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import msgspec
from counterfoil import ContractRefusal
from counterfoil.trade import Outcome
from key_guesses import guesses

_HEX = re.compile(r"[0-9a-f]{16,}")
_TIME = re.compile(r"\b(1[6-9]|2[01])\d{8}\b")
"""Seconds since 1970, from 2020 to 2039; the businesses' amounts stay below."""
_SIGNED = re.compile(r"eyJ[\w-]+\.([\w-]+)\.[\w-]+")
GUESSED = "the hash of"
_NAME = re.compile(r"#\d+")
_TOLD_BY_A_LOOK = frozenset({"available", "remaining"})

Difference = tuple[str, str, str]
"""Kind and both lines; a line that the other world has not is empty there."""


@dataclass(slots=True)
class Transcript:
    """Lines by kind: `block`, `private`, `answer`, `log`; and `hash`, one line with all its appearances."""

    begun: int
    """The first block of the history."""
    lines: list[tuple[str, str]] = field(default_factory=list)
    hashes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    requests: set[str] = field(default_factory=set)
    """Every request id."""
    people: set[str] = field(default_factory=set)
    """Every pseudonym."""

    def note(self, kind: str, text: str) -> None:
        self.lines.append((kind, text))

    def ask(self, call: Callable[..., Any], *arguments: Any, **settings: Any) -> None:
        """Note what a question comes to, a refusal too."""
        try:
            found = call(*arguments, **settings)
        except ContractRefusal as refusal:
            self.note("answer", f"{refusal.code}: {refusal}")
        else:
            answer = found.answer if isinstance(found, Outcome) else found
            plain = msgspec.json.decode(msgspec.json.encode(answer))
            self.note("answer", repr(_without_what_a_look_tells(plain)))

    def note_hashes(self, facts: Iterable[str]) -> None:
        """Note every hash once, at the end; that of a fact or of a key that can be made is recognised."""
        known_ones = guesses(self.requests, self.people)
        known_ones |= {hashlib.sha256(fact.encode()).hexdigest(): fact for fact in facts}
        for digest, appearances in self.hashes.items():
            known = f"{GUESSED} {known_ones[digest]}: " if digest in known_ones else ""
            self.note("hash", known + ", ".join(appearances))

    def guessed(self) -> list[str]:
        """The hashes that were recognised."""
        return [line for kind, line in self.lines if kind == "hash" and line.startswith(GUESSED)]

    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    def renamed(self) -> list[tuple[str, str]]:
        """The lines with everything random named by its first appearance."""
        names: dict[str, str] = {}

        def rename(found: re.Match[str]) -> str:
            return names.setdefault(found[0], f"#{len(names)}")

        read = ((kind, _SIGNED.sub(_claims, text)) for kind, text in self.lines)
        return [(kind, _HEX.sub(rename, _TIME.sub("<time>", text))) for kind, text in read]


def differences(left: Transcript, right: Transcript) -> list[Difference]:
    """Kind and both lines, wherever the worlds differ."""
    one, other = left.renamed(), right.renamed()
    found = [
        (a[0] or b[0], a[1], b[1])
        for a, b in zip_longest(*map(_in_order, (one, other)), fillvalue=("", ""))
        if a != b
    ]
    hashes = [Counter(text for kind, text in lines if kind == "hash") for lines in (one, other)]
    found += [("hash", text, "") for text in (hashes[0] - hashes[1]).elements()]
    return found + [("hash", "", text) for text in (hashes[1] - hashes[0]).elements()]


def told(found: Iterable[Difference]) -> list[tuple[str, str]]:
    """Kind and text of the lines that one world has and the other has nowhere, or less often.

    One line more shifts all that come after it, and one name more all later names: those are no difference
    of their own.
    """
    sides = [Counter((kind, _NAME.sub("#", pair[side])) for kind, *pair in found) for side in (0, 1)]
    return [line for a, b in (sides, sides[::-1]) for line in (a - b).elements() if line[1]]


def shown(found: Iterable[Difference]) -> str:
    """The first differences, for people."""
    return "\n".join(f"{kind}:\n  {one}\n  {other}" for kind, one, other in list(found)[:20])


def _claims(signed: re.Match[str]) -> str:
    """What an enterprise has signed, without certificate and signature, which differ each time."""
    return base64.urlsafe_b64decode(signed[1] + "==").decode()


def _in_order(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [line for line in lines if line[0] != "hash"]


def _without_what_a_look_tells(answer: Any) -> Any:
    """The exception of the design: what is left of a document that was validly looked at."""
    if isinstance(answer, dict):
        return {
            name: f"<{name}>" if name in _TOLD_BY_A_LOOK else _without_what_a_look_tells(value)
            for name, value in answer.items()
        }
    if isinstance(answer, list):
        # Records come in the order of their ids, which is an order by chance.
        return sorted(map(_without_what_a_look_tells, answer), key=lambda each: _HEX.sub("", repr(each)))
    return answer
