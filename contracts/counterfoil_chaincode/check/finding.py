"""What the check found, and where."""

from dataclasses import dataclass
from pathlib import Path

from .rules import Rule


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place in a source file (line from 1), the id of a rule, and what is there."""

    path: Path
    line: int
    rule_id: str
    text: str

    @property
    def rule(self) -> Rule:
        """The rule of that id."""
        return next(rule for rule in Rule if rule.id == self.rule_id)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule_id}: {self.text}"
