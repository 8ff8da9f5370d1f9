"""A contract's function as the dispatcher sees it: typed parameters around a plain method."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_origin, get_type_hints

from ..refusal import Refusal
from .context import Context
from .serializer import BadValue, CanonicalJsonSerializer, Serializer
from .types import check_type, holds_dataclass, text_kind

BAD_ARGUMENT = "BAD_ARGUMENT"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, type, and whether it may be left out."""

    name: str
    type: object
    optional: bool


@dataclass(frozen=True, slots=True)
class Function:
    """One transaction function of a contract. `method` takes the context, then the arguments."""

    name: str
    submit: bool
    method: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: object
    summary: str
    needed: int
    """How many arguments a call has at least."""

    def arguments(self, args: Sequence[bytes], serializer: Serializer) -> list[object]:
        """The typed arguments of a call.

        Raises:
            Refusal: BAD_ARGUMENT, naming the argument, what was expected and what came.
        """
        if not self.needed <= len(args) <= len(self.parameters):
            wanted = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise Refusal(BAD_ARGUMENT, f"{self.name} takes the arguments {wanted}; {len(args)} came")
        return [
            self._argument(parameter, data, serializer)
            for parameter, data in zip(self.parameters, args, strict=False)
        ]

    def _argument(self, parameter: Parameter, data: bytes, serializer: Serializer) -> object:
        try:
            return serializer.parse(data, parameter.type)
        except BadValue as error:
            raise Refusal(BAD_ARGUMENT, f"argument {parameter.name} of {self.name}: {error}") from None


def describe_function(
    name: str, method: Callable[..., Any], *, submit: bool, serializer: Serializer | None = None
) -> Function:
    """Read a bound method's signature, for a serializer (absent: the canonical one).

    Raises:
        TypeError: a parameter after the context has no type, or is no plain parameter; a type can never
            cross the wire (with a serializer of the contract's own only a float cannot); the method has no
            `self` or no context; or it is a coroutine function. Contract functions are plain `def`: a
            transaction asks its peer one thing at a time, and while it waits the runtime lets others have
            their turn.
    """
    if inspect.iscoroutinefunction(method):
        raise TypeError(f"{name}: contract functions are plain def, not async def")
    try:
        hints = get_type_hints(method, include_extras=True)
    except NameError as error:
        raise TypeError(f"{name}: its types cannot be read, {error}") from None
    described = list(inspect.signature(method).parameters.values())
    _refuse_without_self(name, method, described, hints)
    check = check_type if isinstance(serializer, CanonicalJsonSerializer | None) else _refuse_float
    parameters = tuple(_parameter(name, found, hints, check) for found in described[1:])
    returns = hints.get("return", type(None))
    if returns not in (None, type(None)):
        _checked(f"{name}: what it returns", returns, check)
    summary = (inspect.getdoc(method) or "").partition("\n")[0]
    needed = sum(not parameter.optional for parameter in parameters)
    return Function(name, submit, method, parameters, returns, summary, needed)


def _refuse_without_self(
    name: str, method: Callable[..., Any], described: Sequence[inspect.Parameter], hints: dict[str, Any]
) -> None:
    """What is bound to the object must not be meant as the context, nor an argument taken as one."""
    plain = getattr(method, "__func__", None)
    first = next(iter(inspect.signature(plain).parameters), "") if plain else ""
    if first in ("context", "ctx") or _is_context(hints.get(first)):
        raise TypeError(f"{name} has no self: write def {name}(self, {first}: Context, ...)")
    if not described:
        raise TypeError(f"{name} takes no context: write def {name}(self, context: Context, ...)")
    hint = hints.get(described[0].name, Any)
    # A protocol, or a name for any type, may be met by a context.
    may_be = hint in (Any, object) or _is_context(hint) or getattr(hint, "_is_protocol", False)
    if not may_be and (isinstance(hint, type) or get_origin(hint) is not None):
        raise TypeError(
            f"{name}: {described[0].name} stands where the context does: "
            f"write def {name}(self, context: Context, ...)"
        )


def _is_context(hint: object) -> bool:
    if not isinstance(hint, type) or hint in (Any, object):
        return False
    return issubclass(hint, Context) or issubclass(Context, hint)


def _parameter(
    function: str, found: inspect.Parameter, hints: dict[str, object], check: Callable[[Any], None]
) -> Parameter:
    if found.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD or found.name not in hints:
        raise TypeError(f"{function}: parameter {found.name} must be a plain one with a type")
    expected = hints[found.name]
    _checked(f"{function}: parameter {found.name}", expected, check)
    # Known from here on, not from the first call on.
    text_kind(expected)
    holds_dataclass(expected)
    return Parameter(found.name, expected, found.default is not inspect.Parameter.empty)


def _checked(what: str, expected: object, check: Callable[[Any], None]) -> None:
    try:
        check(expected)
    except TypeError as error:
        raise TypeError(f"{what}: {error}") from None


def _refuse_float(expected: object) -> None:
    if expected is float:
        raise TypeError("float: endorsers agree on whole numbers only")
