"""docs/joining.md on real Fabric: BankC's own peer is started from BankC's folder, with nothing of others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil import ConnectionProfile, EventsError, Gateway, SubmitError, configuration, lifecycle
from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.joining import free_address
from counterfoil_network.identities import generate, load_identity
from counterfoil_network.membership import organisation_definition, with_organisation
from counterfoil_protocol.config_update import (
    compute_update,
    merge_signatures,
    sign_update,
    unsigned_envelope,
)
from counterfoil_protocol.config_validator import propose, validate
from counterfoil_protocol.envelope import parse_envelope
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import configtx
from counterfoil_protocol.signing import private_key_signer
from own_machines import SHIPMENTS, Machines, finance, own_machines, profile_of_bank_c
from running_network import ROOT, RunningNetwork, running_network
from trade_ready import make_ready


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with own_machines(tmp_path, FABRIC) as found:
        yield found


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[RunningNetwork]:
    with running_network(tmp_path / "network", engine=FABRIC) as running:
        yield running


def test_the_orderer_and_our_validator_judge_an_update_alike(bare: RunningNetwork, tmp_path: Path) -> None:
    text = (ROOT / "crypto-config.yaml").read_text(encoding="utf-8")
    own = tmp_path / "bankc.yaml"
    own.write_text(text.replace("BankB", "BankC").replace("bankb", "bankc"))
    bank = generate(own, tmp_path / "bankc" / "crypto").organisation("BankC")
    definition = organisation_definition("BankC", "BankCMSP", bank.msp, [free_address()])
    local = load_identity(bank.user_msp("Admin"))
    stranger = (Identity("BankCMSP", local.certificate), private_key_signer(local.key))
    with bare.gateway("BankA") as gateway:
        network = gateway.network("trade")
        current = configuration.read(network)
        changed = with_organisation(current, definition)
        update = unsigned_envelope(compute_update("trade", current.config, changed))
        copies = [
            sign_update(
                update, *ConnectionProfile.read(bare.folder.connection_profile(name)).identity("Admin")
            )
            for name in ("BankA", "Regulator", "Port")
        ]
        with (
            configuration.ordering_service(current, *stranger) as orderer,
            pytest.raises(EventsError, match="FORBIDDEN"),
        ):
            orderer.block("trade", 0)
        with pytest.raises(SubmitError, match="requires 3 of the 'Admins' sub-policies"):
            configuration.submit(network, merge_signatures(copies[:2]))
        configuration.submit(network, merge_signatures(copies))
        assert configuration.await_sequence(network, 1).application("BankCMSP") is not None
        block = configuration.read_block(network)
        with pytest.raises(
            SubmitError, match=r"Application be at version 0, but it is currently at version 1"
        ):
            configuration.submit(network, merge_signatures(copies))
    made = configtx.ConfigEnvelope.FromString(parse_envelope(block.data.data[0]).data)
    validate(current, made)
    assert propose(current, made.last_update).config == made.config


def test_a_bank_joins_with_its_own_peer_finances_and_another_leaves(
    machines: Machines, tmp_path: Path
) -> None:
    ready = make_ready(machines.network, tmp_path)
    ready.publish(SHIPMENTS)
    machines.follow("### On BankB's machine")
    assert finance(ready, "BankA", SHIPMENTS[0])
    machines.follow("## A bank leaves")
    with profile_of_bank_c(machines):
        assert finance(ready, "BankC", SHIPMENTS[1])
    machines.follow("")
    with Gateway.from_profile(machines.profile("BankC"), "Admin") as gateway:
        found = lifecycle.query_committed(gateway.network("trade"), "trade")
    assert found is not None
    assert found.definition.sequence == 3
    assert ready.terms("BankA")
