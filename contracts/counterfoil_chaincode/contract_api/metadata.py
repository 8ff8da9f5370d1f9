"""`org.hyperledger.fabric:GetMetadata`: what a chaincode can do, in Fabric's contract schema."""

from collections.abc import Sequence
from typing import Any

from counterfoil_protocol import canonical_json

from .contract import Contract
from .fabric_schema import Schemas, fabric_schemas
from .function import Function

METADATA_CONTRACT = "org.hyperledger.fabric"
_SCHEMA = "https://hyperledger.github.io/fabric-chaincode-node/main/api/contract-schema.json"


def contract_metadata(contracts: Sequence[Contract], default: str, *, title: str, version: str) -> bytes:
    """Canonical JSON of the contracts, their functions, parameters and types.

    It is valid by Fabric's contract schema, whatever the types (`fabric_schema.py`).
    """
    functions = [function for contract in contracts for function in contract.functions.values()]
    schemas = fabric_schemas([found for function in functions for found in _types(function)])
    metadata = {
        "$schema": _SCHEMA,
        "info": {"title": title or default, "version": version or "latest"},
        "contracts": {
            contract.namespace: _contract(contract, schemas, is_default=contract.namespace == default)
            for contract in contracts
        },
        "components": {"schemas": schemas.components},
    }
    return canonical_json.encode(metadata)


def _contract(contract: Contract, schemas: Schemas, *, is_default: bool) -> dict[str, object]:
    described: dict[str, object] = {
        "name": contract.namespace,
        "info": {"title": contract.namespace, "version": contract.version or "latest"},
        "transactions": [_transaction(function, schemas) for function in contract.functions.values()],
    }
    if is_default:
        described["default"] = True
    return described


def _transaction(function: Function, schemas: Schemas) -> dict[str, object]:
    described: dict[str, object] = {
        "name": function.name,
        "tag": ["SUBMIT", "submitTx"] if function.submit else ["EVALUATE"],
        "parameters": [
            {"name": parameter.name, "schema": schemas.of(parameter.type)}
            for parameter in function.parameters
        ],
    }
    if function.returns not in (None, type(None)):
        described["returns"] = schemas.of(function.returns)
    return described


def _types(function: Function) -> list[Any]:
    returned = [] if function.returns in (None, type(None)) else [function.returns]
    return [parameter.type for parameter in function.parameters] + returned
