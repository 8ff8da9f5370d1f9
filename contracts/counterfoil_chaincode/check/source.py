"""A source file as the rules see it: its tree, and what its names stand for."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `module` is its dotted name as others import it, `imports` what imported names stand for."""

    path: Path
    module: str
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)
    imports: dict[str, str] = field(repr=False)
    bound: frozenset[str] = field(repr=False)
    """Names that the file binds itself, outside of class bodies."""

    def resolve(self, node: ast.AST) -> str:
        """The dotted name of what a name or attribute stands for, empty if that cannot be seen.

        A builtin is `builtins.x`, a name of the file itself `module.x`.
        """
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if not isinstance(node, ast.Name):
            return ""
        if node.id in self.imports:
            return self.imports[node.id]
        if node.id in self.bound:
            return f"{self.module}.{node.id}"
        return f"builtins.{node.id}" if node.id in _BUILTINS else ""


def read_source(path: Path, module: str) -> Source:
    """Parse a file.

    Raises:
        SyntaxError, UnicodeDecodeError, ValueError: it is no Python.
    """
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    tree.body = [node for node in tree.body if not _is_main(node)]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return Source(path, module, text, tree, _imports(tree, package), frozenset(_bound(tree)))


def _is_main(node: ast.stmt) -> bool:
    """Whether a statement runs only if the file is a program: `if __name__ == "__main__":`."""
    test = node.test if isinstance(node, ast.If) else None
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _imports(tree: ast.Module, package: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                # `import a.b` binds `a`, `import a.b as c` binds `c` to a.b.
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for name in node.names:
                found[name.asname or name.name] = f"{base}.{name.name}" if base else name.name
    return found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        in_class = isinstance(tree, ast.ClassDef)
        if isinstance(node, FunctionNode | ast.ClassDef) and not in_class:
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not in_class:
            yield node.id
        if in_class and not isinstance(node, FunctionNode | ast.ClassDef):
            continue
        yield from _bound(node)


def functions(tree: ast.AST) -> Iterator[FunctionNode]:
    """Every function and method of a tree, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, FunctionNode))


def own_nodes(function: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of a function's body, without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def parameters(function: FunctionNode) -> list[ast.arg]:
    """The parameters in order, `self` among them, keyword-only ones last."""
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def decorator_names(function: FunctionNode) -> list[str]:
    """The last words of its decorators: `submit` of `@api.submit`, `operation` of `@operation(X)`."""
    found = []
    for decorator in function.decorator_list:
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(node, ast.Attribute):
            found.append(node.attr)
        elif isinstance(node, ast.Name):
            found.append(node.id)
    return found
