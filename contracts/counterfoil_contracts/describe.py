"""Writes `docs/contracts.md`: `python -m counterfoil_contracts.describe > docs/contracts.md`."""

import ast
import inspect
import sys
from collections.abc import Iterator
from typing import Any

from counterfoil_protocol.confidential import BANK, Operation

from .chaincode import OPERATIONS, SCENARIOS
from .collections import RULES
from .core import flags
from .core.codes import RefusalCode
from .scenario import Scenario

_HEAD = """\
# The contracts of the chaincode `trade`

Written by `python -m counterfoil_contracts.describe` from the code; a test compares. *bank* stands for the
caller's own bank, `{bank}` in a collection's name likewise. Every submit is `<contract>:transact`, every
question `<contract>:inquire` (`counterfoil_protocol/confidential.py`); outcomes are kept in a collection.
*gateway* is whose gateway may carry it, which sees the request; *own* is the caller's organisation's.
"""


def page() -> str:
    """The whole page."""
    told = [line for scenario in SCENARIOS if scenario.subject for line in _scenario(scenario)]
    parts = [_HEAD, *_operations(), *told, *_refusals(), *_flags(), *_collections()]
    return "\n".join(parts)


def _operations() -> Iterator[str]:
    for contract in dict.fromkeys(operation.contract for operation in OPERATIONS):
        yield f"## Contract `{contract}`\n"
        yield "| operation | what | who | gateway | endorsed or answered by | reads | writes | outcome |"
        yield "|---|---|---|---|---|---|---|---|"
        for operation in OPERATIONS:
            if operation.contract == contract:
                yield _row(operation)
        yield ""


def _row(operation: Operation[Any, Any]) -> str:
    who = ", ".join(f"`{role.role}`" for role in operation.roles)
    places = operation.endorsers or operation.evaluate_at
    joint = " and " if operation.is_submit else " or "
    where = joint.join("bank" if place == BANK else place.removesuffix("MSP") for place in places)
    cells = (
        f"`{operation.name}`",
        operation.summary,
        who,
        ", ".join(msp.removesuffix("MSP") for msp in operation.carriers) or "own",
        where if operation.is_submit else f"asked at {where}",
        _codes(operation.reads),
        _codes(operation.writes),
        _codes((operation.outcome,) if operation.outcome else ()),
    )
    return f"| {' | '.join(cells)} |"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _scenario(scenario: Scenario) -> Iterator[str]:
    if scenario.acts:
        yield f"## Acts of two people on a {scenario.subject}\n"
        yield "One person prepares them, another confirms. A reversal is an act of its own, once an act.\n"
        yield "| act | what | can be reversed |\n|---|---|---|"
        for act in scenario.acts:
            text = " ".join(str(act.__doc__).split("\n\n")[0].split())
            reversible = "yes" if act in scenario.reversible else "–"
            yield f"| `{act.__struct_config__.tag}` | {text} | {reversible} |"
        yield ""
    yield f"## States of a {scenario.subject}\n"
    yield "```mermaid\nstateDiagram-v2"
    for name, edges in scenario.steps.items():
        for before, after in edges:
            yield f"    {before or '[*]'} --> {after}: {name}"
    for state in scenario.ended:
        yield f"    {state} --> [*]"
    yield "```\n"


def _refusals() -> Iterator[str]:
    yield "## Refusals, in order of precedence\n"
    yield "| | code | meaning |\n|---|---|---|"
    for number, (code, meaning) in enumerate(_meanings(), start=1):
        yield f"| {number} | `{code}` | {meaning} |"
    yield ""


def _meanings() -> Iterator[tuple[str, str]]:
    """Each code with the docstring that stands below it."""
    (tree,) = ast.parse(inspect.getsource(RefusalCode)).body
    assert isinstance(tree, ast.ClassDef)
    texts = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    for code, text in zip(RefusalCode, texts[1:], strict=True):
        yield code.value, str(text)


def _flags() -> Iterator[str]:
    yield "## Flags\n"
    yield "| flag | seen by | blocks | ends when |\n|---|---|---|---|"
    for code, rule in flags.RULES.items():
        seen = "regulator, and banks that hold or view the document" if rule.lenders else "regulator"
        yield f"| `{code}` | {seen} | {rule.blocks} | {rule.ends} |"
    yield ""


def _collections() -> Iterator[str]:
    yield "## Collections\n"
    yield "| collection | members | endorsed by | members only | peers that must have it at once |"
    yield "|---|---|---|---|---|"
    for rule in RULES:
        members, endorsers = (
            ", ".join("bank" if each == BANK else each.removesuffix("MSP") for each in names)
            for names in (rule.members, rule.endorsers)
        )
        only = "yes" if rule.member_only else "no"
        yield f"| `{rule.template}` | {members} | {endorsers} | {only} | {rule.required_peer_count} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
