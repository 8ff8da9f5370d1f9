"""A contract's function as the dispatcher sees it: typed parameters around a plain method."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from ..refusal import Refusal
from .serializer import BadValue, Serializer, expects_text

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


def describe_function(name: str, method: Callable[..., Any], *, submit: bool) -> Function:
    """Read a bound method's signature.

    Raises:
        TypeError: a parameter after the context has no type, is of type float, or is no plain parameter;
            or the method is a coroutine function. Contract functions are plain `def`: a transaction
            asks its peer one thing at a time, and while it waits the runtime lets others have their turn.
    """
    if inspect.iscoroutinefunction(method):
        raise TypeError(f"{name}: contract functions are plain def, not async def")
    hints = get_type_hints(method, include_extras=True)
    described = list(inspect.signature(method).parameters.values())
    if not described:
        raise TypeError(f"{name} takes no context")
    parameters = tuple(_parameter(name, found, hints) for found in described[1:])
    summary = (inspect.getdoc(method) or "").partition("\n")[0]
    needed = sum(not parameter.optional for parameter in parameters)
    return Function(name, submit, method, parameters, hints.get("return", type(None)), summary, needed)


def _parameter(function: str, found: inspect.Parameter, hints: dict[str, object]) -> Parameter:
    if found.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD or found.name not in hints:
        raise TypeError(f"{function}: parameter {found.name} must be a plain one with a type")
    expected = hints[found.name]
    if expected is float:
        raise TypeError(
            f"{function}: parameter {found.name} is a float; endorsers agree on whole numbers only"
        )
    expects_text(expected)
    return Parameter(found.name, expected, found.default is not inspect.Parameter.empty)
