"""A certificate is revoked by its organisation's list, put into the channel while the network runs."""

from collections.abc import Callable
from typing import Any

from counterfoil import EventStream, Gateway, GatewayError, Identity
from counterfoil_network.identities.certificate_authority import utc_now
from counterfoil_network.identities.folder import read_authority
from counterfoil_protocol.config_update import sign_update
from counterfoil_protocol.messages import configtx, msp_config
from cryptography import x509

from tests.acceptance import observed
from tests.acceptance.channel_updates import Change, Updates, group_at
from tests.acceptance.registry import case
from tests.acceptance.stage import ENDORSERS, Stage
from tests.acceptance.strangers import connected, issued

_SECONDS = 60.0


def revocation_list(stage: Stage, *certificates: bytes) -> bytes:
    """BankA's list with these certificates (PEM); no file is written, the genesis block stays as it is."""
    [folder] = stage.surroundings.folder.crypto.glob("peerOrganizations/banka.*/ca")
    parsed = [x509.load_pem_x509_certificate(certificate) for certificate in certificates]
    return read_authority(folder).revoke(parsed, utc_now(), None)


def with_list(*lists: bytes) -> Change:
    """BankA's MSP with these lists in place of the ones it has."""

    def change(channel: configtx.ConfigGroup) -> None:
        value = group_at(channel, "Application/BankA").values["MSP"]
        outer = msp_config.MSPConfig.FromString(value.value)
        inner = msp_config.FabricMSPConfig.FromString(outer.config)
        inner.revocation_list[:] = lists
        outer.config = inner.SerializeToString()
        value.value = outer.SerializeToString()

    return change


def try_all(stage: Stage, gateway: Gateway) -> None:
    """Every kind of call, as this client."""
    stage.evaluate(["get", stage.key("a")], by=gateway)
    stage.evaluate(["get", stage.key("a")], by=gateway, at=["PortMSP"])
    stage.endorse(["put", stage.key("a"), "2"], by=gateway, endorsers=())
    stage.endorse(["put", stage.key("a"), "2"], by=gateway, endorsers=ENDORSERS)
    network = gateway.network(stage.surroundings.channel)
    stage.attempt("events", lambda: first(network.chaincode_events("probe", start_block=0, timeout=_SECONDS)))
    stage.attempt(
        "filtered blocks", lambda: first(network.filtered_block_events(start_block=0, timeout=_SECONDS))
    )


def first(stream: EventStream[Any]) -> int:
    with stream:
        return len([next(stream)])


@case("revoked/a client's certificate")
def client(stage: Stage) -> None:
    certificate, signer = issued(stage.surroundings, "BankA")
    updates = Updates(stage)
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), signer) as gateway:
        stage.submit(["put", stage.key("a"), "1"], by=gateway)
        endorsed = stage.endorse(["put", stage.key("a"), "2"], by=gateway)
        ordered = stage.submit(["put", stage.key("b"), "1"], by=gateway)
        assert endorsed is not None
        assert ordered is not None
        updates.apply("revoke", with_list(revocation_list(stage, certificate)))
        try_all(stage, gateway)
        stage.attempt("submit what was endorsed before", lambda: bool(endorsed.submit()))
        stage.attempt("submit again", lambda: bool(ordered.submit()))
        # Everybody else goes on.
        stage.evaluate(["get", stage.key("a")], ["get", stage.key("b")])
        updates.submit("by another bank", updates.signed(updates.made(with_list()), ("BankB",)))
        updates.apply("put back", with_list())
        stage.submit(["put", stage.key("a"), "3"], by=gateway)


@case("revoked/streams that were opened before")
def streams(stage: Stage) -> None:
    certificate, signer = issued(stage.surroundings, "BankA")
    updates = Updates(stage)
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), signer) as gateway:
        network = gateway.network(stage.surroundings.channel)
        start = stage.surroundings.height("BankA")
        chaincode = network.chaincode_events("probe", start_block=start, timeout=_SECONDS)
        filtered = network.filtered_block_events(start_block=start, timeout=_SECONDS)
        stage.submit(["event", "before", "x"], ["put", stage.key("a"), "1"])
        stage.note("events", next(chaincode).event_name)
        stage.note("filtered blocks", next(filtered).number - start)
        updates.apply("revoke", with_list(revocation_list(stage, certificate)))
        stage.submit(["event", "after", "x"], ["put", stage.key("a"), "2"])
        stage.note("events", one_more(lambda: next(chaincode).event_name))
        stage.note("filtered blocks", one_more(lambda: next(filtered).number - start))
        chaincode.close()
        filtered.close()
        updates.apply("put back", with_list())


def one_more(more: Callable[[], Any]) -> Any:
    """What else came, or the refusal."""
    try:
        return more()
    except GatewayError as error:
        return observed.failure(error)


@case("revoked/an administrator's certificate")
def administrator(stage: Stage) -> None:
    """A configuration update counts no signature of a revoked certificate."""
    certificate, signer = issued(stage.surroundings, "BankA", unit="admin")
    updates = Updates(stage)
    updates.apply("revoke", with_list(revocation_list(stage, certificate)))
    identity = Identity("BankAMSP", certificate)
    updates.submit("signed with it", sign_update(updates.made(with_list()), identity, signer))
    updates.submit("signed with another", updates.signed(updates.made(with_list()), ("BankA",)))
