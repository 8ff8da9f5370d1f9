"""The measured contract, ours: an asset is created (one read, one write), read, or many keys are written."""

from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.refusal import Refusal
from counterfoil_protocol import canonical_json


class Asset(Contract):
    """As any program it is compared with: functions `create`, `read` and `many`."""

    @submit
    def create(self, context: Context, number: str, owner: str, value: int) -> bytes:
        """One read, one write."""
        if context.stub.get_state(number) is not None:
            raise Refusal("ALREADY_EXISTS", f"asset {number} is there")
        asset = canonical_json.encode({"id": number, "owner": owner, "value": value})
        context.stub.put_state(number, asset)
        return asset

    @evaluate
    def read(self, context: Context, number: str) -> bytes:
        """One read."""
        return context.stub.get_state(number) or b""

    @submit
    def many(self, context: Context, prefix: str, count: int) -> None:
        """`count` writes in one batch."""
        context.stub.start_write_batch()
        for number in range(count):
            context.stub.put_state(f"{prefix}-{number}", b"4711")


CHAINCODE = Chaincode([Asset()])
