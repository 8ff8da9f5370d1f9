"""Contracts as classes: names, typed arguments, results, hooks, metadata."""

import enum
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit, transaction
from counterfoil_chaincode.contract_api.serializer import BadValue
from counterfoil_chaincode.refusal import Refusal
from counterfoil_chaincode.testing import Ledger, Refused, make_caller

ORG = "Org1MSP"
CALLER = make_caller(ORG, "clerk", "ann", attributes={"desk": "7"})


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    sizes: list[int]


Code = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Shop(Contract):
    name = "shop"
    version = "2.1"

    @evaluate
    def text(self, context: Context, text: str) -> str:
        return text

    @evaluate
    def raw(self, context: Context, data: bytes) -> bytes:
        return data[::-1]

    @evaluate
    def number(self, context: Context, number: int) -> int:
        return number + 1

    @evaluate
    def colour(self, context: Context, colour: Colour) -> Colour:
        return colour

    @evaluate
    def code(self, context: Context, code: Code) -> str:
        return code

    @evaluate
    def part(self, context: Context, part: Part, flag: bool = False) -> Part:
        return Part(part.name.upper() if flag else part.name, sorted(part.sizes))

    @evaluate
    def table(self, context: Context) -> dict[str, Any]:
        return {"b": {3, 1, 2}, "a": (None, True, "é")}

    @evaluate
    def imprecise(self, context: Context) -> Any:
        return 0.1

    @submit
    def nothing(self, context: Context) -> None:
        """Do nothing.

        At all.
        """

    @transaction(submit=True, name="renamed")
    def internal_name(self, context: Context) -> str:
        return "renamed"

    @evaluate
    def desk(self, context: Context, desk: str) -> None:
        context.client_identity.assert_attribute("desk", desk)

    def helper(self, context: Context) -> None:
        raise AssertionError("not a transaction function")


class OwnContext(Context):
    """A context that counts."""

    def trace(self) -> list[str]:
        return self.__dict__.setdefault("_trace", [])  # type: ignore[no-any-return]  # a dict's content


class Hooked(Contract):
    context_type = OwnContext

    @evaluate
    def run(self, context: OwnContext) -> str:
        context.trace().append("run")
        return "ran"

    @evaluate
    def fail(self, context: OwnContext) -> None:
        raise Refusal("NO")

    def before_transaction(self, context: Context, name: str) -> None:
        assert isinstance(context, OwnContext)
        context.trace().append(f"before {name}")

    def after_transaction(self, context: Context, name: str, result: object) -> None:
        assert isinstance(context, OwnContext)
        assert context.trace() == (["before run", "run"] if name == "run" else [f"before {name}"])
        assert result == ("ran" if name == "run" else {"unknown": name, "args": 1})
        context.stub.set_event("after", name.encode())

    def unknown_function(self, context: Context, name: str, args: Sequence[bytes]) -> object:
        return {"unknown": name, "args": len(args)}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger(Chaincode([Shop(), Hooked()], title="Corner shop"), [ORG])


def _call(ledger: Ledger, function: str, *args: str | bytes) -> bytes:
    return ledger.evaluate(CALLER, function, *args, at=ORG)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (("shop:text", ' "x" '), b' "x" '),
        (("text", "123"), b"123"),
        (("shop:raw", b"\xff\x00"), b"\x00\xff"),
        (("shop:number", "41"), b"42"),
        (("shop:number", " -1 "), b"0"),
        (("shop:colour", "red"), b"red"),
        (("shop:code", "ABC"), b"ABC"),
        (("shop:part", '{"name":"a","sizes":[2,1]}'), b'{"name":"a","sizes":[1,2]}'),
        (("shop:part", '{"name":"a","sizes":[]}', "true"), b'{"name":"A","sizes":[]}'),
        (("shop:table",), '{"a":[null,true,"é"],"b":[1,2,3]}'.encode()),
        (("shop:nothing",), b""),
        (("shop:renamed",), b"renamed"),
        (("shop:desk", "7"), b""),
        (("Hooked:run",), b"ran"),
        (("Hooked:absent", "x"), b'{"args":1,"unknown":"absent"}'),
    ],
)
def test_arguments_and_results(ledger: Ledger, call: tuple[str | bytes, ...], answer: bytes) -> None:
    assert _call(ledger, str(call[0]), *call[1:]) == answer


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            ("shop:number", "x"),
            "BAD_ARGUMENT: argument number of number: expected int, got text that is no JSON",
        ),
        (
            ("shop:number", "1.0"),
            "BAD_ARGUMENT: argument number of number: expected int, got a number with a fraction",
        ),
        (("shop:number", '"1"'), "BAD_ARGUMENT: argument number of number: expected `int`, got `str`"),
        (("shop:number",), "BAD_ARGUMENT: number takes the arguments number; 0 came"),
        (("shop:number", "1", "2"), "BAD_ARGUMENT: number takes the arguments number; 2 came"),
        (("shop:nothing", "1"), "BAD_ARGUMENT: nothing takes the arguments none; 1 came"),
        (("shop:text", b"\xff"), "BAD_ARGUMENT: argument text of text: expected UTF-8 text"),
        (("shop:colour", "4711"), "BAD_ARGUMENT: argument colour of colour: expected a value of the enum"),
        (("shop:code", "abc"), "BAD_ARGUMENT: argument code of code: expected `str` matching regex"),
        (
            ("shop:part", '{"name":"a","sizes":[1,"x"]}'),
            "BAD_ARGUMENT: argument part of part: expected `int`, got `str` - at `$.sizes[1]`",
        ),
        (
            ("shop:part", '{"name":"a","name":"b","sizes":[]}'),
            "BAD_ARGUMENT: argument part of part: expected",
        ),
        (("shop:absent",), "UNKNOWN_FUNCTION: contract shop has no function 'absent'"),
        (("shop:helper",), "UNKNOWN_FUNCTION: "),
        (("shop:internal_name",), "UNKNOWN_FUNCTION: "),
        (("shop:__init__",), "UNKNOWN_FUNCTION: "),
        (("absent:text",), "UNKNOWN_FUNCTION: there is no contract 'absent'"),
        ((b"\xff",), "UNKNOWN_FUNCTION: "),
        (("shop:desk", "8"), "NOT_AUTHORIZED: the certificate's attribute desk is not 8"),
        (("shop:imprecise",), "BAD_RESULT: shop:imprecise answers float at `$`, which has no"),
        (("Hooked:fail",), "NO"),
    ],
)
def test_refusals(ledger: Ledger, call: tuple[Any, ...], message: str) -> None:
    with pytest.raises(Refused) as refused:
        _call(ledger, *call)
    assert refused.value.responses[ORG].message.startswith(message)
    assert "4711" not in str(refused.value)


def test_a_call_without_arguments_names_no_function(ledger: Ledger) -> None:
    with pytest.raises(Refused, match="UNKNOWN_FUNCTION"):
        _call(ledger, "")


def test_metadata_follows_fabrics_schema(ledger: Ledger) -> None:
    metadata = json.loads(_call(ledger, "org.hyperledger.fabric:GetMetadata"))
    assert set(metadata) == {"$schema", "info", "contracts", "components"}
    assert metadata["info"] == {"title": "Corner shop", "version": "latest"}
    shop = metadata["contracts"]["shop"]
    assert shop["default"] is True
    assert "default" not in metadata["contracts"]["Hooked"]
    assert shop["info"] == {"title": "shop", "version": "2.1"}
    transactions = {found["name"]: found for found in shop["transactions"]}
    assert set(transactions) == {
        "text", "raw", "number", "colour", "code", "part", "table", "imprecise", "nothing", "renamed", "desk",
    }  # fmt: skip
    assert transactions["nothing"] == {"name": "nothing", "tag": ["SUBMIT", "submitTx"], "parameters": []}
    assert transactions["number"]["tag"] == ["EVALUATE"]
    assert transactions["number"]["returns"] == {"type": "integer"}
    part = transactions["part"]["parameters"][0]
    assert part == {"name": "part", "schema": {"$ref": "#/components/schemas/Part"}}
    assert metadata["components"]["schemas"]["Part"]["properties"]["sizes"]["items"] == {"type": "integer"}


def test_metadata_is_the_same_every_time() -> None:
    assert Chaincode([Shop()]).metadata == Chaincode([Shop()]).metadata


def test_bad_contracts_are_refused_at_start() -> None:
    class Untyped(Contract):
        @submit
        def run(self, context, amount):  # type: ignore[no-untyped-def]  # what is tested
            """Has no types."""

    class Imprecise(Contract):
        @submit
        def run(self, context: Context, amount: float) -> None:
            """Takes a float."""

    class Waiting(Contract):
        @submit
        async def run(self, context: Context) -> None:
            """Is a coroutine."""

    class Variadic(Contract):
        @submit
        def run(self, context: Context, *amounts: int) -> None:
            """Takes any number."""

    class Doubled(Contract):
        @transaction(name="run")
        def one(self, context: Context) -> None:
            """One."""

        @transaction(name="run")
        def two(self, context: Context) -> None:
            """Two."""

    class Shadowing(Contract):
        @submit
        def before_transaction(self, context: Context, name: str) -> None:
            """Runs of itself."""

    with pytest.raises(TypeError, match="before_transaction means something else"):
        Shadowing()
    for contract in (Untyped, Imprecise, Waiting, Variadic, Doubled):
        with pytest.raises(TypeError, match="run"):
            contract()


def test_a_chaincode_needs_contracts_of_different_names() -> None:
    with pytest.raises(ValueError, match="needs a contract"):
        Chaincode([])
    with pytest.raises(ValueError, match="one name"):
        Chaincode([Shop(), Shop()])
    with pytest.raises(ValueError, match="no contract other"):
        Chaincode([Shop()], default="other")


def test_the_default_contract_can_be_named() -> None:
    ledger = Ledger(Chaincode([Shop(), Hooked()], default="Hooked"), [ORG])
    assert ledger.evaluate(CALLER, "run", at=ORG) == b"ran"


class Timed(Contract):
    @submit
    def double(self, context: Context, number: int) -> int:
        return number * 2

    def before_transaction(self, context: Context, name: str) -> None:
        context.stub.set_event("before", b"")

    def around_transaction(self, context: Context, name: str, run: Callable[[], object]) -> object:
        assert context.stub.event is not None
        assert context.stub.event.event_name == "before"
        result = run()
        assert isinstance(result, int)
        return result + 1 if name == "double" else result

    def after_transaction(self, context: Context, name: str, result: object) -> None:
        assert result == 5


def test_around_runs_between_the_other_hooks_and_may_replace_the_result() -> None:
    assert _call(Ledger(Chaincode([Timed()]), [ORG]), "double", "2") == b"5"


class Guarded(Contract):
    """Refuses whoever is not its one caller, and keeps what nobody declared."""

    @submit
    def put(self, context: Context, key: str) -> None:
        context.stub.put_state(key, b"put")

    def before_transaction(self, context: Context, name: str) -> None:
        if context.client_identity.msp_id != "Org2MSP":
            raise Refusal("NOT_AUTHORIZED", "members of Org2MSP only")

    def around_transaction(self, context: Context, name: str, run: Callable[[], object]) -> object:
        if name == "closed":
            raise Refusal("CLOSED")
        return run()

    def unknown_function(self, context: Context, name: str, args: Sequence[bytes]) -> object:
        context.stub.put_state(args[0].decode(), name.encode())
        return name


@pytest.mark.parametrize("function", ["put", "absent"])
def test_what_the_hook_before_refuses_writes_nothing_under_any_name(function: str) -> None:
    ledger = Ledger(Chaincode([Guarded()]), [ORG])
    with pytest.raises(Refused, match="NOT_AUTHORIZED: members of Org2MSP only"):
        ledger.submit(CALLER, function, "key", at=[ORG])
    ledger.submit(make_caller("Org2MSP", "clerk", "bo"), function, "key", at=[ORG])
    assert ledger.public("key") is not None


def test_the_hook_before_comes_before_the_arguments() -> None:
    ledger = Ledger(Chaincode([Guarded()]), [ORG])
    with pytest.raises(Refused, match="NOT_AUTHORIZED: members of Org2MSP only"):
        ledger.submit(CALLER, "put", "too", "many", at=[ORG])
    with pytest.raises(Refused, match="BAD_ARGUMENT: put takes the arguments key; 2 came"):
        ledger.submit(make_caller("Org2MSP", "clerk", "bo"), "put", "too", "many", at=[ORG])


def test_the_hook_around_guards_unknown_names_too() -> None:
    ledger = Ledger(Chaincode([Guarded()]), [ORG])
    with pytest.raises(Refused, match="CLOSED"):
        ledger.submit(make_caller("Org2MSP", "clerk", "bo"), "closed", "key", at=[ORG])


class UpperCase:
    """A serializer of a contract's own: everything is text in capitals."""

    def parse(self, data: bytes, expected: Any) -> object:
        if data == b"bad":
            raise BadValue("expected something better")
        return data.decode().upper()

    def format(self, value: object) -> bytes:
        return str(value).lower().encode()


class Loud(Contract):
    serializer = UpperCase()

    @submit
    def shout(self, context: Context, word: str) -> str:
        return f"{word}!{len(context.stub.args)}"

    def unknown_function(self, context: Context, name: str, args: Sequence[bytes]) -> object:
        return "WHAT?"


def test_a_contract_may_bring_its_own_serializer() -> None:
    ledger = Ledger(Chaincode([Loud(), Timed()]), [ORG])
    assert _call(ledger, "shout", "word") == b"word!2"
    assert _call(ledger, "absent") == b"what?", "it formats what the hook for unknown functions gives too"
    assert _call(ledger, "Timed:double", "2") == b"5", "others keep theirs"
    with pytest.raises(Refused, match="BAD_ARGUMENT: argument word of shout: expected something better"):
        _call(ledger, "shout", "bad")
