"""What a contract function is given: the stub, and who calls."""

from counterfoil_protocol.errors import MalformedMessage

from ..client_identity import ClientIdentity, client_identity
from ..refusal import Refusal
from ..shim.stub import ChaincodeStub


class Context:
    """One call. `local_msp_id` is the MSP of the peer that runs it, empty if the peer does not tell.

    A contract may give a subclass as its `context_type`.
    """

    def __init__(self, stub: ChaincodeStub, local_msp_id: str = "") -> None:
        self.stub = stub
        self.local_msp_id = local_msp_id

    @property
    def client_identity(self) -> ClientIdentity:
        """Who sent the proposal.

        Raises:
            Refusal: BAD_CREATOR, the proposal's creator is no X.509 identity.
        """
        try:
            return client_identity(self.stub.creator)
        except MalformedMessage as error:
            raise Refusal("BAD_CREATOR", str(error)) from None
