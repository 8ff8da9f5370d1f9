"""The chaincode of the acceptance suite: runs a script of stub calls and answers what each of them gave.

The one argument of `run` is a JSON list of steps `[name, argument, ...]`; the answer a JSON list, one entry a
step. It depends on nothing but the script and the ledger, so peers agree, except for `peer` and `fail_at`,
which are there to make them disagree. Runs as it is under the embedded engine and as a service under Fabric.
"""

import json
import os
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.client_identity import ClientIdentity
from counterfoil_chaincode.contract_api import Contract
from counterfoil_chaincode.errors import PeerError
from counterfoil_chaincode.peer_environment import PeerEnvironment
from counterfoil_chaincode.shim.stub import ChaincodeStub
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.composite_key import create_composite_key
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import proposal_response
from counterfoil_protocol.signature_policy import parse_policy

Step = Callable[..., Any]


class Stop(Exception):  # noqa: N818 - what a step raises to answer at once, good or bad
    """Answer with this status, message and payload now."""

    def __init__(self, status: int, message: str = "", payload: str = "") -> None:
        super().__init__(message)
        self.response = proposal_response.Response(status=status, message=message, payload=payload.encode())


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", errors="backslashreplace")


def policy_bytes(policy: str) -> bytes:
    """Of a signature policy's text; a channel policy's path stays a reference."""
    if policy.startswith("/"):
        return ApplicationPolicy(channel_policy=policy).serialize()
    return parse_policy(policy).SerializeToString()


class Run:
    """One transaction: the steps are its public methods."""

    def __init__(self, stub: ChaincodeStub, peer: PeerEnvironment) -> None:
        self._stub = stub
        self._peer = peer

    # Public state

    def get(self, key: str) -> str | None:
        return text(self._stub.get_state(key))

    def get_many(self, *keys: str) -> list[str | None]:
        return [text(value) for value in self._stub.get_multiple_states(keys)]

    def put(self, key: str, value: str) -> None:
        self._stub.put_state(key, value.encode())

    def fill(self, prefix: str, count: int) -> None:
        for number in range(count):
            self._stub.put_state(f"{prefix}{number:04}", b"x")

    def delete(self, key: str) -> None:
        self._stub.delete_state(key)

    def range(self, start: str, end: str, most: int = 1000) -> list[list[str | None]]:
        found: list[list[str | None]] = []
        with self._stub.get_state_by_range(start, end) as results:
            for key, value in results:
                found.append([key, text(value)])
                if len(found) == most:
                    break
        return found

    def page(self, start: str, end: str, size: int, bookmark: str = "") -> list[Any]:
        page = self._stub.get_state_by_range_with_pagination(start, end, size, bookmark)
        return [[key for key, _ in page.results], page.fetched_records_count, page.bookmark]

    def put_composite(self, kind: str, parts: list[str], value: str) -> None:
        self._stub.put_state(create_composite_key(kind, parts), value.encode())

    def find_composite(self, kind: str, parts: list[str]) -> list[list[str | None]]:
        with self._stub.get_state_by_partial_composite_key(kind, parts) as results:
            return [[key, text(value)] for key, value in results]

    def history(self, key: str) -> list[list[Any]]:
        with self._stub.get_history_for_key(key) as results:
            return [[each.transaction_id, text(each.value), each.is_delete] for each in results]

    def query(self, query: str) -> list[str]:
        with self._stub.get_query_result(query) as results:
            return [key for key, _ in results]

    def query_page(self, query: str, size: int, bookmark: str = "") -> list[Any]:
        page = self._stub.get_query_result_with_pagination(query, size, bookmark)
        return [[key for key, _ in page.results], page.fetched_records_count, page.bookmark]

    def protect(self, key: str, policy: str) -> None:
        self._stub.set_state_validation_parameter(key, policy_bytes(policy))

    def protection(self, key: str) -> str | None:
        found = self._stub.get_state_validation_parameter(key)
        return None if found is None else found.hex()

    def batch(self) -> None:
        self._stub.start_write_batch()

    def end_batch(self) -> None:
        self._stub.finish_write_batch()

    # Private data

    def private_get(self, collection: str, key: str) -> str | None:
        return text(self._stub.get_private_data(collection, key))

    def private_get_many(self, collection: str, *keys: str) -> list[str | None]:
        return [text(value) for value in self._stub.get_multiple_private_data(collection, keys)]

    def private_hash(self, collection: str, key: str) -> str | None:
        found = self._stub.get_private_data_hash(collection, key)
        return None if found is None else found.hex()

    def private_put(self, collection: str, key: str, value: str) -> None:
        self._stub.put_private_data(collection, key, value.encode())

    def private_delete(self, collection: str, key: str) -> None:
        self._stub.delete_private_data(collection, key)

    def private_purge(self, collection: str, key: str) -> None:
        self._stub.purge_private_data(collection, key)

    def private_range(self, collection: str, start: str, end: str) -> list[list[str | None]]:
        with self._stub.get_private_data_by_range(collection, start, end) as results:
            return [[key, text(value)] for key, value in results]

    def private_query(self, collection: str, query: str) -> list[str]:
        with self._stub.get_private_data_query_result(collection, query) as results:
            return [key for key, _ in results]

    def private_protect(self, collection: str, key: str, policy: str) -> None:
        self._stub.set_private_data_validation_parameter(collection, key, policy_bytes(policy))

    # The transaction

    def transient(self, name: str) -> str | None:
        return text(self._stub.transient.get(name))

    def put_transient(self, collection: str, key: str, name: str) -> None:
        self._stub.put_private_data(collection, key, self._stub.transient[name])

    def creator(self) -> list[Any]:
        identity = ClientIdentity(Identity.parse(self._stub.creator))
        return [identity.msp_id, b64decode(identity.id).decode(), sorted(identity.attributes.items())]

    def channel(self) -> str:
        return self._stub.channel_id

    def transaction_id(self) -> str:
        return self._stub.transaction_id

    def peer(self) -> str:
        return self._peer.local_msp_id

    def event(self, name: str, payload: str) -> None:
        self._stub.set_event(name, payload.encode())

    def call(self, chaincode: str, steps: list[Any], channel: str = "") -> list[Any]:
        answer = self._stub.invoke_chaincode(chaincode, [b"run", json.dumps(steps).encode()], channel)
        return [answer.status, answer.message, answer.payload.decode()]

    # Ways to end

    def respond(self, status: int, message: str = "", payload: str = "") -> None:
        raise Stop(status, message, payload)

    def fail_at(self, msp_id: str, status: int, message: str) -> None:
        if self._peer.local_msp_id == msp_id:
            raise Stop(status, message)

    def die(self) -> None:
        os._exit(1)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def attempt(self, *step: Any) -> Any:
        """Run a step and answer the peer's refusal in place of its result."""
        try:
            return self.step(*step)
        except PeerError as refused:
            return {"refused": str(refused)}

    def step(self, name: str, *arguments: Any) -> Any:
        method: Step = getattr(self, name)
        return method(*arguments)


class Probe(Chaincode):
    """Answers with what the script says, untouched by the contract API."""

    def __init__(self) -> None:
        super().__init__([Contract()], title="probe", version="1")

    def invoke(self, stub: ChaincodeStub, peer: PeerEnvironment) -> proposal_response.Response:
        if len(stub.args) != 2 or stub.args[0] != b"run":
            return proposal_response.Response(status=500, message="say run and a script")
        run = Run(stub, peer)
        try:
            results = [run.step(*step) for step in json.loads(stub.args[1])]
            stub.finish_write_batch()
        except Stop as stop:
            return stop.response
        except PeerError as refused:
            return proposal_response.Response(status=500, message=str(refused))
        payload = json.dumps(results, ensure_ascii=False, separators=(",", ":")).encode()
        return proposal_response.Response(status=200, payload=payload)


CHAINCODE = Probe()
