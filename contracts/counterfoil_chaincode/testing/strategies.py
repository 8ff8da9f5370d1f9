"""Hypothesis strategies from a contract's metadata: calls whose arguments are of the types it declares.

@given(call=calls(CHAINCODE))
def test_nothing_breaks(prepared_ledger: Ledger, call: Call) -> None:
    with prepared_ledger.rolled_back() as ledger:
        ledger.endorse(ANN, call.function, *call.arguments, at=["Org1MSP"])

Each example begins with the ledger as `prepared_ledger`, a fixture of the whole module or session, set it
up; `ledger` of the pytest plugin is made once a test, which Hypothesis refuses (`FailedHealthCheck`).

Metadata alone, those of `org.hyperledger.fabric:GetMetadata` of any Fabric contract, do as well. They do not
tell the rules of some types, though, whose values then are mostly refused; a chaincode with such a parameter
is refused here by name. Needs `hypothesis`.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import msgspec
from counterfoil_protocol import canonical_json
from hypothesis import strategies as st

from ..chaincode import Chaincode
from .told_types import check_told

_REFERENCE = "#/components/schemas/"
_WHOLE_MAX = 2**53
"""As far as every JSON reader goes."""
# A key of Fabric is UTF-8, so text has no lone surrogates.
_TEXT = st.characters(exclude_categories=["Cs"])

_SCALARS = st.one_of(st.booleans(), st.integers(-_WHOLE_MAX, _WHOLE_MAX), st.text(_TEXT, max_size=20))
_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), _SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(_TEXT, max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
"""Any JSON whose numbers are whole."""
_FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(str),
    "date-time": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    "time": st.times(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    "duration": st.timedeltas().map(msgspec.to_builtins),
    "uuid": st.uuids().map(str),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str),
}
_ANNOTATIONS = frozenset({"title", "description", "examples", "default", "deprecated"})

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its full name, and its arguments as they cross the wire."""

    function: str
    arguments: tuple[bytes, ...] = field(repr=False)


def calls(source: Chaincode | bytes, *, submit: bool | None = None) -> st.SearchStrategy[Call]:
    """Calls of the functions of all contracts; only those that are submitted, or evaluated, if `submit` says.

    Args:
        source: a chaincode, or the metadata of one.
        submit: True for submits alone, False for evaluates alone.

    Raises:
        ValueError: there are none, or a parameter's schema is one that this does not know, or does not tell
            all of the parameter's type; the text names the parameter.
    """
    document = _document(source)
    found = [
        _call(f"{name}:{transaction['name']}", transaction, _Schemas(document))
        for name, contract in sorted(document["contracts"].items())
        for transaction in contract["transactions"]
        if submit is None or ("SUBMIT" in [tag.upper() for tag in transaction["tag"]]) is submit
    ]
    if not found:
        raise ValueError("there is no such function")
    return st.one_of(found)


def arguments(source: Chaincode | bytes, function: str) -> st.SearchStrategy[tuple[bytes, ...]]:
    """Arguments of one function, `contract:name`, of a chaincode or of the metadata of one.

    Raises:
        ValueError: there is none of that name, or as `calls`.
    """
    document = _document(source)
    contract, _, name = function.rpartition(":")
    for transaction in document["contracts"].get(contract, {"transactions": ()})["transactions"]:
        if transaction["name"] == name:
            return _arguments(function, transaction, _Schemas(document))
    raise ValueError(f"there is no function {function}")


def _document(source: Chaincode | bytes) -> Schema:
    if isinstance(source, Chaincode):
        check_told(source)
    document: Schema = json.loads(source.metadata if isinstance(source, Chaincode) else source)
    return document


def _call(function: str, transaction: Schema, schemas: "_Schemas") -> st.SearchStrategy[Call]:
    return st.builds(Call, st.just(function), _arguments(function, transaction, schemas))


def _arguments(
    function: str, transaction: Schema, schemas: "_Schemas"
) -> st.SearchStrategy[tuple[bytes, ...]]:
    drawn = []
    for parameter in transaction["parameters"]:
        try:
            drawn.append(schemas.argument(parameter["schema"]))
        except ValueError as error:
            raise ValueError(f"{function}, parameter {parameter['name']}: {error}") from None
    return st.tuples(*drawn)


class _Schemas:
    def __init__(self, document: Schema) -> None:
        self._named: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
        self._strategies: dict[str, st.SearchStrategy[Any]] = {}

    def argument(self, schema: Schema) -> st.SearchStrategy[bytes]:
        """Text, also one that may be absent, and bytes cross as they are, all else as JSON."""
        schema = self._followed(schema)
        if schema.get("contentEncoding") == "base64" or schema.get("format") == "binary":
            return st.binary(max_size=64)
        if _is_text(schema):
            return self.value(schema).map(str.encode)
        parts = [self._followed(part) for part in schema.get("anyOf", ())]
        if parts and all(_is_text(part) or part.get("type") == "null" for part in parts):
            return st.one_of([self.argument(part) for part in parts])
        return self.value(schema).map(canonical_json.encode)

    def value(self, schema: Schema) -> st.SearchStrategy[Any]:
        """A JSON value of a schema; one that says nothing takes anything."""
        if not schema.keys() - _ANNOTATIONS:
            return _ANYTHING
        if "$ref" in schema:
            return self._of_name(schema["$ref"].removeprefix(_REFERENCE))
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "const" in schema:
            return st.just(schema["const"])
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return st.one_of([self.value(each) for each in schema[several]])
        makers = {
            "integer": _integer,
            "string": _string,
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "array": self._array,
            "object": self._object,
        }
        kind = schema.get("type")
        if kind not in makers:
            raise ValueError(f"no strategy for a schema of type {kind}")
        return makers[kind](schema)

    def _of_name(self, name: str) -> st.SearchStrategy[Any]:
        """One strategy a name, made when it is drawn from first: a type may hold itself."""
        found = self._strategies.get(name)
        if found is None:
            found = self._strategies[name] = st.deferred(lambda: self.value(self._named[name]))
        return found

    def _followed(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._named[schema["$ref"].removeprefix(_REFERENCE)]
        return schema

    def _array(self, schema: Schema) -> st.SearchStrategy[Any]:
        if "prefixItems" in schema:
            return st.tuples(*(self.value(each) for each in schema["prefixItems"])).map(list)
        unique = schema.get("uniqueItems", False)
        # Elements of a set that says no more must at least have a hash.
        anything = _SCALARS if unique else _ANYTHING
        items = self.value(schema["items"]) if "items" in schema else anything
        least = schema.get("minItems", 0)
        sizes = {"min_size": least, "max_size": schema.get("maxItems", least + 5)}
        if unique:
            return st.lists(items, unique_by=canonical_json.encode, **sizes)
        return st.lists(items, **sizes)

    def _object(self, schema: Schema) -> st.SearchStrategy[Any]:
        if "properties" not in schema:
            members = schema.get("additionalProperties")
            values = self.value(members) if isinstance(members, dict) else _ANYTHING
            least = schema.get("minProperties", 0)
            return st.dictionaries(
                self._names(schema.get("propertyNames", {})),
                values,
                min_size=least,
                max_size=schema.get("maxProperties", least + 4),
            )
        needed = schema.get("required", ())
        properties = {name: self.value(each) for name, each in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: found for name, found in properties.items() if name in needed},
            optional={name: found for name, found in properties.items() if name not in needed},
        )

    def _names(self, schema: Schema) -> st.SearchStrategy[str]:
        return self.value({"type": "string", **schema}).map(str)


def _integer(schema: Schema) -> st.SearchStrategy[int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -_WHOLE_MAX - 1) + 1)
    greatest = schema.get("maximum", schema.get("exclusiveMaximum", _WHOLE_MAX + 1) - 1)
    return st.integers(least, greatest)


def _string(schema: Schema) -> st.SearchStrategy[str]:
    least, greatest = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("contentEncoding") == "base64":
        return st.binary(max_size=64).map(lambda data: base64.b64encode(data).decode())
    if "format" in schema:
        if schema["format"] not in _FORMATS:
            raise ValueError(f"no strategy for text of format {schema['format']}")
        return _FORMATS[schema["format"]]
    if "pattern" not in schema:
        return st.text(_TEXT, min_size=least, max_size=greatest if greatest is not None else least + 20)
    found: st.SearchStrategy[str] = st.from_regex(re.compile(schema["pattern"]))
    return found.filter(lambda text: least <= len(text) <= (greatest if greatest is not None else len(text)))


def _is_text(schema: Schema) -> bool:
    values = schema.get("enum")
    all_text = isinstance(values, list) and all(isinstance(value, str) for value in values)
    return schema.get("type") == "string" or all_text
