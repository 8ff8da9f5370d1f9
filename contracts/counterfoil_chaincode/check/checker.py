"""Checks the Python files of a chaincode: every file for itself, then what they do together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil_protocol.chaincode_sources import source_files

from .allowance import read_allowances, without_allowed
from .confidential_flow import check_confidential
from .finding import Finding
from .floats import check_floats
from .ledger_order import LedgerOrder
from .module_state import check_module_state
from .order import check_order
from .outside import check_outside
from .program import Program
from .rules import Rule
from .source import Source, read_source

_FILE_RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    check_outside,
    check_order,
    check_floats,
    check_module_state,
)
_TEST_MODULES = ("counterfoil_chaincode.testing", "pytest", "unittest", "hypothesis")
_TEST_FOLDER = "testing"
"""What is shipped for the tests of those who use the contracts: left out and reported."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in how many files, and which were left out because they are tests."""

    findings: tuple[Finding, ...]
    files: int
    tests: tuple[Path, ...]


def check_path(path: Path) -> Report:
    """Check a file, or all Python files in a folder. Files that use test libraries, or lie in a
    folder `testing`, are no contracts.

    Raises:
        FileNotFoundError: there is nothing of that name.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    sources, findings, tests = [], [], []
    for file in _python_files(path):
        try:
            source = read_source(file, _module_name(file, path))
        except (SyntaxError, ValueError) as error:
            findings.append(
                Finding(file, getattr(error, "lineno", None) or 1, Rule.UNREADABLE.id, str(error))
            )
            continue
        if _TEST_FOLDER in file.relative_to(path).parts[:-1] or _is_test(source):
            tests.append(file)
        else:
            sources.append(source)
    findings += _check(sources)
    return Report(tuple(sorted(findings)), len(sources), tuple(tests))


def _check(sources: Sequence[Source]) -> Iterator[Finding]:
    program = Program(sources)
    order = LedgerOrder(program)
    found = {finding for source in sources for check in _FILE_RULES for finding in check(source)}
    found.update(order.findings())
    found.update(check_confidential(program, order))
    for source in sources:
        own = sorted(finding for finding in found if finding.path == source.path)
        yield from without_allowed(source.path, own, read_allowances(source.text))


def _python_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in source_files(path) if file.suffix == ".py"]


def _module_name(file: Path, root: Path) -> str:
    """The dotted name under which the others import a file; the root's own name counts if it is a package."""
    folder = root if root.is_dir() else root.parent
    resolved = folder.resolve()
    prefix = [resolved.name] if (folder / "__init__.py").exists() else []
    parts = [*prefix, *file.resolve().relative_to(resolved).with_suffix("").parts]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def _is_test(source: Source) -> bool:
    return any(
        name == module or name.startswith(f"{module}.")
        for name in source.imports.values()
        for module in _TEST_MODULES
    )
