"""Updates of the channel's configuration: which are refused, with what code and text, and one that is not."""

from collections.abc import Callable

from counterfoil import Identity
from counterfoil_protocol.config_update import read_update, sign_update, unsigned_envelope, wrap_update
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.messages import (
    common,
    common_configuration,
    configtx,
    msp_config,
    orderer_configuration,
    peer_configuration,
)
from counterfoil_protocol.transaction_id import new_nonce

from tests.acceptance.channel_updates import APPLICATIONS, Change, Updates, group_at, set_value
from tests.acceptance.registry import case
from tests.acceptance.stage import Stage
from tests.acceptance.strangers import msp_certificate, msp_signer, new_signer, self_made

Alter = Callable[[configtx.ConfigUpdate], object]
AlterMsp = Callable[[msp_config.FabricMSPConfig], object]


def acl(resource: str, policy: str) -> Change:
    """Let a policy guard a resource."""

    def change(channel: configtx.ConfigGroup) -> None:
        value = channel.groups["Application"].values["ACLs"]
        acls = peer_configuration.ACLs.FromString(value.value)
        acls.acls[resource].policy_ref = policy
        value.value = acls.SerializeToString()

    return change


_LARGE = 10 << 20
_HARMLESS = acl("qscc/GetChainInfo", "/Channel/Application/Readers")


@case("updates/who must sign")
def signatures(stage: Stage) -> None:
    updates = Updates(stage)
    update = updates.made(_HARMLESS)
    for users in (
        (),
        ("BankA",),
        ("BankA", "BankB"),
        ("BankA", "BankA", "BankA"),
        ("BankA", "BankB", "Port/customs"),
        ("BankA", "BankB", "Orderer"),
    ):
        updates.submit(f"signed by {', '.join(users) or 'nobody'}", updates.signed(update, users))
    two = updates.signed(update, ("BankA", "BankB"))
    certificate = msp_certificate(updates.msp("Port"))
    updates.submit("wrong key", sign_update(two, Identity("PortMSP", certificate), new_signer()))
    stranger, signer = self_made()
    updates.submit("a stranger", sign_update(two, Identity("PortMSP", stranger), signer))
    updates.submit("no certificate", sign_update(two, Identity("PortMSP", b"none"), signer))
    # An organisation's own group is its own business, the orderer's is not.
    anchors = peer_configuration.AnchorPeers(
        anchor_peers=[peer_configuration.AnchorPeer(host="127.0.0.1", port=1)]
    )
    update = updates.made(lambda channel: set_value(channel, "Application/Port", "AnchorPeers", anchors))
    updates.submit("another's anchor peers", updates.signed(update, ("BankA", "BankB", "Regulator")))
    limits = orderer_configuration.BatchTimeout(timeout="3s")
    update = updates.made(lambda channel: set_value(channel, "Orderer", "BatchTimeout", limits))
    updates.submit("the orderer's, by banks", updates.signed(update, APPLICATIONS))


def _read_ahead(update: configtx.ConfigUpdate) -> None:
    group_at(update.read_set, "Application").version += 1


def _jump(update: configtx.ConfigUpdate) -> None:
    group_at(update.write_set, "Application").values["ACLs"].version += 1


def _read_nothing(update: configtx.ConfigUpdate) -> None:
    group_at(update.read_set, "Application").values["Nothing"].version = 0


def _not_the_first(update: configtx.ConfigUpdate) -> None:
    added = group_at(update.write_set, "Application").values["Nothing"]
    added.version, added.mod_policy = 1, "Admins"
    del group_at(update.write_set, "Application").values["ACLs"]


def _unchanged(update: configtx.ConfigUpdate) -> None:
    update.write_set.CopyFrom(update.read_set)


def _empty(update: configtx.ConfigUpdate) -> None:
    update.ClearField("read_set")
    update.ClearField("write_set")


def _not_listed(update: configtx.ConfigUpdate) -> None:
    group_at(update.write_set, "Application").values["Nothing"].mod_policy = "Admins"
    del group_at(update.write_set, "Application").values["ACLs"]


def _mod_policy(name: str) -> Alter:
    def alter(update: configtx.ConfigUpdate) -> None:
        group_at(update.write_set, "Application").values["ACLs"].mod_policy = name

    return alter


def _odd_name(update: configtx.ConfigUpdate) -> None:
    group_at(update.write_set, "Application").values["A B"].mod_policy = "Admins"


def _elsewhere(update: configtx.ConfigUpdate) -> None:
    update.channel_id = "nowhere"


@case("updates/versions that do not fit")
def versions(stage: Stage) -> None:
    updates = Updates(stage)
    update = updates.made(_HARMLESS)
    alterations: dict[str, Alter] = {
        "a read version that is not": _read_ahead,
        "a version left out": _jump,
        "a value that is not, read": _read_nothing,
        "a new value that is not the first": _not_the_first,
        "nothing changes": _unchanged,
        "empty": _empty,
        "a new value in an unchanged group": _not_listed,
        "no policy for changes": _mod_policy(""),
        "a policy's name that cannot be": _mod_policy("no such/policy"),
        "a name that cannot be": _odd_name,
        "for another channel": _elsewhere,
    }
    for what, alter in alterations.items():
        read = read_update(update)
        alter(read)
        updates.submit(what, updates.signed(unsigned_envelope(read)))


@case("updates/configurations that cannot be")
def content(stage: Stage) -> None:
    updates = Updates(stage)
    sizes = orderer_configuration.BatchSize(
        max_message_count=0, absolute_max_bytes=_LARGE, preferred_max_bytes=_LARGE
    )
    preferred = orderer_configuration.BatchSize(
        max_message_count=500, absolute_max_bytes=_LARGE, preferred_max_bytes=_LARGE + 1
    )
    absolute = orderer_configuration.BatchSize(max_message_count=500)
    changes: dict[str, Change] = {
        "no messages a block": lambda channel: set_value(channel, "Orderer", "BatchSize", sizes),
        "preferred more than absolute": lambda channel: set_value(channel, "Orderer", "BatchSize", preferred),
        "no bytes a block": lambda channel: set_value(channel, "Orderer", "BatchSize", absolute),
        "no time at all": _timeout("0s"),
        "time that goes back": _timeout("-1s"),
        "no duration": _timeout("soon"),
        "another consensus": lambda channel: set_value(
            channel, "Orderer", "ConsensusType", orderer_configuration.ConsensusType(type="solo")
        ),
        "another hash": lambda channel: set_value(
            channel, "", "HashingAlgorithm", common_configuration.HashingAlgorithm(name="MD5")
        ),
        "another width": lambda channel: set_value(
            channel, "", "BlockDataHashingStructure", common_configuration.BlockDataHashingStructure(width=2)
        ),
        "capabilities nobody has": _capability(""),
        "an orderer's capabilities nobody has": _capability("Orderer"),
        "no capabilities": lambda channel: set_value(
            channel, "", "Capabilities", common_configuration.Capabilities()
        ),
        "an application without capabilities": lambda channel: set_value(
            channel, "Application", "Capabilities", common_configuration.Capabilities()
        ),
        "no orderers": lambda channel: channel.groups.pop("Orderer"),
        "no application": lambda channel: channel.groups.pop("Application"),
        "another MSP ID": _msp(lambda msp: setattr(msp, "name", "OtherMSP")),
        "another's MSP ID": _msp(lambda msp: setattr(msp, "name", "BankAMSP")),
        "no root certificate": _msp(lambda msp: msp.ClearField("root_certs")),
        "a root certificate that is none": _msp(lambda msp: msp.root_certs.append(b"none")),
        "an MSP of another kind": lambda channel: set_value(
            channel, "Application/BankB", "MSP", msp_config.MSPConfig(type=7)
        ),
        "values that are none": lambda channel: _garbage(channel, "Application/BankB", "MSP"),
        "access that is none": lambda channel: _garbage(channel, "Application", "ACLs"),
        "a value nobody knows": _added_value,
        "a policy nobody knows": _odd_policy,
        "anchor peers that are none": lambda channel: _garbage(channel, "Application/BankB", "AnchorPeers"),
    }
    for what, change in changes.items():
        updates.submit(what, updates.signed(updates.made(change)))


@case("updates/envelopes that cannot be")
def envelopes(stage: Stage) -> None:
    updates = Updates(stage)
    update = updates.signed(updates.made(_HARMLESS), APPLICATIONS[:2])
    channel = stage.surroundings.channel
    msp = updates.msp("BankA")
    creator = Identity("BankAMSP", msp_certificate(msp)).serialize()
    sign = msp_signer(msp)

    def envelope(kind: int, data: bytes, name: str = channel) -> common.Envelope:
        payload = build_payload(kind, name, creator, new_nonce(), data, timestamp=(0, 0))
        return common.Envelope(payload=payload, signature=sign(payload))

    data = update.SerializeToString()
    updates.broadcast("too few signatures", envelope(common.CONFIG_UPDATE, data))
    updates.broadcast("another channel", envelope(common.CONFIG_UPDATE, data, "nowhere"))
    updates.broadcast("as a configuration", envelope(common.CONFIG, data))
    updates.broadcast("as an orderer's transaction", envelope(common.ORDERER_TRANSACTION, data))
    updates.broadcast("no update", envelope(common.CONFIG_UPDATE, b"\xff"))
    updates.broadcast("nothing", envelope(common.CONFIG_UPDATE, b""))
    bare = configtx.ConfigUpdateEnvelope(config_update=b"\xff")
    updates.broadcast(
        "an update that cannot be read", envelope(common.CONFIG_UPDATE, bare.SerializeToString())
    )
    updates.broadcast("nobody submits", wrap_update(update))
    wrong = envelope(common.CONFIG_UPDATE, data)
    wrong.signature = new_signer()(wrong.payload)
    updates.broadcast("wrong key", wrong)
    unreadable = configtx.ConfigUpdateEnvelope()
    unreadable.CopyFrom(update)
    unreadable.signatures.add(signature_header=b"\xff", signature=b"x")
    updates.broadcast(
        "a signature's header that is none", envelope(common.CONFIG_UPDATE, unreadable.SerializeToString())
    )
    updates.broadcast("empty", common.Envelope())
    updates.broadcast("no payload", common.Envelope(payload=b"\xff", signature=b"x"))
    updates.broadcast("no header", common.Envelope(payload=b"\x12\x01x", signature=b"x"))


@case("updates/one that is accepted")
def accepted(stage: Stage) -> None:
    updates = Updates(stage)
    before = stage.endorse(["put", stage.key("a"), "1"])
    update = updates.signed(updates.made(_HARMLESS), ("BankA", "BankB", "Port"))
    sequence = updates.current().sequence
    updates.submit("three of four", update)
    updates.submit("again", update)
    stage.note("sequence", updates.current("Port").sequence - sequence)
    stage.note("who may ask now", updates.current("BankB").acl("qscc/GetChainInfo"))
    # What was endorsed before is as good as ever.
    stage.commit(before)
    stage.submit(["get", stage.key("a")], ["put", stage.key("a"), "2"])
    updates.apply("put back", _put_back)
    stage.note("who may ask now", updates.current("BankB").acl("qscc/GetChainInfo"))


@case("updates/access is judged by the new configuration at once")
def access(stage: Stage) -> None:
    updates = Updates(stage)
    regulator = "/Channel/Application/RegulatorBlockEvents"
    updates.apply("queries for the Regulator alone", acl("qscc/GetBlockByNumber", regulator))
    for who in ("Regulator", "BankB"):
        stage.evaluate_raw("GetBlockByNumber", stage.surroundings.channel, "999999", chaincode="qscc", by=who)
    updates.apply("a policy that is not there", acl("qscc/GetBlockByNumber", "/Channel/Application/Nobody"))
    stage.evaluate_raw("GetBlockByNumber", stage.surroundings.channel, "999999", chaincode="qscc")
    updates.apply("put back", _put_back)
    stage.evaluate_raw("GetBlockByNumber", stage.surroundings.channel, "999999", chaincode="qscc")


def _put_back(channel: configtx.ConfigGroup) -> None:
    value = channel.groups["Application"].values["ACLs"]
    acls = peer_configuration.ACLs.FromString(value.value)
    for resource in [name for name in acls.acls if name.startswith("qscc/")]:
        del acls.acls[resource]
    value.value = acls.SerializeToString(deterministic=True)


def _capability(path: str) -> Change:
    def change(channel: configtx.ConfigGroup) -> None:
        value = group_at(channel, path).values["Capabilities"]
        capabilities = common_configuration.Capabilities.FromString(value.value)
        capabilities.capabilities["V9_9"].SetInParent()
        value.value = capabilities.SerializeToString(deterministic=True)

    return change


def _timeout(text: str) -> Change:
    return lambda channel: set_value(
        channel, "Orderer", "BatchTimeout", orderer_configuration.BatchTimeout(timeout=text)
    )


def _msp(alter: AlterMsp) -> Change:
    def change(channel: configtx.ConfigGroup) -> None:
        value = group_at(channel, "Application/BankB").values["MSP"]
        outer = msp_config.MSPConfig.FromString(value.value)
        inner = msp_config.FabricMSPConfig.FromString(outer.config)
        alter(inner)
        outer.config = inner.SerializeToString()
        value.value = outer.SerializeToString()

    return change


def _garbage(channel: configtx.ConfigGroup, path: str, name: str) -> None:
    group_at(channel, path).values[name].value = b"\xff"


def _added_value(channel: configtx.ConfigGroup) -> None:
    added = channel.groups["Application"].values["Weather"]
    added.value, added.mod_policy = b"", "Admins"


def _odd_policy(channel: configtx.ConfigGroup) -> None:
    added = channel.groups["Application"].policies["Odd"]
    added.mod_policy, added.policy.type = "Admins", 9
