"""A chaincode: contracts under one roof. What a package's entry point `module:attribute` names."""

import logging
from collections.abc import Sequence

from counterfoil_protocol.messages import proposal_response

from .contract_api.contract import UNKNOWN_FUNCTION, Contract
from .contract_api.metadata import METADATA_CONTRACT, contract_metadata
from .contract_api.results import BadResult
from .errors import PeerError, PrivateDataNotAvailable, StreamClosed
from .failure import describe_failure
from .peer_environment import PeerEnvironment
from .refusal import Refusal, error_response
from .shim.stub import ChaincodeStub

logger = logging.getLogger(__name__)

_OK = 200
_FAILED = 500
_TRY_AGAIN = 503


class Chaincode:
    """Dispatches `contract:function`; a name without a colon goes to the default contract (the first).

    Raises:
        ValueError: no contract, two of one name, or no contract of the default's name.
        TypeError: something given is no contract's object, or one that was not initialised.
    """

    def __init__(
        self, contracts: Sequence[Contract], *, default: str = "", title: str = "", version: str = ""
    ) -> None:
        _refuse_others(contracts)
        if not contracts:
            raise ValueError("a chaincode needs a contract")
        self.contracts = {contract.namespace: contract for contract in contracts}
        if len(self.contracts) != len(contracts):
            raise ValueError("two contracts have one name")
        self.default = default or contracts[0].namespace
        if self.default not in self.contracts:
            raise ValueError(f"there is no contract {self.default} to be the default")
        self._metadata = contract_metadata(contracts, self.default, title=title, version=version)

    @property
    def metadata(self) -> bytes:
        """The answer of `org.hyperledger.fabric:GetMetadata`."""
        return self._metadata

    def invoke(self, stub: ChaincodeStub, peer: PeerEnvironment) -> proposal_response.Response:
        """Run one transaction. Every exception becomes an error response at once.

        Refusals go out as `CODE: text`, the peer's own errors with its text, a result that cannot cross the
        wire as BAD_RESULT with its type and place. Of anything else the client learns that it failed, and
        the log where, without the exception's text, which may quote data.

        Raises:
            StreamClosed: there is no peer left to answer.
        """
        try:
            payload = self._run(stub, peer)
            stub.finish_write_batch()
        except Refusal as refusal:
            return error_response(refusal.message, refusal.status)
        except StreamClosed:
            raise
        except PrivateDataNotAvailable as error:
            return error_response(f"PRIVATE_DATA_NOT_AVAILABLE: {error}", _TRY_AGAIN)
        except PeerError as error:
            return error_response(f"PEER_ERROR: {error}", _FAILED)
        except BadResult as error:
            stub.failure = error
            text = f"BAD_RESULT: {stub.args[0].decode(errors='replace')} answers {error}"
            logger.error("transaction %s: %r", stub.transaction_id, text)
            return error_response(text, _FAILED)
        except KeyboardInterrupt:
            # At a terminal this is meant for the test run, not for the contract.
            raise
        except BaseException as error:
            stub.failure = error
            logger.error("transaction %s failed: %s", stub.transaction_id, describe_failure(error))
            text = f"INTERNAL_ERROR: the contract failed with {type(error).__name__}; its log says where"
            return error_response(text, _FAILED)
        return proposal_response.Response(status=_OK, payload=payload)

    def _run(self, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        called = stub.args[0].decode(errors="replace") if stub.args else ""
        namespace, colon, name = called.rpartition(":")
        if namespace == METADATA_CONTRACT and name == "GetMetadata":
            return self._metadata
        contract = self.contracts.get(namespace if colon else self.default)
        if contract is None:
            raise Refusal(UNKNOWN_FUNCTION, f"there is no contract {namespace!r}", status=404)
        return contract.invoke_function(name, stub, peer)


def _refuse_others(contracts: object) -> None:
    if not isinstance(contracts, Sequence):
        raise TypeError(f"a chaincode takes a list of contracts, not {_kind(contracts)}")
    for contract in contracts:
        if isinstance(contract, type):
            raise TypeError(
                f"{contract.__name__} is a class; a chaincode takes objects: {contract.__name__}()"
            )
        if not isinstance(contract, Contract):
            raise TypeError(f"{_kind(contract)} is no contract: it must be a subclass of Contract")
        if not hasattr(contract, "functions"):
            raise TypeError(f"{_kind(contract)}.__init__ must call super().__init__() first")


def _kind(value: object) -> str:
    return type(value).__name__
