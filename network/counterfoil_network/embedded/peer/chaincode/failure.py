"""Failures of chaincode execution whose text reaches the client, worded as Fabric words them."""

STREAM_TERMINATED = "chaincode stream terminated"
EXECUTION_TIMEOUT = "timeout expired while executing transaction"


class ChaincodeFailure(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The peer could not execute; the text is what Fabric's peer says."""

    def __init__(self, text: str, *, quotes_chaincode: bool = False) -> None:
        """Take Fabric's text; `quotes_chaincode` keeps it out of logs."""
        super().__init__(text)
        self.quotes_chaincode = quotes_chaincode

    @classmethod
    def of(cls, failure: Exception) -> "ChaincodeFailure":
        """Return another refusal as a failure of the execution."""
        return failure if isinstance(failure, cls) else cls(str(failure))

    def within(self, prefix: str) -> "ChaincodeFailure":
        """Return this failure with Fabric's prefix before it (Go's errors.Wrap)."""
        return ChaincodeFailure(f"{prefix}: {self}", quotes_chaincode=self.quotes_chaincode)
