"""Comments that allow a finding, with the reason: `# allow float: shown to people, never stored`.

They stand on the line of the finding, behind other comments if need be, or in comment lines of their own
right above it.
"""

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .finding import Finding
from .rules import CONTRACT_RULES, Rule

_ALLOWANCE = re.compile(r"#\s*allow\s+(?P<rules>[a-z-]+(?:\s*,\s*[a-z-]+)*)\s*(?::\s*(?P<reason>.*))?$")
_IDS = frozenset(rule.id for rule in CONTRACT_RULES)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One comment: its own line, the line it speaks of, the rules it allows, and why."""

    comment_line: int
    line: int
    rule_ids: frozenset[str]
    reason: str


def read_allowances(text: str) -> list[Allowance]:
    """The allowances in a source text that can be parsed."""
    lines = text.splitlines()
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        match = _ALLOWANCE.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        number = token.start[0]
        spoken_of = number
        while spoken_of <= len(lines) and lines[spoken_of - 1].lstrip().startswith("#"):
            spoken_of += 1
        ids = frozenset(re.split(r"\s*,\s*", match["rules"].strip()))
        found.append(Allowance(number, spoken_of, ids, (match["reason"] or "").strip()))
    return found


def without_allowed(
    path: Path, findings: Iterable[Finding], allowances: list[Allowance]
) -> Iterator[Finding]:
    """The findings that no allowance with a reason covers, and the allowances that are wrong."""
    used: set[tuple[int, str]] = set()
    for finding in findings:
        allowing = [
            each for each in allowances if each.line == finding.line and finding.rule_id in each.rule_ids
        ]
        used.update((each.comment_line, finding.rule_id) for each in allowing)
        if not any(each.reason for each in allowing):
            yield finding
    for each in allowances:
        for rule_id in sorted(each.rule_ids):
            wrong = _what_is_wrong(each, rule_id, is_used=(each.comment_line, rule_id) in used)
            if wrong:
                yield Finding(path, each.comment_line, Rule.UNUSED.id, wrong)


def _what_is_wrong(allowance: Allowance, rule_id: str, *, is_used: bool) -> str:
    if rule_id not in _IDS:
        return f"there is no rule {rule_id} to allow"
    if not is_used:
        return f"{rule_id} finds nothing here to allow"
    if not allowance.reason:
        return f"an allowance says why: `# allow {rule_id}: reason`"
    return ""
