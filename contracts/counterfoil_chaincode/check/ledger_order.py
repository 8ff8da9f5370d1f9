"""Follows a transaction through its functions: reads after its own writes, unchecked queries beside writes.

Branches are followed separately and met again, a loop is gone through twice. Calls are followed where names
and annotations tell what is called; keys are compared as expressions, so `key` and `asset.key` are two.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .effects import Kind, Place, is_outside, ledger_method, place_of
from .finding import Finding
from .program import Function, Program
from .rules import Rule
from .source import FunctionNode, parameters

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BRANCHES = (ast.If, ast.Try, ast.Match, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)
_NESTED_MAX = 3
Before = frozenset["_Effect"]


@dataclass(frozen=True, slots=True)
class _Effect:
    """Something a transaction does on the ledger, and the call that does it."""

    kind: Kind
    place: Place
    function: Function
    line: int


class LedgerOrder:
    """The check of both rules over a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._effects: dict[str, tuple[_Effect, ...]] = {}

    def findings(self) -> Iterator[Finding]:
        """What is found in all functions."""
        for function in self._program:
            yield from _Walk(self, function).findings()

    def effects(self, function: Function, under: frozenset[str] = frozenset()) -> tuple[_Effect, ...]:
        """What a function and those it calls do, in the order they are written; places in its own names."""
        known = self._effects.get(function.name)
        if known is not None or function.name in under:
            return known or ()
        found: dict[_Effect, None] = {}
        for call in calls_in(function.node.body):
            found.update(dict.fromkeys(self.effects_of(function, call, under | {function.name})))
        self._effects[function.name] = tuple(found)
        return self._effects[function.name]

    def effects_of(
        self, function: Function, call: ast.Call, under: frozenset[str] = frozenset()
    ) -> list[_Effect]:
        """What one call does; places in the caller's names."""
        method = ledger_method(call)
        if method is not None:
            place = _spelled_out(place_of(call, method), function)
            return [_Effect(method.kind, place, function, call.lineno)]
        called = self._program.called(function, call)
        if called is None:
            return []
        given = {name: ast.unparse(node) for name, node in self._program.arguments(called, call).items()}
        return [
            replace(effect, place=_moved(effect.place, given, called))
            for effect in self.effects(called, under)
        ]


def calls_in(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """Calls in the order they happen: arguments before their call. Functions inside are left out."""
    for node in nodes:
        if isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
            continue
        yield from calls_in(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):
            yield node


def _moved(place: Place, given: dict[str, str], called: Function) -> Place:
    """A place in the caller's names; unknown if it depends on a name of the called function alone."""
    if not place.names:
        return place
    outer = {each.arg for each in parameters(called.node)} - set(given)
    if place.names & (called.stored | outer):
        return Place(place.collection, "", frozenset())
    return _with(place, given)


def _spelled_out(place: Place, function: Function) -> Place:
    """A place without names that only stand for an expression."""
    for _ in range(_NESTED_MAX):
        before, place = place, _with(place, function.once)
        if place == before:
            break
    return place


def _with(place: Place, given: Mapping[str, str]) -> Place:
    given = {name: text for name, text in given.items() if name in place.names and name != text}
    if not given:
        return place
    collection, key = _renamed(place.collection, given), _renamed(place.key, given)
    names = {
        node.id
        for text in (collection, *key.split("\n"))
        if text
        for node in ast.walk(ast.parse(text, mode="eval"))
        if isinstance(node, ast.Name)
    }
    return Place(collection, key, frozenset(names))


def _renamed(text: str, given: dict[str, str]) -> str:
    parts = [part for part in text.split("\n") if part]
    return "\n".join(ast.unparse(_Rename(given).visit(ast.parse(part, mode="eval"))) for part in parts)


class _Rename(ast.NodeTransformer):
    def __init__(self, given: dict[str, str]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Put the argument in the place of the parameter."""
        text = self._given.get(node.id)
        return node if text is None else ast.parse(text, mode="eval").body


class _Walk:
    """One function, with what has been written and queried on the way through it."""

    def __init__(self, order: LedgerOrder, function: Function) -> None:
        self._order = order
        self._function = function
        self._found: dict[Finding, None] = {}

    def findings(self) -> Iterator[Finding]:
        self._block(self._function.node.body, frozenset())
        yield from self._found

    def _block(self, statements: Iterable[ast.stmt], before: Before) -> Before | None:
        """What has come before the end of some statements; None if they never get to their end."""
        for statement in statements:
            after = self._statement(statement, before)
            if after is None:
                return None
            before = after
        return before

    def _statement(self, node: ast.stmt, before: Before) -> Before | None:
        if isinstance(node, FunctionNode | ast.ClassDef):
            return before
        if not isinstance(node, _BRANCHES):
            before = self._expressions([node], before)
            return None if isinstance(node, _ENDS) else before
        if isinstance(node, ast.For | ast.AsyncFor):
            return self._loop(node, self._expressions([node.iter], before), _stored([node.target]))
        if isinstance(node, ast.While):
            return self._loop(node, self._expressions([node.test], before), frozenset())
        if isinstance(node, ast.With | ast.AsyncWith):
            return self._block(node.body, self._expressions(node.items, before))
        if isinstance(node, ast.If):
            before = self._expressions([node.test], before)
            return _met([self._block(node.body, before), self._block(node.orelse, before)])
        if isinstance(node, ast.Match):
            before = self._expressions([node.subject], before)
            return _met([before, *(self._block(case.body, before) for case in node.cases)])
        return self._try(node, before)

    def _try(self, node: ast.stmt, before: Before) -> Before | None:
        assert isinstance(node, ast.Try)
        body = self._block([*node.body, *node.orelse], before)
        handled = [self._block(handler.body, before) for handler in node.handlers]
        met = _met([body, *handled])
        return None if met is None else self._block(node.finalbody, met)

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, before: Before, targets: frozenset[str]
    ) -> Before | None:
        changing = targets | _stored(node.body)
        once = self._block(node.body, _without(before, targets))
        if once is not None:
            # The second time round, what depends on the loop's own names is another key.
            self._block(node.body, _without(once, changing))
        met = _met([before, once])
        return None if met is None else self._block(node.orelse, met)

    def _expressions(self, nodes: Iterable[ast.AST], before: Before) -> Before:
        nodes = list(nodes)
        for call in calls_in(nodes):
            effects = self._order.effects_of(self._function, call)
            for effect in effects:
                self._compare(effect, before, call)
            self._unchecked(effects, before)
            before |= {effect for effect in effects if effect.kind in {Kind.WRITE, Kind.UNCHECKED}}
        return _without(before, _stored(nodes))

    def _unchecked(self, effects: Sequence[_Effect], before: Before) -> None:
        """Tell the queries that have come before a write on this way, or after one."""
        writes = any(effect.kind is Kind.WRITE for effect in effects)
        has_written = any(effect.kind is Kind.WRITE for effect in before)
        queries = [*(before if writes else ()), *(effects if has_written else ())]
        for query in queries:
            if query.kind is Kind.UNCHECKED:
                text = f"a query that validation does not check, and {self._function.node.name} also writes"
                path = query.function.source.path
                self._found[Finding(path, query.line, Rule.UNCHECKED_QUERY.id, text)] = None

    def _compare(self, effect: _Effect, before: Before, call: ast.Call) -> None:
        if effect.kind is Kind.WRITE:
            return
        for write in before:
            if write.kind is not Kind.WRITE:
                continue
            if write.place.collection != effect.place.collection:
                continue
            if effect.kind is Kind.RANGE and is_outside(write.place.key, effect.place.key):
                continue
            is_same = bool(effect.place.key) and write.place.key == effect.place.key
            if effect.kind is not Kind.READ or is_same:
                what = "reads a key" if effect.kind is Kind.READ else "goes through a range of keys"
                text = f"{what} that line {write.line} has written; it gives what was before the transaction"
                self._found[Finding(self._function.source.path, call.lineno, Rule.OWN_WRITE.id, text)] = None
                return


def _stored(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _without(before: Before, names: frozenset[str]) -> Before:
    """The same, with places that depend on these names no longer known."""
    return frozenset(
        replace(effect, place=Place(effect.place.collection, "", frozenset()))
        if effect.place.names & names
        else effect
        for effect in before
    )


def _met(ways: Iterable[Before | None]) -> Before | None:
    reached = [way for way in ways if way is not None]
    return frozenset().union(*reached) if reached else None
