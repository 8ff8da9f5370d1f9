"""Refusals: what a contract says no with, and how that crosses the wire as an error response `CODE: text`."""

import re
from dataclasses import dataclass
from enum import Enum

from counterfoil_protocol.messages import proposal_response

BAD_REQUEST_STATUS = 400
_LEAST_STATUS, _GREATEST_STATUS = 400, 599
_CODE = re.compile(r"([A-Z][A-Z0-9_]*)(?:: (.*))?", re.DOTALL)


class Refusal(Exception):  # noqa: N818 - the glossary's word for an expected no; errors are what nobody planned
    """An expected refusal with a stable code. A contract raises it before it writes.

    `code` is a member of an enumeration of codes in order of precedence (its name counts), or text in
    capitals. `text` is seen by the caller alone, and so must name nothing that the caller may not know.
    `status` is Fabric's response status, 400 to 599.
    """

    def __init__(self, code: Enum | str, text: str = "", *, status: int = BAD_REQUEST_STATUS) -> None:
        self.code = code.name if isinstance(code, Enum) else code
        self.text = text
        self.status = status
        if not _CODE.fullmatch(self.code) or ":" in self.code:
            raise ValueError("a refusal's code is made of capitals, digits and underscores")
        if not _LEAST_STATUS <= status <= _GREATEST_STATUS:
            raise ValueError("a refusal's status is 400 to 599: below that the peer would endorse it")
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """`CODE: text`, or the code alone."""
        return f"{self.code}: {self.text}" if self.text else self.code

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (self.code, self.text, self.status)


def _restore(code: str, text: str, status: int) -> Refusal:
    return Refusal(code, text, status=status)


@dataclass(frozen=True, slots=True)
class ParsedRefusal:
    """Code and text of a message that a refusal made."""

    code: str
    text: str


def parse_refusal(message: str) -> ParsedRefusal | None:
    """Read `CODE: text` back; None for a message that no refusal made."""
    match = _CODE.fullmatch(message)
    return ParsedRefusal(match[1], match[2] or "") if match else None


def error_response(message: str, status: int) -> proposal_response.Response:
    """The response that makes the endorsement fail: status 400 and above (core/endorser/endorser.go)."""
    return proposal_response.Response(status=status, message=message)
