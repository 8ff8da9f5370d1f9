"""The settings on which confidentiality and liveness rest, each with what an attacker gains without it.

Pure: `Facts` are what was found, `verify` judges them. `found_facts` of `facts.py` collects them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil_protocol.channel_config import ChannelConfig, parse_duration
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import msp_principal

BLOCK_EVENTS = "event/Block"


@dataclass(frozen=True, slots=True)
class Check:
    """One setting of one subject: what was found, what is needed, what an attacker gains without it."""

    subject: str
    setting: str
    found: str
    needed: str
    gain: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found. Settings are documents of core.yaml and orderer.yaml by host, overruled by `variables`.

    `links` are connection.json's of installed chaincode by host, `chaincode_msp_ids` what the chaincode
    processes were told (organisation, what it was told, what it should be), `open_keys` private keys that
    others may read.
    """

    config: ChannelConfig
    regulator: str
    expected_policy: str
    policy: str
    expected_collections: Sequence[CollectionDefinition]
    collections: Sequence[CollectionDefinition]
    peers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    orderers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    links: Sequence[tuple[str, Mapping[str, Any]]] = ()
    chaincode_msp_ids: Sequence[tuple[str, str, str]] = ()
    open_keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    setting: str
    needed: str
    holds: Callable[[Any], bool]
    gain: str


def _at_most(seconds: float) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        try:
            return parse_duration(str(value)) <= seconds
        except MalformedMessage:
            return False

    return holds


_PEER_RULES = (
    _Rule(
        "peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit",
        "true",
        lambda value: value is True,
        "any member resends an old envelope out of a block, and every member peer of its collections stands "
        "still for a minute, again and again",
    ),
    _Rule(
        "peer.gossip.pvtData.pullRetryThreshold",
        "2s or less",
        _at_most(2),
        "an endorser that withholds private data of a valid transaction holds each such block up for a "
        "minute at every other member",
    ),
    _Rule(
        "peer.gossip.reconnectInterval",
        "2s or less",
        _at_most(2),
        "a peer that was away, or was cut off for a moment, finds the others half a minute later; until then "
        "nothing that needs it is endorsed",
    ),
    _Rule(
        "peer.authentication.timewindow",
        "5m or less",
        _at_most(300),
        "a client dates its proposal back or forth, and what runs out by transaction time (consents, views) "
        "lives longer for it",
    ),
    _Rule("peer.tls.enabled", "true", lambda value: value is True, "who listens on the wire reads requests"),
    _Rule(
        "peer.gossip.skipBlockVerification",
        "false",
        lambda value: not value,
        "a peer hands another one blocks that no orderer signed",
    ),
    _Rule(
        "operations.tls.clientAuthRequired",
        "true",
        lambda value: value is True,
        "anyone who reaches the port reads the metrics and turns logging up until it holds payloads",
    ),
)
_ORDERER_RULES = (
    _Rule("General.TLS.Enabled", "true", lambda value: value is True, "who listens on the wire reads blocks"),
    _Rule(
        "Admin.TLS.ClientAuthRequired",
        "true",
        lambda value: value is True,
        "anyone who reaches the port makes the orderer leave the channel",
    ),
    _Rule(
        "Operations.TLS.ClientAuthRequired",
        "true",
        lambda value: value is True,
        "anyone who reaches the port reads the metrics and turns logging up",
    ),
)


def verify(facts: Facts) -> list[Check]:
    """Judge every setting, the channel's first."""
    checks = [_block_events(facts), _chaincode_policy(facts), *_collections(facts)]
    for host, document in facts.peers.items():
        checks += [_judge(host, rule, document) for rule in _PEER_RULES]
    for host, document in facts.orderers.items():
        checks += [_judge(host, rule, document) for rule in _ORDERER_RULES]
    checks += [_link(subject, link) for subject, link in facts.links]
    checks += [
        Check(
            subject,
            "CORE_PEER_LOCALMSPID of the chaincode",
            told or "nothing",
            due,
            "on the wrong peer an absent private key reads as nothing there, unnoticed by the contract",
            told == due,
        )
        for subject, told, due in facts.chaincode_msp_ids
    ]
    keys = ", ".join(facts.open_keys)
    gain = "another user of the machine signs in the organisation's name"
    return [
        *checks,
        Check("identities", "private keys others may read", keys or "none", "none", gain, not keys),
    ]


def _block_events(facts: Facts) -> Check:
    path = facts.config.acl(BLOCK_EVENTS) or "none"
    who = sorted(_msp_ids(facts.config, path))
    gain = (
        "any member's client reads whole collections past every contract (DeliverWithPrivateData): "
        "`authority` with all banks' pools and consents"
    )
    found = f"{path}: {', '.join(who) or 'unknown'}"
    return Check(
        "channel", f"ACL {BLOCK_EVENTS}", found, f"{facts.regulator} alone", gain, who == [facts.regulator]
    )


def _msp_ids(config: ChannelConfig, path: str) -> set[str]:
    policy = config.policies.find(path)
    if policy is None:
        return set()
    found = set()
    for principal in policy.convert().identities:
        if principal.principal_classification != msp_principal.MSPPrincipal.ROLE:
            found.add("a principal that is no role")
            continue
        found.add(msp_principal.MSPRole.FromString(principal.principal).msp_identifier)
    return found


def _chaincode_policy(facts: Facts) -> Check:
    gain = "who endorses alone writes what it likes: pools, marks, the registry"
    return Check(
        "chaincode",
        "endorsement policy",
        facts.policy,
        facts.expected_policy,
        gain,
        facts.policy == facts.expected_policy,
    )


def _collections(facts: Facts) -> Iterator[Check]:
    known = {each.name: each for each in facts.collections}
    gain = "members, readers or endorsers other than designed see or alter private data"
    for expected in facts.expected_collections:
        found = known.pop(expected.name, None)
        said = "as designed" if found == expected else "differs" if found else "not there"
        yield Check(f"collection {expected.name}", "definition", said, "as designed", gain, found == expected)
    for name in sorted(known):
        yield Check(
            f"collection {name}", "definition", "not designed", "none of that name", gain, is_met=False
        )


def _judge(host: str, rule: _Rule, document: Mapping[str, Any]) -> Check:
    value = setting(document, rule.setting)
    found = "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Check(host, rule.setting, found, rule.needed, rule.gain, rule.holds(value))


def setting(document: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key; None where there is none. Upper and lower case are one, as for viper."""
    place: Any = document
    for part in key.lower().split("."):
        if not isinstance(place, Mapping):
            return None
        place = {str(name).lower(): value for name, value in place.items()}.get(part)
    return place


def _link(subject: str, link: Mapping[str, Any]) -> Check:
    mutual = link.get("tls_required") is True and link.get("client_auth_required") is True
    gain = "who reaches the port answers for the contract, or reads what passes between peer and contract"
    found = "mutual TLS" if mutual else "TLS" if link.get("tls_required") else "plain"
    return Check(subject, "connection to its chaincode", found, "mutual TLS", gain, mutual)
