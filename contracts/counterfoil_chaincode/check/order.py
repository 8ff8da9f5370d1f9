"""Sets gone through in an order that nobody has fixed, and `hash` and `id`, which differ in every process."""

import ast
from collections.abc import Iterator

from .finding import Finding
from .rules import Rule
from .source import FunctionNode, Source, functions, own_nodes, parameters

_SET_TYPES = frozenset({"set", "frozenset", "Set", "AbstractSet", "FrozenSet", "MutableSet"})
_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_ORDERING_CALLS = frozenset(
    {"list", "tuple", "enumerate", "zip", "iter", "map", "filter", "reversed", "str", "repr", "format"}
)
_FORGETTING_CALLS = frozenset(
    {"sorted", "set", "frozenset", "len", "sum", "min", "max", "any", "all", "bool", "isinstance"}
)
"""Builtins whose result does not depend on the order of what they go through."""


def check_order(source: Source) -> Iterator[Finding]:
    """Uses of an order that differs from process to process."""
    yield from _hashes(source)
    scopes: list[tuple[list[ast.AST], set[str]]] = [(_module_nodes(source), set())]
    scopes += [(list(own_nodes(each)), _set_parameters(each)) for each in functions(source.tree)]
    module_sets = _set_names(scopes[0][0], set())
    for nodes, given in scopes:
        yield from _Scope(source, nodes, _set_names(nodes, given | module_sets)).findings()


class _Scope:
    """The nodes of one function or module, and its names that hold sets."""

    def __init__(self, source: Source, nodes: list[ast.AST], sets: set[str]) -> None:
        self._source = source
        self._nodes = nodes
        self._sets = sets
        self._forgiven = {
            id(argument)
            for node in nodes
            if isinstance(node, ast.Call) and self._builtin(node) in _FORGETTING_CALLS
            for argument in node.args
        }

    def findings(self) -> Iterator[Finding]:
        for node in self._nodes:
            for gone_through in self._iterated(node):
                if _is_set(gone_through, self._sets):
                    text = "goes through a set, which has another order at each endorser; sort it"
                    yield Finding(self._source.path, gone_through.lineno, Rule.ORDER.id, text)

    def _iterated(self, node: ast.AST) -> Iterator[ast.expr]:
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            if id(node) not in self._forgiven:
                yield from (generator.iter for generator in node.generators)
        elif isinstance(node, ast.Starred | ast.FormattedValue):
            yield node.value
        elif isinstance(node, ast.Call):
            yield from self._iterated_by_call(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
            yield node.value

    def _iterated_by_call(self, node: ast.Call) -> Iterator[ast.expr]:
        if id(node) in self._forgiven:
            return
        if self._builtin(node) in _ORDERING_CALLS:
            yield from node.args
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr in {"join", "fromkeys", "extend"}:
                yield from node.args
            elif node.func.attr == "pop" and not node.args:
                yield node.func.value

    def _builtin(self, node: ast.Call) -> str:
        name = self._source.resolve(node.func)
        return name.removeprefix("builtins.") if name.startswith("builtins.") else ""


def _hashes(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and source.resolve(node.func) in {"builtins.hash", "builtins.id"}:
            name = source.resolve(node.func).removeprefix("builtins.")
            yield Finding(
                source.path, node.lineno, Rule.ORDER.id, f"{name}() differs from process to process"
            )


def _module_nodes(source: Source) -> list[ast.AST]:
    nodes: list[ast.AST] = []
    waiting: list[ast.AST] = list(source.tree.body)
    while waiting:
        node = waiting.pop(0)
        nodes.append(node)
        if not isinstance(node, FunctionNode | ast.Lambda):
            waiting[:0] = list(ast.iter_child_nodes(node))
    return nodes


def _set_parameters(function: FunctionNode) -> set[str]:
    return {each.arg for each in parameters(function) if _is_set_type(each.annotation)}


def _set_names(nodes: list[ast.AST], known: set[str]) -> set[str]:
    found = set(known)
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and _is_set_type(node.annotation):
            found.update(_name(node.target))
        elif isinstance(node, ast.Assign):
            names = [name for target in node.targets for name in _name(target)]
            # The last assignment counts: `names = sorted(names)` is no set any more.
            (found.update if _is_set(node.value, found) else found.difference_update)(names)
        elif isinstance(node, ast.NamedExpr) and _is_set(node.value, found):
            found.update(_name(node.target))
    return found


def _name(target: ast.expr) -> list[str]:
    return [target.id] if isinstance(target, ast.Name) else []


def _is_set_type(annotation: ast.expr | None) -> bool:
    node = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(node, ast.Attribute):
        return node.attr in _SET_TYPES
    return isinstance(node, ast.Name) and node.id in _SET_TYPES


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in sets
    if isinstance(node, ast.BinOp) and isinstance(node.op, _SET_OPERATORS):
        return _is_set(node.left, sets) or _is_set(node.right, sets)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in {"set", "frozenset"}
        if isinstance(node.func, ast.Attribute) and node.func.attr in _SET_METHODS:
            return _is_set(node.func.value, sets)
    return False
