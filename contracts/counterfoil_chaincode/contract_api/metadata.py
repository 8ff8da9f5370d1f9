"""`org.hyperledger.fabric:GetMetadata`: what a chaincode can do, in Fabric's contract schema."""

from collections.abc import Sequence
from typing import Any

import msgspec
from counterfoil_protocol import canonical_json

from .contract import Contract
from .function import Function

METADATA_CONTRACT = "org.hyperledger.fabric"
_SCHEMA = "https://hyperledger.github.io/fabric-chaincode-node/main/api/contract-schema.json"
_REFERENCES = "#/components/schemas/{name}"


def contract_metadata(contracts: Sequence[Contract], default: str, *, title: str, version: str) -> bytes:
    """Canonical JSON of the contracts, their functions, parameters and types."""
    functions = [function for contract in contracts for function in contract.functions.values()]
    types = [found for function in functions for found in _types(function)]
    described, components = msgspec.json.schema_components(types, ref_template=_REFERENCES)
    schemas = {id(found): schema for found, schema in zip(types, described, strict=True)}
    metadata = {
        "$schema": _SCHEMA,
        "info": {"title": title or default, "version": version or "latest"},
        "contracts": {
            contract.namespace: _contract(contract, schemas, is_default=contract.namespace == default)
            for contract in contracts
        },
        "components": {"schemas": components},
    }
    return canonical_json.encode(metadata)


def _contract(
    contract: Contract, schemas: dict[int, dict[str, Any]], *, is_default: bool
) -> dict[str, object]:
    described: dict[str, object] = {
        "name": contract.namespace,
        "info": {"title": contract.namespace, "version": contract.version or "latest"},
        "transactions": [_transaction(function, schemas) for function in contract.functions.values()],
    }
    if is_default:
        described["default"] = True
    return described


def _transaction(function: Function, schemas: dict[int, dict[str, Any]]) -> dict[str, object]:
    described: dict[str, object] = {
        "name": function.name,
        "tag": ["SUBMIT", "submitTx"] if function.submit else ["EVALUATE"],
        "parameters": [
            {"name": parameter.name, "schema": schemas[id(parameter.type)]}
            for parameter in function.parameters
        ],
    }
    if function.returns not in (None, type(None)):
        described["returns"] = schemas[id(function.returns)]
    return described


def _types(function: Function) -> list[Any]:
    returned = [] if function.returns in (None, type(None)) else [function.returns]
    return [parameter.type for parameter in function.parameters] + returned
