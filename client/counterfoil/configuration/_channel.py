"""The configuration as the caller's own peer has it, and updates on their way to the ordering service."""

import time

from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_update import unwrap_update, wrap_update
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import common, configtx, gateway
from counterfoil_protocol.wire import decode

from .._calls import Call, Flow, ask
from .._errors import SubmitError
from .._network import Network
from .._session import Session, check_seconds

_PAUSE_SECONDS = 0.1


class ConfigurationTimeout(TimeoutError):  # noqa: N818 - reads as what happened
    """The peer does not show a configuration in time."""


def read_block(network: Network, *, timeout: float | None = None) -> common.Block:
    """The newest configuration block of the caller's own peer (cscc GetConfigBlock).

    Raises:
        EvaluateError: refused or failed.
        MalformedMessage: the answer is no block.
    """
    own = (network.gateway.peer_msp_id,)
    contract = network.contract("cscc")
    answer = contract.evaluate("GetConfigBlock", network.name, target_organizations=own, timeout=timeout)
    return decode(common.Block, answer)


def read(network: Network, *, timeout: float | None = None) -> ChannelConfig:
    """The configuration in force at the caller's own peer.

    Raises:
        EvaluateError, MalformedMessage: as ``read_block``.
    """
    return ChannelConfig.from_block(read_block(network, timeout=timeout))


def submit(network: Network, update: configtx.ConfigUpdateEnvelope, *, timeout: float | None = None) -> None:
    """Hand an update with its signatures to the ordering service, signed by the caller as the submitter.

    Returns when the ordering service has accepted it: then it has been applied to the configuration that was
    in force; ``await_sequence`` waits until a peer shows it.

    Raises:
        SubmitError: refused, for instance because a policy is not satisfied; the text says which.
        MalformedMessage: the update cannot be read.
    """
    seconds = check_seconds("timeout", timeout or network.gateway.deadlines.submit)
    network.gateway.run(_submit(network.gateway.session, network.name, update, seconds))


def await_sequence(network: Network, sequence: int, *, timeout: float = 30.0) -> ChannelConfig:
    """Wait until the caller's own peer has this many changes of the configuration, and give it.

    Raises:
        ConfigurationTimeout: it has not within ``timeout`` seconds.
        EvaluateError: as ``read_block``.
    """
    deadline = time.monotonic() + check_seconds("timeout", timeout)
    while True:
        current = read(network)
        if current.sequence >= sequence:
            return current
        if time.monotonic() > deadline:
            raise ConfigurationTimeout(
                f"after {timeout:.0f} s the peer has configuration {current.sequence}, not {sequence}"
            )
        time.sleep(_PAUSE_SECONDS)


def _submit(
    session: Session, channel: str, update: configtx.ConfigUpdateEnvelope, timeout: float
) -> Flow[None]:
    session.check_process()
    envelope = wrap_update(update, session.identity, session.sign)
    if not unwrap_update(envelope).config_update:
        raise MalformedMessage("the configuration update is empty")
    # The gateway relays any signed envelope (internal/pkg/gateway/submit.go); a configuration has no
    # transaction ID, and so no commit status.
    request = gateway.SubmitRequest(channel_id=channel, prepared_transaction=envelope)
    yield from ask(Call("/gateway.Gateway/Submit", request, gateway.SubmitResponse, timeout, SubmitError))
