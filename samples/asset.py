"""The first contract of docs/chaincode.md."""

from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.refusal import Refusal


class Asset(Contract):
    """Assets, each with a number and a value."""

    @submit
    def create(self, context: Context, number: str, value: int) -> None:
        """Make an asset that is not there yet."""
        if context.stub.get_state(number) is not None:
            raise Refusal("ALREADY_EXISTS", f"asset {number} is there")
        context.stub.put_state(number, str(value).encode())

    @evaluate
    def read(self, context: Context, number: str) -> int:
        """The value of an asset, 0 if there is none."""
        return int(context.stub.get_state(number) or b"0")


CHAINCODE = Chaincode([Asset()])
