"""JSON Schema of types as Fabric's contract schema has it: few keywords, and the rest in named components.

Source: contract-schema.json of fabric-contract-api (fabric-chaincode-node). It is of JSON Schema's draft 4,
where bounds that are not in range are marked by true, and `required` is never empty. A schema there has
none of anyOf, prefixItems, propertyNames, contentEncoding; a component may have any keyword, and has `$id`.
So whatever has another keyword is moved into a component, and a reference stands in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from .types import reached

_REFERENCE = "#/components/schemas/"
_KEYWORDS = frozenset({
    "$ref", "format", "title", "description", "default", "multipleOf", "maximum", "exclusiveMaximum",
    "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
    "maxProperties", "minProperties", "required", "enum", "additionalProperties", "type", "items", "allOf",
    "properties", "discriminator", "readOnly", "example",
})  # fmt: skip
_BYTES = {"type": "string", "format": "binary"}
"""An argument or result of type `bytes` crosses as it is; as a part of another it is base64."""

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of types, and the components that they refer to by name."""

    components: Mapping[str, Schema]
    _of: Mapping[int, Schema]

    def of(self, found: object) -> Schema:
        """The schema of one of the types that these were made of."""
        return self._of[id(found)]


def fabric_schemas(types: Sequence[Any]) -> Schemas:
    """Schemas of types; of one that only a contract's own serializer knows, the schema of anything."""
    known = [each for each in types if _has_schema(each)]
    made, found = msgspec.json.schema_components(known, ref_template=_REFERENCE + "{name}")
    components: dict[str, Schema] = {}
    fitting = _Fitting(found, components)
    closed = {
        (each.cls.__name__, frozenset(field.encode_name for field in each.fields))
        for kind in known
        for each in reached(inspect.type_info(kind))
        if isinstance(each, inspect.DataclassType)
    }
    for name, schema in found.items():
        components[name] = {"$id": name, **fitting.inside(schema)}
        if (schema.get("title", "").partition("[")[0], frozenset(schema.get("properties", ()))) in closed:
            # The serializer refuses what a dataclass has no field for.
            components[name]["additionalProperties"] = False
    of: dict[int, Schema] = {id(each): {} for each in types}
    for kind, schema in zip(known, made, strict=True):
        of[id(kind)] = dict(_BYTES) if kind is bytes else fitting.fit(schema)
    return Schemas(components, of)


def _has_schema(kind: Any) -> bool:
    try:
        msgspec.json.schema(kind)
    except (TypeError, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Fitting:
    taken: Mapping[str, Schema]
    components: dict[str, Schema]

    def fit(self, schema: Schema) -> Schema:
        """A schema with Fabric's keywords alone; what has others becomes a reference to a component."""
        fitted = self.inside(schema)
        if fitted.keys() <= _KEYWORDS:
            return fitted
        beside = {"default": fitted.pop("default")} if "default" in fitted else {}
        return {"$ref": _REFERENCE + self._component(fitted), **beside}

    def inside(self, schema: Schema) -> Schema:
        """The same keywords, with schemas inside that fit."""
        fitted: Schema = {}
        for keyword, value in schema.items():
            if keyword == "properties":
                fitted[keyword] = {name: self.fit(each) for name, each in value.items()}
            elif keyword in ("anyOf", "prefixItems", "allOf"):
                fitted[keyword] = [self.fit(each) for each in value]
            elif keyword in ("items", "additionalProperties", "propertyNames") and isinstance(value, dict):
                fitted[keyword] = self.fit(value)
            elif keyword == "examples" and value:
                fitted["example"] = value[0]
            elif keyword != "required" or value:
                fitted[keyword] = value
        return _with_bounds(fitted)

    def _component(self, schema: Schema) -> str:
        """The name of the component of this content; like ones are one."""
        name = base = _name(schema)
        number = 1
        while name in self.taken or self.components.get(name, {"$id": name, **schema}) != {
            "$id": name,
            **schema,
        }:
            number += 1
            name = f"{base}{number}"
        self.components[name] = {"$id": name, **schema}
        return name


def _with_bounds(schema: Schema) -> Schema:
    """Whole numbers below 5 are those up to 4; of other bounds draft 4 says that they are out of range."""
    for exclusive, inclusive, step in (
        ("exclusiveMinimum", "minimum", 1),
        ("exclusiveMaximum", "maximum", -1),
    ):
        bound = schema.get(exclusive)
        if isinstance(bound, int) and not isinstance(bound, bool):
            del schema[exclusive]
            schema[inclusive] = bound + step
    return schema


def _name(schema: Schema) -> str:
    """A name that tells the content: `PartOrNull`, `Base64`, `IntegerStringTuple`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "anyOf" in schema:
        members = sorted(schema["anyOf"], key=lambda each: each.get("type") == "null")
        return "Or".join(_name(each) for each in members)
    if "prefixItems" in schema:
        return "".join(_name(each) for each in schema["prefixItems"]) + "Tuple"
    if schema.get("contentEncoding") == "base64":
        return "Base64"
    if "enum" in schema:
        return "Enum"
    return str(schema.get("type", "any")).capitalize()
