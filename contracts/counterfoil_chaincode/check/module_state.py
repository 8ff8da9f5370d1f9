"""What a transaction would leave behind in the process: in a module, a class, the contract, a default."""

import ast
from collections.abc import Iterator

from .finding import Finding
from .rules import Rule
from .source import FunctionNode, Source, decorator_names, functions, own_nodes, parameters

_CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
    "popleft", "remove", "reverse", "setdefault", "sort", "update",
})  # fmt: skip
_TRANSACTION_MARKS = frozenset({"submit", "evaluate", "transaction", "operation"})
_STUB_PARAMETERS = frozenset({"stub", "ctx", "context"})
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def check_module_state(source: Source) -> Iterator[Finding]:
    """Changes that outlive the transaction."""
    own = _module_names(source)
    for function in functions(source.tree):
        hidden = _local_names(function)
        yield from _globals(source, function)
        yield from _changes(source, function, own - hidden, set(source.imports) - hidden)
        yield from _defaults(source, function)
        yield from _caches(source, function)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and _is_contract(node):
            yield from _contract_state(source, node)


def _found(source: Source, node: ast.AST, text: str) -> Finding:
    return Finding(source.path, getattr(node, "lineno", 1), Rule.MODULE_STATE.id, text)


def _module_names(source: Source) -> set[str]:
    names: set[str] = set()
    for node in source.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        names.update(each.id for each in targets if isinstance(each, ast.Name))
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
    return names


def _local_names(function: FunctionNode) -> set[str]:
    declared = {name for node in own_nodes(function) if isinstance(node, ast.Global) for name in node.names}
    stored = {
        node.id
        for node in own_nodes(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return (stored | {each.arg for each in parameters(function)}) - declared


def _globals(source: Source, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if isinstance(node, ast.Global):
            yield _found(source, node, f"{function.name} assigns to the module's {', '.join(node.names)}")


def _changes(source: Source, function: FunctionNode, own: set[str], imported: set[str]) -> Iterator[Finding]:
    for node in own_nodes(function):
        changed = _changed(node)
        name = _root(changed) if changed is not None else ""
        # `tables.update(...)` on an imported name is as likely a call of a module's function.
        if name in own or (name in imported and not isinstance(node, ast.Call)):
            yield _found(source, node, f"{function.name} changes {name}, which later transactions see")


def _changed(node: ast.AST) -> ast.expr | None:
    """The thing whose content a statement or call changes."""
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return node.func.value
    return None


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _defaults(source: Source, function: FunctionNode) -> Iterator[Finding]:
    for default in (*function.args.defaults, *function.args.kw_defaults):
        if isinstance(default, _MUTABLE):
            yield _found(source, default, f"the default of {function.name} is one object for all calls")


def _caches(source: Source, function: FunctionNode) -> Iterator[Finding]:
    cached = {"lru_cache", "cache", "cached_property"} & set(decorator_names(function))
    reads_ledger = {each.arg for each in parameters(function)} & _STUB_PARAMETERS
    if cached and reads_ledger:
        yield _found(source, function, f"{function.name} remembers what it read from the ledger")


def _is_contract(node: ast.ClassDef) -> bool:
    bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
    if any(name.endswith(("Contract", "Chaincode")) for name in bases):
        return True
    methods = [each for each in node.body if isinstance(each, FunctionNode)]
    marks = {name.rpartition("_")[2] for method in methods for name in decorator_names(method)}
    return bool(_TRANSACTION_MARKS & marks)


def _contract_state(source: Source, contract: ast.ClassDef) -> Iterator[Finding]:
    for method in contract.body:
        if not isinstance(method, FunctionNode) or method.name in {"__init__", "__new__"}:
            continue
        for node in own_nodes(method):
            changed = _changed(node)
            if changed is not None and _root(changed) in {"self", "cls"}:
                text = f"{method.name} changes the contract object, which serves many transactions at once"
                yield _found(source, node, text)
