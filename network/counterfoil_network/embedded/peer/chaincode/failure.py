"""Failures of chaincode execution whose text reaches the client, worded as Fabric words them."""

STREAM_TERMINATED = "chaincode stream terminated"
EXECUTION_TIMEOUT = "timeout expired while executing transaction"


class ChaincodeFailure(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The peer could not execute; the text is what Fabric's peer says and holds no payload."""

    def within(self, prefix: str) -> "ChaincodeFailure":
        """Return this failure with Fabric's prefix before it (Go's errors.Wrap)."""
        return ChaincodeFailure(f"{prefix}: {self}")
