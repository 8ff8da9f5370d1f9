"""Follows confidential data through each function to where others read it.

Confidential is what comes from the transient data, from private data, and the body of a confidential
operation. Others read responses of submits, events, keys, public values, error texts and logs. A comparison,
a length, a keyed hash tell too little to count. What a helper returns is followed, what it does with its
arguments is not.
"""

import ast
from collections.abc import Iterable, Iterator

from .effects import Kind, is_store, key_of, ledger_method, value_of
from .finding import Finding
from .ledger_order import LedgerOrder, calls_in
from .program import Function, Program
from .rules import Rule
from .source import decorator_names, own_nodes

_TELLS_LITTLE = frozenset({"bool", "isinstance", "len", "type", "range"})
_HASHED = frozenset({"hmac.digest", "hmac.new"})
_LOGS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})
_LEDGER_PARAMETERS = frozenset({"ctx", "context", "stub", "self", "cls"})


def check_confidential(program: Program, order: LedgerOrder) -> Iterator[Finding]:
    """What is found in all functions."""
    giving = _giving(program)
    for function in program:
        yield from _Flow(program, function, giving).findings(order)


def _giving(program: Program) -> frozenset[str]:
    """Functions that return confidential data, whatever they are given."""
    giving: frozenset[str] = frozenset()
    while True:
        found = frozenset(each.name for each in program if _Flow(program, each, giving).gives())
        if found <= giving:
            return giving
        giving |= found


class _Flow:
    """One function, and its names that hold confidential data."""

    def __init__(self, program: Program, function: Function, giving: frozenset[str]) -> None:
        self._program = program
        self._function = function
        self._giving = giving
        self._marks = decorator_names(function.node)
        self._names: set[str] = set()
        if self._is_operation:
            self._names = {each.arg for each in function.given[1:]}
        self._nodes = list(own_nodes(function.node))
        while self._spread():
            pass

    @property
    def _is_operation(self) -> bool:
        return any(mark.endswith("operation") for mark in self._marks)

    def gives(self) -> bool:
        """Whether it returns what is confidential; an operation's answer is the runtime's business."""
        return any(self._holds(node.value) for node in self._returns())

    def findings(self, order: LedgerOrder) -> Iterator[Finding]:
        for node in self._nodes:
            if isinstance(node, ast.Raise) and node.exc is not None and self._holds_in_call(node.exc):
                yield self._found(node, "an error text quotes confidential data")
            elif isinstance(node, ast.Call):
                yield from self._in_call(node)
        if self._answers_submits(order):
            for returned in self._returns():
                if self._holds(returned.value):
                    yield self._found(returned, "the response of a submit holds confidential data")
        yield from self._arguments()

    def _found(self, node: ast.stmt | ast.expr, text: str) -> Finding:
        return Finding(self._function.source.path, node.lineno, Rule.CONFIDENTIAL.id, text)

    def _returns(self) -> list[ast.Return]:
        return [node for node in self._nodes if isinstance(node, ast.Return) and node.value is not None]

    def _answers_submits(self, order: LedgerOrder) -> bool:
        if self._is_operation or "evaluate" in self._marks or not self._function.owner:
            return False
        if {"submit", "transaction"} & set(self._marks):
            return True
        # Contracts of other runtimes do not say; what clients can call and what writes is submitted.
        return self._is_called_by_clients and any(
            effect.kind is Kind.WRITE for effect in order.effects(self._function)
        )

    @property
    def _is_called_by_clients(self) -> bool:
        given = [each.arg for each in self._function.given]
        public = bool(self._function.owner) and not self._function.node.name.startswith("_")
        return public and bool(given) and given[0] in {"ctx", "context"}

    # How confidential data spreads

    def _spread(self) -> bool:
        before = len(self._names)
        for node in self._nodes:
            for targets, value in _assignments(node):
                if value is not None and self._holds(value):
                    self._names.update(_names_of(targets))
        return len(self._names) > before

    def _holds(self, node: ast.AST | None) -> bool:
        """Whether an expression's value tells something confidential."""
        if node is None or isinstance(node, ast.Compare | ast.Lambda):
            return False
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return False
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.Attribute) and node.attr == "transient":
            return True
        if isinstance(node, ast.IfExp):
            return self._holds(node.body) or self._holds(node.orelse)
        if isinstance(node, ast.Call):
            return self._call_holds(node)
        return any(self._holds(child) for child in ast.iter_child_nodes(node))

    def _call_holds(self, node: ast.Call) -> bool:
        name = self._function.source.resolve(node.func)
        if name.removeprefix("builtins.") in _TELLS_LITTLE or name in _HASHED:
            return False
        if _gives_confidential(node):
            return True
        called = self._program.called(self._function, node)
        if called is not None and called.name in self._giving:
            return True
        method = ledger_method(node)
        if method is not None:
            return False
        return any(self._holds(child) for child in ast.iter_child_nodes(node))

    # Where others read it

    def _in_call(self, node: ast.Call) -> Iterator[Finding]:
        given = [*node.args, *(each.value for each in node.keywords)]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in {"set_event", "setEvent"} and any(map(self._holds, given)):
            yield self._found(node, "an event holds confidential data")
        if self._is_log(node) and any(map(self._holds, given)):
            yield self._found(node, "a log holds confidential data")
        method = ledger_method(node)
        if method is None or method.kind is not Kind.WRITE:
            return
        # The keys of `save` are keyed hashes.
        hashed = is_store(node) and name == "save"
        if not hashed and any(map(self._holds, key_of(node, method))):
            yield self._found(node, "a key tells confidential data; its plain hash can be guessed")
        if method.collection is None and self._holds(value_of(node, method)):
            yield self._found(node, "a public value holds confidential data")

    def _is_log(self, node: ast.Call) -> bool:
        name = self._function.source.resolve(node.func)
        if name == "builtins.print" or name.startswith("logging."):
            return True
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in _LOGS:
            return False
        owner = node.func.value
        return "log" in (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")).lower()

    def _holds_in_call(self, node: ast.expr) -> bool:
        given: Iterable[ast.expr] = [node]
        if isinstance(node, ast.Call):
            given = [*node.args, *(each.value for each in node.keywords)]
        return any(map(self._holds, given))

    def _arguments(self) -> Iterator[Finding]:
        """Arguments, which stand in the block, that become private values."""
        is_transaction = {"submit", "transaction"} & set(self._marks) or (
            not self._marks and self._is_called_by_clients
        )
        if not is_transaction:
            return
        plain = {each.arg for each in self._function.given[1:]} - _LEDGER_PARAMETERS
        for call in calls_in(self._function.node.body):
            method = ledger_method(call)
            if method is None or method.collection is None or method.kind is not Kind.WRITE:
                continue
            value = value_of(call, method)
            if value is not None and _mentions(value, plain):
                yield self._found(call, "a private value comes from an argument, which is in the block")


def _gives_confidential(call: ast.Call) -> bool:
    method = ledger_method(call)
    if method is not None:
        # Of a store all is private; a hash is no value.
        hashes = isinstance(call.func, ast.Attribute) and call.func.attr in {
            "digest",
            "get_private_data_hash",
        }
        return method.collection is not None and method.kind is not Kind.WRITE and not hashes
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return name in {"get_transient", "getTransient"}


def _assignments(node: ast.AST) -> Iterator[tuple[list[ast.expr], ast.expr | None]]:
    if isinstance(node, ast.Assign):
        yield node.targets, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        yield [node.target], node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield [node.target], node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield [node.optional_vars], node.context_expr


def _names_of(targets: Iterable[ast.expr]) -> Iterator[str]:
    for target in targets:
        # `self.x = secret` makes a part of self confidential, not all of it.
        if isinstance(target, ast.Attribute | ast.Subscript):
            continue
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                yield node.id


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))
