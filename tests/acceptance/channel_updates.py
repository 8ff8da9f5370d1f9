"""Configuration updates of a running network: made, signed by whoever, submitted, awaited."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil import GatewayError, Identity, configuration
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_update import compute_update, sign_update, unsigned_envelope, wrap_update
from counterfoil_protocol.messages import common, configtx
from counterfoil_protocol.services import AtomicBroadcastStub

from tests.acceptance import observed
from tests.acceptance.stage import Stage
from tests.acceptance.strangers import msp_certificate, msp_signer

Change = Callable[[configtx.ConfigGroup], object]
"""Alters a copy of the group Channel."""
APPLICATIONS = ("Regulator", "Port", "BankA", "BankB")
ALL = (*APPLICATIONS, "Orderer")
_ANSWER_SECONDS = 60.0


@dataclass(slots=True)
class Updates:
    """What a case does with the channel's configuration."""

    stage: Stage

    def current(self, organisation: str = "Regulator") -> ChannelConfig:
        gateway = self.stage.surroundings.gateway(organisation)
        return configuration.read(gateway.network(self.stage.surroundings.channel))

    def made(self, change: Change) -> configtx.ConfigUpdateEnvelope:
        """The update that a change of the configuration in force takes."""
        current = self.current().config
        changed = configtx.Config()
        changed.CopyFrom(current)
        change(changed.channel_group)
        return unsigned_envelope(compute_update(self.stage.surroundings.channel, current, changed))

    def msp(self, user: str) -> Path:
        """`Organisation` for its administrator, `Organisation/user`."""
        organisation, _, name = user.partition("/")
        [folder] = self.stage.surroundings.folder.crypto.glob(
            f"*Organizations/{organisation.lower()}.*/users/{name or 'Admin'}@*/msp"
        )
        return folder

    def signed(
        self, update: configtx.ConfigUpdateEnvelope, users: Iterable[str] = ALL
    ) -> configtx.ConfigUpdateEnvelope:
        for user in users:
            msp = self.msp(user)
            identity = Identity(f"{user.partition('/')[0]}MSP", msp_certificate(msp))
            update = sign_update(update, identity, msp_signer(msp))
        return update

    def submit(self, what: str, update: configtx.ConfigUpdateEnvelope, by: str = "BankA") -> None:
        """Through the gateway; where it is accepted, wait until every peer shows it."""
        before = self.current().sequence
        network = self.stage.surroundings.gateway(by).network(self.stage.surroundings.channel)
        try:
            configuration.submit(network, update)
        except GatewayError as error:
            self.stage.note(what, observed.failure(error))
            return
        self.await_sequence(before + 1)
        self.stage.note(what, "accepted")

    def apply(self, what: str, change: Change) -> None:
        """Make an update, signed by all, and put it in force."""
        self.submit(what, self.signed(self.made(change)))

    def await_sequence(self, sequence: int) -> None:
        for organisation in self.stage.surroundings.organisations:
            network = self.stage.surroundings.gateway(organisation).network(self.stage.surroundings.channel)
            configuration.await_sequence(network, sequence, timeout=60)

    def broadcast(self, what: str, envelope: common.Envelope) -> None:
        """Hand an envelope to the orderer itself and note its status and text."""
        orderer = self.stage.surroundings.state.orderers[0].organisation
        stub = AtomicBroadcastStub(self.stage.surroundings.grpc_channel(orderer))
        [answer] = stub.Broadcast(iter([envelope]), timeout=_ANSWER_SECONDS)
        self.stage.note(what, [common.Status.Name(answer.status), answer.info])

    def wrapped(self, update: configtx.ConfigUpdateEnvelope, by: str = "BankA") -> common.Envelope:
        msp = self.msp(by)
        identity = Identity(f"{by.partition('/')[0]}MSP", msp_certificate(msp))
        return wrap_update(update, identity, msp_signer(msp))


def set_value(group: configtx.ConfigGroup, path: str, name: str, message: Any) -> None:
    """Put a message into a value, such as `Orderer`, `BatchSize`."""
    group_at(group, path).values[name].value = message.SerializeToString()


def group_at(group: configtx.ConfigGroup, path: str) -> configtx.ConfigGroup:
    """The group of that path below Channel, such as `Application/BankA`; empty for Channel itself."""
    for part in filter(None, path.split("/")):
        group = group.groups[part]
    return group
