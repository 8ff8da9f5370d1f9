"""What a call does on the ledger: which method of the stub or of the private store, on which key."""

import ast
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What an effect is. A range is checked again at validation, an unchecked query is not."""

    WRITE = auto()
    READ = auto()
    RANGE = auto()
    UNCHECKED = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A collection ("" for public state) and a key as expressions; an empty key cannot be seen.

    A range's key is its start and its end, one a line; of composite keys only their object type.
    """

    collection: str
    key: str
    names: frozenset[str]
    """The names in both, whose change makes it another place."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a method of the stub is read: what it does, where collection and key stand in its arguments."""

    kind: Kind
    collection: int | None = None
    key: tuple[int, ...] = ()
    value: int | None = None


_PUBLIC = (0,)
_PRIVATE = (1,)
_STUB: dict[str, Method] = {
    "put_state": Method(Kind.WRITE, None, _PUBLIC, 1),
    "delete_state": Method(Kind.WRITE, None, _PUBLIC),
    "del_state": Method(Kind.WRITE, None, _PUBLIC),
    "put_private_data": Method(Kind.WRITE, 0, _PRIVATE, 2),
    "delete_private_data": Method(Kind.WRITE, 0, _PRIVATE),
    "del_private_data": Method(Kind.WRITE, 0, _PRIVATE),
    "purge_private_data": Method(Kind.WRITE, 0, _PRIVATE),
    "get_state": Method(Kind.READ, None, _PUBLIC),
    "get_private_data": Method(Kind.READ, 0, _PRIVATE),
    "get_private_data_hash": Method(Kind.READ, 0, _PRIVATE),
    "get_state_by_range": Method(Kind.RANGE, None, (0, 1)),
    "get_state_by_partial_composite_key": Method(Kind.RANGE, None, (0,)),
    "get_state_by_range_with_pagination": Method(Kind.UNCHECKED),
    "get_state_by_partial_composite_key_with_pagination": Method(Kind.UNCHECKED),
    "get_all_states_composite_key_with_pagination": Method(Kind.UNCHECKED),
    "get_query_result": Method(Kind.UNCHECKED),
    "get_query_result_with_pagination": Method(Kind.UNCHECKED),
    "get_history_for_key": Method(Kind.UNCHECKED),
    "get_private_data_by_range": Method(Kind.UNCHECKED, 0),
    "get_private_data_by_partial_composite_key": Method(Kind.UNCHECKED, 0),
    "get_private_data_query_result": Method(Kind.UNCHECKED, 0),
}
"""Methods of the stub, under the names of this runtime and of fabric-chaincode-python."""

_STORE: dict[str, Method] = {
    "write": Method(Kind.WRITE, 0, _PRIVATE, 2),
    "delete": Method(Kind.WRITE, 0, _PRIVATE),
    "save": Method(Kind.WRITE, 0, (1, 2), 3),
    "read": Method(Kind.READ, 0, _PRIVATE),
    "digest": Method(Kind.READ, 0, _PRIVATE),
    "find": Method(Kind.READ, 0, (1, 2)),
}
"""Methods of the private store of a confidential operation (`context.store`)."""


def ledger_method(call: ast.Call) -> Method | None:
    """What a call does on the ledger, by the name it is called by; None if nothing."""
    if not isinstance(call.func, ast.Attribute):
        return None
    if is_store(call):
        return _STORE.get(call.func.attr)
    return _STUB.get(_snake(call.func.attr))


def is_store(call: ast.Call) -> bool:
    """Whether the call is one of a private store."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name == "store"


def place_of(call: ast.Call, method: Method) -> Place:
    """The place that a call names."""
    collection = _argument(call, method.collection) if method.collection is not None else None
    key = [_argument(call, position) for position in method.key]
    known = [each for each in (collection, *key) if each is not None]
    return Place(
        _text(collection) if collection is not None else "",
        "" if not key or None in key else "\n".join(_text(each) for each in key if each is not None),
        frozenset(node.id for each in known for node in ast.walk(each) if isinstance(node, ast.Name)),
    )


def is_outside(key: str, keys: str) -> bool:
    """Whether a written key surely lies outside of a range of public state, by the literals of both."""
    if not key or not keys:
        return False
    written = ast.parse(key, mode="eval").body
    object_type = _object_type(written)
    bounds = [_literal(ast.parse(bound, mode="eval").body) for bound in keys.split("\n")]
    if len(bounds) == 1:
        # Keys of another object type; simple keys lie before all composite ones.
        is_other = None not in (object_type, bounds[0]) and object_type != bounds[0]
        return is_other or _literal(written) is not None
    if _is_composite(written):
        # A range of simple keys never holds one (fabric-chaincode-go shim/stub.go GetStateByRange).
        return True
    simple, (start, end) = _literal(written), bounds
    if simple is None or start is None or end is None:
        return False
    return simple < start or bool(end and simple >= end)


def _is_composite(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and _snake(node.func.attr) == "create_composite_key"
    )


def _object_type(node: ast.expr) -> str | None:
    return (
        _literal(node.args[0]) if isinstance(node, ast.Call) and _is_composite(node) and node.args else None
    )


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def value_of(call: ast.Call, method: Method) -> ast.expr | None:
    """The value that a call writes, if one is seen."""
    return None if method.value is None else _argument(call, method.value)


def key_of(call: ast.Call, method: Method) -> list[ast.expr]:
    """The expressions of the key that a call names."""
    return [found for position in method.key if (found := _argument(call, position)) is not None]


def _argument(call: ast.Call, position: int) -> ast.expr | None:
    # Keywords and * are rare with the stub; a call that uses them is seen as one on an unknown key.
    given = call.args[: position + 1]
    if len(given) <= position or any(isinstance(each, ast.Starred) for each in given):
        return None
    return given[position]


def _text(node: ast.expr) -> str:
    return ast.unparse(node)


def _snake(name: str) -> str:
    """`putState` and `PutState` as `put_state`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
