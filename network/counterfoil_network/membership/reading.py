"""Tell a person what a definition or an update says, from the bytes that are signed and from nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil_protocol.config_update import read_update, update_signed_data
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import configtx, msp_config, peer_configuration, policies
from counterfoil_protocol.signature_policy import format_policy
from counterfoil_protocol.wire import decode
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from counterfoil_network.membership.definition import OrganisationDefinition


@dataclass(frozen=True, slots=True)
class UpdateSummary:
    """An update read out: its channel, what it changes, and whose signatures it carries (not verified)."""

    channel_id: str
    changes: tuple[str, ...]
    signers: tuple[str, ...]


def describe_definition(definition: OrganisationDefinition) -> tuple[str, ...]:
    """The organisation's MSP ID, the fingerprints of its authorities, its policies and anchor peers.

    Raises:
        MalformedMessage: a value cannot be read.
    """
    return tuple(_group(definition.group))


def describe_update(envelope: configtx.ConfigUpdateEnvelope) -> UpdateSummary:
    """What an update changes, element by element, as far as versions tell.

    Raises:
        MalformedMessage: the update cannot be read.
    """
    update = read_update(envelope)
    changes = tuple(_changes("Channel", update.read_set, update.write_set))
    signers = tuple(_signer(signed.identity) for signed in update_signed_data(envelope))
    return UpdateSummary(update.channel_id, changes, signers)


def _changes(path: str, read: configtx.ConfigGroup, write: configtx.ConfigGroup) -> Iterator[str]:
    if write.version != read.version:
        # A group's new version lists all its members; who is gone stands in neither set.
        yield f"the members of {path} are then {', '.join(sorted(write.groups)) or 'none'}"
    for name in sorted(write.groups):
        inner = write.groups[name]
        if name not in read.groups:
            yield f"add {path}/{name}"
            yield from (f"  {line}" for line in _group(inner))
        else:
            yield from _changes(f"{path}/{name}", read.groups[name], inner)
    for kind, before, after in (
        ("value", read.values, write.values),
        ("policy", read.policies, write.policies),
    ):
        for name in sorted(after):
            if name not in before or before[name].version != after[name].version:
                yield f"set {kind} {path}/{name}"


def _group(group: configtx.ConfigGroup) -> Iterator[str]:
    for name in sorted(group.values):
        value = group.values[name].value
        if name == "MSP":
            yield from _msp(value)
        elif name == "AnchorPeers":
            anchors = decode(peer_configuration.AnchorPeers, value).anchor_peers
            yield "anchor peers " + ", ".join(f"{anchor.host}:{anchor.port}" for anchor in anchors)
        else:
            yield f"value {name}, {len(value)} bytes"
    for name in sorted(group.policies):
        policy = group.policies[name].policy
        if policy.type == policies.Policy.SIGNATURE:
            text = format_policy(decode(policies.SignaturePolicyEnvelope, policy.value))
            yield f"policy {name} {text}"
        else:
            meta = decode(policies.ImplicitMetaPolicy, policy.value)
            yield f"policy {name} {policies.ImplicitMetaPolicy.Rule.Name(meta.rule)} {meta.sub_policy}"


def _msp(value: bytes) -> Iterator[str]:
    config = decode(msp_config.FabricMSPConfig, decode(msp_config.MSPConfig, value).config)
    yield f"MSP ID {config.name}"
    for what, certificates in (
        ("authority", config.root_certs),
        ("intermediate authority", config.intermediate_certs),
        ("TLS authority", config.tls_root_certs),
        ("administrator", config.admins),
    ):
        for certificate in certificates:
            yield f"{what} SHA-256 {_fingerprint(certificate)}"


def _fingerprint(certificate: bytes) -> str:
    try:
        return x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()
    except ValueError as error:
        raise MalformedMessage("an authority's certificate cannot be read") from error


def _signer(serialized: bytes) -> str:
    try:
        return Identity.parse(serialized).msp_id
    except MalformedMessage:
        return "unreadable"
