"""What is refused where a contract is defined, and what the message names."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.testing import Ledger, make_caller


class Ratio(enum.Enum):
    HALF = 0.5


class Own:
    """A class that nobody can read from JSON."""


@dataclass
class Priced:
    price: "list[float | None]"


@dataclass(frozen=True)
class Point:
    x: int


def _contract(given: Any, returned: Any = None, **members: object) -> type[Contract]:
    def run(self: Contract, context: Context, value: given) -> returned:
        return value

    return type("Shop", (Contract,), {"run": evaluate(run), **members})


UNUSABLE = [
    (float, "float is or holds a float"),
    (list[float], "list[float] is or holds a float; endorsers agree on whole numbers only"),
    (float | None, "float | None is or holds a float"),
    (dict[str, tuple[float, ...]], "dict[str, tuple[float, ...]] is or holds a float"),
    (Priced, "Priced is or holds a float"),
    (list[Ratio], "list[Ratio] has no JSON: Enums must"),
    (dict[int, str], "dict[int, str] is or holds a dict whose keys are no text"),
    (list[dict[bool, str]], "list[dict[bool, str]] is or holds a dict whose keys are no text"),
    (set[Point], "set[Point] is or holds a set of structures"),
    (object, "object is or holds object, which has no JSON"),
    (Callable[[int], int], "Callable[[int], int] is or holds Callable, which has no JSON"),
    (list[Own], "list[Own] is or holds Own, which has no JSON"),
    (msgspec.Raw, "Raw is or holds a part of msgspec's own encodings"),
    (Point | Priced, "Point | Priced has no JSON: Type unions may not"),
]


@pytest.mark.parametrize(("kind", "text"), UNUSABLE)
def test_a_type_that_can_never_work_is_refused_by_name(kind: Any, text: str) -> None:
    with pytest.raises(TypeError) as refused:
        _contract(kind)()
    assert str(refused.value).startswith(f"Shop.run: parameter value: {text}")
    with pytest.raises(TypeError) as refused:
        _contract(int, kind)()
    assert str(refused.value).startswith(f"Shop.run: what it returns: {text}")


class Reversed:
    def parse(self, data: bytes, expected: Any) -> object:
        return data[::-1]

    def format(self, value: object) -> bytes:
        return bytes(value) if isinstance(value, bytes) else b""


@pytest.mark.parametrize("kind", [object, Own, dict[int, str], Callable[[int], int]])
def test_a_serializer_of_ones_own_may_know_other_types(kind: Any) -> None:
    chaincode = Chaincode([_contract(kind, kind, serializer=Reversed())()])
    ledger = Ledger(chaincode, ["Org1MSP"])
    assert ledger.evaluate(make_caller("Org1MSP", "clerk", "ann"), "run", "abc", at="Org1MSP") == b"cba"


def test_a_type_that_is_not_there_is_named_with_its_function() -> None:
    with pytest.raises(TypeError, match=r"Shop\.run: its types cannot be read, name 'Absent' is not defined"):
        _contract("Absent")()


class Base(Contract):
    @evaluate
    def read(self, context: Context) -> str:
        return "base"


def test_an_override_without_a_decorator_is_refused() -> None:
    class Lost(Base):
        def read(self, context: Context) -> str:
            return "lost"

    class Decorated(Base):
        @evaluate
        def read(self, context: Context) -> str:
            return "mine"

    with pytest.raises(
        TypeError, match=r"Lost\.read overrides a transaction function of Base without a decorator"
    ):
        Lost()
    assert set(Decorated().functions) == {"read"}
    ended = type("Ended", (Base,), {"read": None})
    assert not ended().functions


def test_a_function_needs_self_and_context() -> None:
    class Selfless(Contract):
        @submit
        def run(context: Context, number: int) -> None:  # type: ignore[misc]  # noqa: N805  # what is tested
            """Has no self."""

    class Untyped(Contract):
        @submit
        def run(context, number: int) -> None:  # noqa: N805  # what is tested
            """Has no self, and no type either."""

    class Contextless(Contract):
        @submit
        def run(self, number: int) -> None:
            """Has no context."""

    class Bare(Contract):
        @submit
        def run(self) -> None:
            """Has nothing."""

    for contract in (Selfless, Untyped):
        with pytest.raises(TypeError, match=r"\.run has no self: write def run\(self, context: Context"):
            contract()
    with pytest.raises(TypeError, match=r"Contextless\.run: number stands where the context does"):
        Contextless()
    with pytest.raises(TypeError, match=r"Bare\.run takes no context"):
        Bare()


def test_a_context_may_be_of_any_suitable_type() -> None:
    class Mine(Context):
        """A context."""

    class Many(Contract):
        context_type = Mine

        @submit
        def typed(self, context: Mine) -> None:
            """Has its own."""

        @submit
        def untyped(self, context) -> None:  # type: ignore[no-untyped-def]  # what is tested
            """Has none."""

        @submit
        def any(self, ctx: Any) -> None:
            """Has any."""

        @staticmethod
        @submit
        def static(context: Context, number: int) -> None:
            """Needs no self."""

    assert set(Many().functions) == {"typed", "untyped", "any", "static"}


def test_a_chaincode_takes_contracts_that_are_ready() -> None:
    class Forgetful(Contract):
        def __init__(self) -> None:
            """Forget the base class."""

    given: list[tuple[Any, str]] = [
        ([Base], r"Base is a class; a chaincode takes objects: Base\(\)"),
        (Base(), "takes a list of contracts, not Base"),
        ([Own()], "Own is no contract"),
        ([Forgetful()], r"Forgetful.__init__ must call super\(\).__init__\(\)"),
    ]
    for contracts, text in given:
        with pytest.raises(TypeError, match=text):
            Chaincode(contracts)
