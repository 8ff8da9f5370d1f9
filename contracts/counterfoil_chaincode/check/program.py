"""All files that are checked together: finds the function that a call reaches."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .source import FunctionNode, Source, parameters


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or method, with the file it stands in and the dotted name of its class, if it has one."""

    name: str
    source: Source = field(repr=False)
    node: FunctionNode = field(repr=False)
    owner: str = ""

    @property
    def is_method(self) -> bool:
        """Whether its first parameter is the object or class it is called on."""
        plain = any(
            isinstance(each, ast.Name) and each.id == "staticmethod" for each in self.node.decorator_list
        )
        return bool(self.owner) and not plain

    @property
    def stored(self) -> frozenset[str]:
        """The names that it binds in its body."""
        return _stored(self.node)

    @property
    def once(self) -> Mapping[str, str]:
        """The expressions of names that are bound once, outside of loops: such a name is its expression."""
        return _once(self.node)

    @property
    def given(self) -> list[ast.arg]:
        """Its parameters, without `self`."""
        return parameters(self.node)[1 if self.is_method else 0 :]


@lru_cache(maxsize=4096)
def _stored(node: FunctionNode) -> frozenset[str]:
    return frozenset(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


@lru_cache(maxsize=4096)
def _once(node: FunctionNode) -> Mapping[str, str]:
    bound = Counter(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )
    return {
        each.targets[0].id: ast.unparse(each.value)
        for each in _outside_loops(node.body)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
        if len(each.targets) == 1 and bound[each.targets[0].id] == 1
    }


def _outside_loops(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        if not isinstance(
            node, ast.For | ast.AsyncFor | ast.While | FunctionNode | ast.ClassDef | ast.Lambda
        ):
            yield node
            yield from _outside_loops(ast.iter_child_nodes(node))


class Program:
    """The functions and classes of some sources by dotted name."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.functions: dict[str, Function] = {}
        self._bases: dict[str, list[str]] = {}
        for source in sources:
            for node in source.tree.body:
                if isinstance(node, FunctionNode):
                    self._add(Function(f"{source.module}.{node.name}", source, node))
                elif isinstance(node, ast.ClassDef):
                    self._add_class(source, node)

    def _add_class(self, source: Source, node: ast.ClassDef) -> None:
        name = f"{source.module}.{node.name}"
        self._bases[name] = [source.resolve(base) for base in node.bases]
        for member in node.body:
            if isinstance(member, FunctionNode):
                self._add(Function(f"{name}.{member.name}", source, member, name))

    def _add(self, function: Function) -> None:
        self.functions[function.name] = function

    def __iter__(self) -> Iterator[Function]:
        return iter(self.functions.values())

    def called(self, caller: Function, call: ast.Call) -> Function | None:
        """The function that a call reaches, where names and annotations tell."""
        target = call.func
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = self._class_of(caller, target.value.id)
            if owner:
                return self._method(owner, target.attr)
        return self.functions.get(caller.source.resolve(target))

    def arguments(self, function: Function, call: ast.Call) -> dict[str, ast.expr]:
        """What a call gives for each parameter, `self` included; what cannot be seen is left out."""
        bound = dict(zip((each.arg for each in function.given), call.args, strict=False))
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            bound = {}
        bound.update({each.arg: each.value for each in call.keywords if each.arg})
        if function.is_method and isinstance(call.func, ast.Attribute):
            bound[parameters(function.node)[0].arg] = call.func.value
        return bound

    def _class_of(self, caller: Function, name: str) -> str:
        if caller.owner and name in {"self", "cls"}:
            return caller.owner
        for parameter in parameters(caller.node):
            if parameter.arg == name and parameter.annotation is not None:
                found = caller.source.resolve(parameter.annotation)
                return found if found in self._bases else ""
        return ""

    def _method(self, owner: str, name: str, seen: frozenset[str] = frozenset()) -> Function | None:
        found = self.functions.get(f"{owner}.{name}")
        if found is not None or owner in seen:
            return found
        for base in self._bases.get(owner, ()):
            found = self._method(base, name, seen | {owner})
            if found is not None:
                return found
        return None
