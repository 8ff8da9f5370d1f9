"""The tree of errors: complete, picklable, without payloads."""

import inspect
import pickle
from typing import Any

import counterfoil
import grpc
import pytest
from counterfoil import (
    CommitError,
    CommitUnknown,
    ContractRefusal,
    CounterfoilError,
    ErrorDetail,
    ForkedProcess,
    GatewayError,
)

DETAILS = (ErrorDetail("peer0:7051", "PortMSP", "chaincode response 409, DUPLICATE: in use"),)
EXAMPLES: dict[str, CounterfoilError] = {
    "CommitError": CommitError("ab", 11, "MVCC_READ_CONFLICT", 7),
    "CommitUnknown": CommitUnknown("ab", b"envelope", "submit failed: gone"),
    "ContractRefusal": ContractRefusal("DUPLICATE", "in use", "ab"),
    "ForkedProcess": ForkedProcess(),
}


def error_classes() -> list[type[CounterfoilError]]:
    found = [value for value in vars(counterfoil).values() if inspect.isclass(value)]
    return sorted(
        (each for each in found if issubclass(each, CounterfoilError)), key=lambda each: each.__name__
    )


def example(kind: type[CounterfoilError]) -> CounterfoilError:
    if issubclass(kind, GatewayError):
        return kind(grpc.StatusCode.ABORTED, "failed", DETAILS, "ab")
    return EXAMPLES.get(kind.__name__) or kind("text")


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_pickles_whole(kind: type[CounterfoilError]) -> None:
    error = example(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_each_gateway_error_names_its_step() -> None:
    steps = {kind.step for kind in error_classes() if issubclass(kind, GatewayError)}
    assert steps == {"call", "evaluate", "endorse", "submit", "commit status", "events"}


def test_the_text_says_what_each_peer_said() -> None:
    error = counterfoil.EndorseError(grpc.StatusCode.ABORTED, "failed", DETAILS, "ab")
    assert str(error) == (
        "endorse failed: ABORTED: failed [PortMSP at peer0:7051: chaincode response 409, DUPLICATE: in use]"
    )


def test_an_unknown_commit_shows_neither_envelope_nor_payload() -> None:
    assert "envelope" not in repr(EXAMPLES["CommitUnknown"]) + str(EXAMPLES["CommitUnknown"])


def test_no_repr_shows_a_payload(peer: Any, connected: counterfoil.Gateway) -> None:
    secret = "seven-million"
    contract = connected.network("trade").contract("asset")
    proposal = contract.propose(secret, secret, transient={"request": secret})
    endorsed = proposal.endorse()
    commit = endorsed.submit()
    shown = [
        repr(each)
        for each in (proposal, proposal.data, endorsed, endorsed.data, commit, connected, connected.session)
    ]
    assert secret not in "".join(shown)
    assert secret.encode().hex() not in "".join(shown)


def test_all_public_names_are_there_and_sorted() -> None:
    assert list(counterfoil.__all__) == sorted(counterfoil.__all__)
    public = {name for name in vars(counterfoil) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(counterfoil, name))}
    assert public - modules == set(counterfoil.__all__)


def test_the_asyncio_face_has_the_same_names() -> None:
    from counterfoil import aio

    assert list(aio.__all__) == list(counterfoil.__all__)
    for name in ("Gateway", "Network", "Contract", "Proposal", "Transaction", "Commit"):
        blocking, awaited = getattr(counterfoil, name), getattr(aio, name)
        assert public_methods(blocking) == public_methods(awaited), name


def public_methods(kind: type) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(method).parameters)
        for name, method in inspect.getmembers(kind, inspect.isroutine)
        if not name.startswith("_")
    }
