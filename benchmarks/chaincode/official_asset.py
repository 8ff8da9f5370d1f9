"""The same contract for fabric-chaincode-python, run in an environment of its own; it has no batches."""

import json
import logging

from fabric_chaincode_python.fabric_shim import response, server
from fabric_chaincode_python.fabric_shim.interfaces import Chaincode

# The package logs every message at INFO and DEBUG once it is imported, which no user would keep.
logging.disable(logging.CRITICAL)


class Asset(Chaincode):
    """Functions `create` and `read`."""

    async def init(self, stub):  # its base class gives no types
        return response.success(b"")

    async def invoke(self, stub):
        function, arguments = stub.get_function_and_parameters()
        stored = await stub.get_state(arguments[0])
        if function == "read":
            return response.success(stored)
        if stored:
            return response.error("ALREADY_EXISTS")
        number, owner, value = arguments
        asset = json.dumps({"id": number, "owner": owner, "value": int(value)}).encode()
        await stub.put_state(number, asset)
        return response.success(asset)


server.start(Asset)
