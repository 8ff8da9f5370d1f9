"""Hypothesis strategies from a contract's metadata: calls whose arguments are of the types it declares.

The metadata are those of `org.hyperledger.fabric:GetMetadata`, of any Fabric contract. Needs `hypothesis`.

@given(calls(CHAINCODE.metadata))
def test_nothing_breaks(call): ...
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from counterfoil_protocol import canonical_json
from hypothesis import strategies as st

_REFERENCE = "#/components/schemas/"
_WHOLE_MAX = 2**53
"""As far as every JSON reader goes."""
# A key of Fabric is UTF-8, so text has no lone surrogates.
_TEXT = st.characters(exclude_categories=["Cs"])

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its full name, and its arguments as they cross the wire."""

    function: str
    arguments: tuple[bytes, ...] = field(repr=False)


def calls(metadata: bytes, *, submit: bool | None = None) -> st.SearchStrategy[Call]:
    """Calls of the functions of all contracts; only those that are submitted, or evaluated, if `submit` says.

    Raises:
        ValueError: there are none, or a parameter's schema is one that this does not know.
    """
    document = json.loads(metadata)
    found = [
        _call(f"{name}:{transaction['name']}", transaction, _Schemas(document))
        for name, contract in sorted(document["contracts"].items())
        for transaction in contract["transactions"]
        if submit is None or ("SUBMIT" in [tag.upper() for tag in transaction["tag"]]) is submit
    ]
    if not found:
        raise ValueError("there is no such function")
    return st.one_of(found)


def arguments(metadata: bytes, function: str) -> st.SearchStrategy[tuple[bytes, ...]]:
    """Arguments of one function, `contract:name`.

    Raises:
        ValueError: there is none of that name, or a schema is not known.
    """
    document = json.loads(metadata)
    contract, _, name = function.rpartition(":")
    for transaction in document["contracts"].get(contract, {"transactions": ()})["transactions"]:
        if transaction["name"] == name:
            return _arguments(transaction, _Schemas(document))
    raise ValueError(f"there is no function {function}")


def _call(function: str, transaction: Schema, schemas: "_Schemas") -> st.SearchStrategy[Call]:
    return st.builds(Call, st.just(function), _arguments(transaction, schemas))


def _arguments(transaction: Schema, schemas: "_Schemas") -> st.SearchStrategy[tuple[bytes, ...]]:
    return st.tuples(*(schemas.argument(each["schema"]) for each in transaction["parameters"]))


class _Schemas:
    def __init__(self, document: Schema) -> None:
        self._named: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
        self._strategies: dict[str, st.SearchStrategy[Any]] = {}

    def argument(self, schema: Schema) -> st.SearchStrategy[bytes]:
        """Text and bytes cross as they are, all else as JSON."""
        schema = self._followed(schema)
        if schema.get("contentEncoding") == "base64":
            return st.binary(max_size=64)
        values = self.value(schema)
        if schema.get("type") == "string" or _all_text(schema.get("enum")):
            return values.map(str.encode)
        return values.map(canonical_json.encode)

    def value(self, schema: Schema) -> st.SearchStrategy[Any]:
        """A JSON value of a schema."""
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
        items = self.value(schema["items"])
        sizes = {"min_size": schema.get("minItems", 0), "max_size": schema.get("maxItems", 5)}
        if schema.get("uniqueItems"):
            return st.lists(items, unique_by=canonical_json.encode, **sizes)
        return st.lists(items, **sizes)

    def _object(self, schema: Schema) -> st.SearchStrategy[Any]:
        if "properties" not in schema:
            members = schema.get("additionalProperties")
            values = self.value(members) if isinstance(members, dict) else st.none()
            return st.dictionaries(st.text(_TEXT, max_size=8), values, max_size=4)
        needed = schema.get("required", ())
        properties = {name: self.value(each) for name, each in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: found for name, found in properties.items() if name in needed},
            optional={name: found for name, found in properties.items() if name not in needed},
        )


def _integer(schema: Schema) -> st.SearchStrategy[int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -_WHOLE_MAX - 1) + 1)
    greatest = schema.get("maximum", schema.get("exclusiveMaximum", _WHOLE_MAX + 1) - 1)
    return st.integers(least, greatest)


def _string(schema: Schema) -> st.SearchStrategy[str]:
    least, greatest = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("contentEncoding") == "base64":
        return st.binary(max_size=64).map(lambda data: base64.b64encode(data).decode())
    if schema.get("format") == "date":
        return st.dates().map(str)
    if "pattern" not in schema:
        return st.text(_TEXT, min_size=least, max_size=greatest if greatest is not None else least + 20)
    found: st.SearchStrategy[str] = st.from_regex(re.compile(schema["pattern"]))
    return found.filter(lambda text: least <= len(text) <= (greatest if greatest is not None else len(text)))


def _all_text(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
