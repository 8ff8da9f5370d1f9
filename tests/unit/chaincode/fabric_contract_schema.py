"""What Fabric's contract-schema.json demands of metadata, in words of its own, as a list of what is wrong.

Facts of contract-schema.json of fabric-contract-api 2.5 (fabric-chaincode-node), JSON Schema draft 4. It is
stricter in one thing: the schemas among a component's properties have to be of its kind too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Found = Iterator[str]

_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
_FREE = {"default", "enum", "example"}
_TEXTS = {"$ref", "format", "title", "description", "pattern", "discriminator"}
_NUMBERS = {"multipleOf", "maximum", "minimum"}
_MARKS = {"exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "readOnly"}
_COUNTS = {"maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"}
_OTHERS = {"required", "additionalProperties", "type", "items", "allOf", "properties"}


def faults(metadata: Mapping[str, Any]) -> list[str]:
    """Where metadata is not valid; empty if it is."""
    return [*_document(metadata)]


def _document(metadata: Mapping[str, Any]) -> Found:
    yield from _info(metadata["info"], "info")
    for name, contract in metadata["contracts"].items():
        if not isinstance(contract["name"], str):
            yield f"{name}: name"
        yield from _info(contract["info"], name)
        for transaction in contract["transactions"]:
            yield from _transaction(transaction, f"{name}:{transaction['name']}")
    components = metadata["components"]["schemas"]
    for name, component in components.items():
        if component.get("$id") != name:
            yield f"{name}: $id"
        yield from _required(component, name)
        for inner, schema in component.get("properties", {}).items():
            yield from _schema(schema, f"{name}.{inner}")
    for reference in _references(metadata):
        if reference.removeprefix("#/components/schemas/") not in components:
            yield f"{reference} leads nowhere"


def _info(info: Mapping[str, Any], place: str) -> Found:
    if not isinstance(info["title"], str) or not isinstance(info["version"], str):
        yield f"{place}: info"


def _transaction(transaction: Mapping[str, Any], place: str) -> Found:
    if not all(isinstance(tag, str) for tag in transaction["tag"]):
        yield f"{place}: tag"
    parameters = transaction["parameters"]
    for parameter in parameters:
        if not {"name", "schema"} <= parameter.keys() <= {"name", "schema", "description", "required"}:
            yield f"{place}: keys of {parameter['name']}"
        yield from _schema(parameter["schema"], f"{place} {parameter['name']}")
    if any(parameters.count(parameter) > 1 for parameter in parameters):
        yield f"{place}: two like parameters"
    if "returns" in transaction:
        yield from _schema(transaction["returns"], f"{place} returns")


def _schema(schema: Any, place: str) -> Found:  # noqa: C901 - one rule a keyword
    if not isinstance(schema, dict):
        yield f"{place}: no schema"
        return
    for keyword, value in schema.items():
        at = f"{place}/{keyword}"
        if keyword in _TEXTS:
            valid = isinstance(value, str)
        elif keyword in _NUMBERS:
            valid = isinstance(value, int | float) and not isinstance(value, bool)
        elif keyword in _MARKS:
            valid = isinstance(value, bool)
        elif keyword in _COUNTS:
            valid = isinstance(value, int) and value >= 0
        elif keyword == "type":
            valid = {value} <= _TYPES if isinstance(value, str) else set(value) <= _TYPES and bool(value)
        else:
            valid = keyword in _FREE | _OTHERS
        if not valid:
            yield at
    yield from _required(schema, place)
    for name, inner in schema.get("properties", {}).items():
        yield from _schema(inner, f"{place}.{name}")
    items = schema.get("items", [])
    for inner in items if isinstance(items, list) else [items]:
        yield from _schema(inner, f"{place}[]")
    if not isinstance(schema.get("additionalProperties", True), bool):
        yield from _schema(schema["additionalProperties"], f"{place}{{}}")


def _required(schema: Mapping[str, Any], place: str) -> Found:
    names = schema.get("required", ["one"])
    if not names or len(set(names)) != len(names):
        yield f"{place}/required"
    values = schema.get("enum", ["one"])
    if not values or any(values.count(value) > 1 for value in values):
        yield f"{place}/enum"


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
