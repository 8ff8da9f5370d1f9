"""Names of the libraries that bring in what differs: clock, random numbers, UUIDs, surroundings."""

import ast
from collections.abc import Iterator

from .finding import Finding
from .rules import Rule
from .source import Source

_DATETIME = ("datetime.datetime", "datetime.date")

_NAMES: dict[str, Rule] = {
    **{f"{kind}.{name}": Rule.CLOCK for kind in _DATETIME for name in ("now", "utcnow", "today")},
    "uuid.uuid1": Rule.UUID,
    "uuid.uuid4": Rule.UUID,
    "uuid.uuid6": Rule.UUID,
    "uuid.uuid7": Rule.UUID,
    "uuid.uuid8": Rule.UUID,
    "uuid.getnode": Rule.UUID,
    "os.urandom": Rule.RANDOM,
    "os.getrandom": Rule.RANDOM,
    "sys.argv": Rule.SURROUNDINGS,
    "sys.stdin": Rule.SURROUNDINGS,
    "sys.platform": Rule.SURROUNDINGS,
    "sys.version": Rule.SURROUNDINGS,
    "sys.version_info": Rule.SURROUNDINGS,
    "sys.path": Rule.SURROUNDINGS,
    "importlib.import_module": Rule.SURROUNDINGS,
    "importlib.reload": Rule.SURROUNDINGS,
    **{
        f"builtins.{name}": Rule.SURROUNDINGS
        for name in ("open", "input", "exec", "eval", "compile", "__import__", "breakpoint")
    },
}
"""Single names."""

_SURROUNDINGS = (
    "aiohttp", "asyncio", "concurrent", "ctypes", "fcntl", "ftplib", "getpass", "glob",
    "http", "httpx", "importlib.metadata", "importlib.resources", "io.open", "locale", "mmap",
    "multiprocessing", "os", "pathlib.Path", "platform", "pymongo", "requests", "resource",
    "select", "shelve", "shutil", "signal", "smtplib", "socket", "socketserver", "sqlite3",
    "ssl", "subprocess", "tempfile", "threading", "urllib.request", "urllib3",
)  # fmt: skip

_MODULES: dict[str, Rule] = {
    "time": Rule.CLOCK,
    "random": Rule.RANDOM,
    "secrets": Rule.RANDOM,
    "numpy.random": Rule.RANDOM,
    **dict.fromkeys(_SURROUNDINGS, Rule.SURROUNDINGS),
}
"""Modules (or classes) of which every name counts."""

_PURE = frozenset(
    {
        "time.struct_time",
        "time.strptime",
        "http.HTTPStatus",
        *(f"os.path.{name}" for name in ("join", "basename", "dirname", "split", "splitext", "normpath")),
        "os.path",
    }
)
"""Names in them that depend on nothing."""

_GENERATES = ("generate_private_key", "generate_key", "generate_parameters", "random_serial_number")
_LOCAL_ZONE_DEFAULT = {"fromtimestamp": 1, "astimezone": 0}


def check_outside(source: Source) -> Iterator[Finding]:
    """Uses of what is not the same at every endorser."""
    inner = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            yield from _named(source, node)
        elif isinstance(node, ast.Call):
            yield from _called(source, node)


def _named(source: Source, node: ast.Name | ast.Attribute) -> Iterator[Finding]:
    name = source.resolve(node)
    rule = _rule_of(name)
    if rule is not None:
        shown = name.removeprefix("builtins.")
        yield Finding(source.path, node.lineno, rule.id, f"{shown} is not the same at every endorser")
    elif isinstance(node, ast.Attribute) and node.attr in _GENERATES:
        yield Finding(source.path, node.lineno, Rule.RANDOM.id, f"{node.attr} draws random numbers")


def _rule_of(name: str) -> Rule | None:
    if not name or name in _PURE:
        return None
    parts = name.split(".")
    prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    for prefix in prefixes:
        if prefix in _NAMES:
            return _NAMES[prefix]
    for prefix in reversed(prefixes):
        if prefix in _MODULES:
            return _MODULES[prefix]
    return None


def _called(source: Source, node: ast.Call) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute):
        return
    enough = _LOCAL_ZONE_DEFAULT.get(node.func.attr)
    if enough is not None and len(node.args) + len(node.keywords) <= enough:
        text = f"{node.func.attr} without a time zone takes the machine's"
        yield Finding(source.path, node.lineno, Rule.CLOCK.id, text)
