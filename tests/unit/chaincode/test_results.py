"""Results that are no JSON: a stable code, the type and the place, and never the content."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate
from counterfoil_chaincode.contract_api.results import BadResult
from counterfoil_chaincode.testing import Ledger, Refused, make_caller


@dataclass
class Part:
    size: Any


class Around(msgspec.Struct):
    part: Part


class Own:
    """A class without JSON."""


def _itself() -> Any:
    found: list[Any] = []
    found.append(found)
    return found


class Shop(Contract):
    name = "shop"
    make: Callable[[], Any]

    @evaluate
    def run(self, context: Context) -> Any:
        return type(self).make()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: 4711.5, "float at `$`"),
        (lambda: {"x": [4711.5]}, "float at `$[...][0]`"),
        (lambda: {"SECRET 4711": {"x": 0.5}}, "float at `$[...][...]`"),
        (lambda: Around(Part((1, 4711.5))), "float at `$.part.size[1]`"),
        (lambda: [Part({4711.5})], "float at `$[0].size[...]`"),
        (lambda: [Own()], "Own at `$[0]`"),
        (lambda: {"x": {4711: "a"}}, "a key of type int at `$[...]`"),
        (lambda: {"x": {Part(4711).size, "SECRET"}}, "set at `$[...]`"),
        (lambda: [datetime.date(4711, 1, 1), Own], "type at `$[1]`"),
        (lambda: "SECRET\ud800", "text that is no Unicode at `$`"),
        (lambda: ["SECRET\ud800"], "text that is no Unicode at `$[0]`"),
        (_itself, "a value that contains itself or is nested too deeply at `$`"),
    ],
)
def test_type_and_place_are_told(
    make: Callable[[], Any], text: str, caplog: pytest.LogCaptureFixture
) -> None:
    contract = type("Shop", (Shop,), {"make": staticmethod(make)})
    ledger = Ledger(Chaincode([contract()]), ["Org1MSP"])
    with caplog.at_level(logging.ERROR), pytest.raises(Refused) as refused:
        ledger.evaluate(make_caller("Org1MSP", "clerk", "ann"), "shop:run", at="Org1MSP")
    message = f"BAD_RESULT: shop:run answers {text}, which has no canonical JSON"
    assert refused.value.responses["Org1MSP"].message == message
    assert refused.value.responses["Org1MSP"].status == 500
    (logged,) = [record.getMessage() for record in caplog.records]
    assert message in logged
    assert "\n" not in logged
    assert "4711" not in message
    assert "SECRET" not in message


def test_a_serializer_of_ones_own_may_say_so_too() -> None:
    class Never:
        def parse(self, data: bytes, expected: Any) -> object:
            return data

        def format(self, value: object) -> bytes:
            raise BadResult("something that is not ours")

    contract = type("Shop", (Shop,), {"make": staticmethod(int), "serializer": Never()})
    ledger = Ledger(Chaincode([contract()]), ["Org1MSP"])
    with pytest.raises(Refused, match="BAD_RESULT: run answers something that is not ours"):
        ledger.evaluate(make_caller("Org1MSP", "clerk", "ann"), "run", at="Org1MSP")
