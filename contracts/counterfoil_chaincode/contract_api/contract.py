"""The base class of contracts: a namespace of transaction functions, with hooks around each call."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from ..peer_environment import PeerEnvironment
from ..refusal import Refusal
from ..shim.stub import ChaincodeStub
from .context import Context
from .decorators import mark_of
from .function import Function, describe_function
from .serializer import CanonicalJsonSerializer, Serializer

UNKNOWN_FUNCTION = "UNKNOWN_FUNCTION"


class Contract:
    """Subclass it, and decorate methods with `@submit` or `@evaluate`.

    Methods take the context, then typed arguments. A contract keeps nothing between calls: one object serves
    many transactions at once. `name` is the namespace in `name:function`, the class's name if empty.
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = ""
    context_type: ClassVar[type[Context]] = Context
    serializer: ClassVar[Serializer] = CanonicalJsonSerializer()

    def __init__(self) -> None:
        self.functions: Mapping[str, Function] = self.describe_functions()

    @property
    def namespace(self) -> str:
        """The name in `name:function`."""
        return self.name or type(self).__name__

    def describe_functions(self) -> dict[str, Function]:
        """The transaction functions by name, from the decorated methods.

        Raises:
            TypeError: a decorated method has no usable signature, has a name of this class, or two have one;
                or a method without a decorator overrides one that has it.
        """
        found: dict[str, Function] = {}
        for attribute in sorted(dir(type(self))):
            member = getattr(type(self), attribute, None)
            mark = mark_of(member)
            if mark is None:
                if member is not None:
                    self._refuse_lost_function(attribute)
                continue
            if attribute in _OWN_NAMES:
                raise TypeError(f"{type(self).__name__}: {attribute} means something else in every contract")
            name = mark.name or attribute
            if name in found:
                raise TypeError(f"{type(self).__name__} has two functions named {name}")
            found[name] = self._describe(name, getattr(self, attribute), submit=mark.submit)
        return found

    def _describe(self, name: str, method: Callable[..., object], *, submit: bool) -> Function:
        try:
            return describe_function(name, method, submit=submit, serializer=self.serializer)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}.{error}") from None

    def _refuse_lost_function(self, attribute: str) -> None:
        for base in type(self).__mro__:
            if mark_of(getattr(base, attribute, None)) is not None:
                raise TypeError(
                    f"{type(self).__name__}.{attribute} overrides a transaction function of {base.__name__} "
                    f"without a decorator: add @submit or @evaluate, or write {attribute} = None to end it"
                )

    def invoke_function(self, name: str, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        """Run one function with the stub's arguments between the hooks; the bytes of its result.

        A name that no function has goes to `unknown_function`, between the same hooks.

        Raises:
            Refusal: the contract's, BAD_ARGUMENT, or that of the hook for unknown functions.
            BadResult: the result cannot cross the wire.
        """
        context = self.context_type(stub, peer.local_msp_id)
        function = self.functions.get(name)
        # Fabric's order (contractapi/contract_chaincode.go Invoke): whom this refuses, it refuses under every
        # name and whatever the arguments.
        self.before_transaction(context, name)
        if function is None:
            run = partial(self.unknown_function, context, name, stub.args[1:])
        else:
            run = partial(function.method, context, *function.arguments(stub.args[1:], self.serializer))
        result = self.around_transaction(context, name, run)
        self.after_transaction(context, name, result)
        return self.serializer.format(result)

    def before_transaction(self, context: Context, name: str) -> None:
        """Called before each function and before `unknown_function`; what it raises ends the call.

        The arguments are looked at after it.
        """

    def around_transaction(self, context: Context, name: str, run: Callable[[], object]) -> object:
        """Called between the other two hooks; runs the function, once, and gives its result or another.

        For a name that no function has, `run` is `unknown_function`.
        """
        return run()

    def after_transaction(self, context: Context, name: str, result: object) -> None:
        """Called after each function, and after `unknown_function`, that did not raise."""

    def unknown_function(self, context: Context, name: str, args: Sequence[bytes]) -> object:
        """Called, between the hooks, for a name that no function has.

        Raises:
            Refusal: UNKNOWN_FUNCTION.
        """
        raise Refusal(UNKNOWN_FUNCTION, f"contract {self.namespace} has no function {name!r}", status=404)


_OWN_NAMES = frozenset(dir(Contract)) | {"functions"}
