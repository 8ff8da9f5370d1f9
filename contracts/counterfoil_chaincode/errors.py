"""What can go wrong between a contract and its peer.

ChaincodeError
  PeerError                    the peer answered a request with ERROR
    PrivateDataNotAvailable    the peer lacks private data that the ledger has; may be retried
  StreamClosed                 the stream to the peer ended while a request was under way
  ProtocolViolation            a message that the protocol does not allow here
RefusalError                   refusal.py: an expected refusal, part of a contract's rules
"""


class ChaincodeError(Exception):
    """Root of what the runtime raises towards contracts."""


class PeerError(ChaincodeError):
    """The peer answered a request with ERROR; the text is the peer's."""

    retryable = False


class PrivateDataNotAvailable(PeerError):  # noqa: N818 - the tree above reads as sentences
    """The peer has not got the private data whose hash its ledger holds: it lags or was rebuilt; retry later.

    Text of Fabric core/ledger/kvledger/txmgmt/txmgr/query_executor.go getPrivateData.
    """

    retryable = True


class StreamClosed(ChaincodeError):  # noqa: N818 - the tree above reads as sentences
    """The stream to the peer ended before it answered."""


class ProtocolViolation(ChaincodeError):  # noqa: N818 - the tree above reads as sentences
    """A message of a type that this state of the stream does not allow."""


class ContractDefect(ChaincodeError):  # noqa: N818 - the tree above reads as sentences
    """A contract does what its declaration or Fabric's rules forbid; a programming error, no refusal."""


_PRIVATE_DATA_MISSING = "private data matching public hash version is not available"


def peer_error(text: str) -> PeerError:
    """The typed exception for the text of a peer's ERROR message."""
    return PrivateDataNotAvailable(text) if _PRIVATE_DATA_MISSING in text else PeerError(text)
