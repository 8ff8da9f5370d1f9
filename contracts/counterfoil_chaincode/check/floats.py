"""Floats: literals, conversions, annotations, true division, functions that give them."""

import ast
from collections.abc import Iterator

from .finding import Finding
from .rules import Rule
from .source import Source

_WHOLE = frozenset({"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod", "trunc"})
"""Functions of `math` whose result is a whole number if the arguments are."""
_EXACT = frozenset({"decimal.Decimal", "fractions.Fraction"})


def check_floats(source: Source) -> Iterator[Finding]:
    """Places where a float comes to be."""
    refusing = _type_checks(source)
    for node in ast.walk(source.tree):
        text = _what(source, node)
        if text and id(node) not in refusing:
            # Only nodes with a place are told of.
            yield Finding(source.path, getattr(node, "lineno", 1), Rule.FLOAT.id, text)


def _what(source: Source, node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"{node.value!r} is a float"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        return "" if _is_other_division(source, node) else "/ gives a float; // gives a whole number"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
        power = node.right if isinstance(node, ast.BinOp) else node.value
        is_negative = isinstance(power, ast.UnaryOp) and isinstance(power.op, ast.USub)
        return "** with a negative power gives a float" if is_negative else ""
    if isinstance(node, ast.Name | ast.Attribute):
        name = source.resolve(node)
        if name in {"builtins.float", "builtins.complex"}:
            return f"{name.removeprefix('builtins.')} is used"
        module, _, function = name.rpartition(".")
        if module in {"math", "cmath", "numpy"} and function not in _WHOLE:
            return f"{name} is or gives a float"
    return ""


def _is_other_division(source: Source, node: ast.BinOp | ast.AugAssign) -> bool:
    """Paths are put together with / too, and then there is a text beside it; exact numbers stay exact."""
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value]
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        or (isinstance(side, ast.Call) and source.resolve(side.func) in _EXACT)
        for side in sides
    )


def _type_checks(source: Source) -> set[int]:
    """Nodes that only ask whether something is a float, to refuse it."""
    return {
        id(inner)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and source.resolve(node.func) in {"builtins.isinstance", "builtins.issubclass"}
        for argument in node.args[1:]
        for inner in ast.walk(argument)
    }
