"""Who holds which private data: one rule a collection template, from which the definitions follow.

A member holds the values; every other peer holds their hashes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.confidential import BANK, bank_of, collection_name, msp_of
from counterfoil_protocol.signature_policy import parse_policy

from .core.roles import PORT, REGULATOR

ENDORSEMENT_POLICY = f"AND('{REGULATOR}.peer','{PORT}.peer')"
"""Of the chaincode: who must endorse what touches no collection with a policy of its own."""

_PEERS_AT_MOST = 3
"""To how many peers of other members an endorser sends private data at once."""


@dataclass(frozen=True, slots=True)
class CollectionRule:
    """Members, endorsers and reading rule of a collection; `BANK` stands for the bank of the template."""

    template: str
    members: tuple[str, ...]
    endorsers: tuple[str, ...]
    member_only: bool
    required_peer_count: int


RULES = (
    # A bank's officer locks by a transaction that reads this one: member-only reading would refuse him.
    # What else that would open is closed by the channel's ACL event/Block.
    CollectionRule(
        "authority", (REGULATOR, PORT), (REGULATOR, PORT), member_only=False, required_peer_count=1
    ),
    # With the bank alone, one that withholds the data of a valid transaction stops the regulator's peer.
    CollectionRule(
        "terms_{bank}", (BANK, REGULATOR), (REGULATOR, BANK), member_only=True, required_peer_count=1
    ),
    CollectionRule(
        "marks_{bank}", (BANK, REGULATOR, PORT), (REGULATOR, PORT), member_only=True, required_peer_count=1
    ),
    CollectionRule(
        "credit_{bank}", (BANK, REGULATOR), (REGULATOR, BANK), member_only=True, required_peer_count=1
    ),
    # With one required, a bank that switches its peer off would stop its own revocations.
    CollectionRule(
        "notices_{bank}", (BANK, REGULATOR), (REGULATOR,), member_only=True, required_peer_count=0
    ),
    CollectionRule("supervision", (REGULATOR,), (REGULATOR,), member_only=True, required_peer_count=0),
)


def collections(banks: Sequence[str], departed: Sequence[str] = ()) -> list[CollectionDefinition]:
    """The definitions for these banks (MSP IDs), in the order of the rules, bank by bank.

    A collection can never be dropped, and each of its members must be in the channel (Fabric
    core/chaincode/lifecycle): those of `departed` banks go on with the authorities alone.

    Raises:
        ValueError: an MSP ID that is no bank's.
    """
    found = []
    for rule in RULES:
        for msp_id in (*banks, *departed) if BANK in rule.members else ("",):
            kept = rule if msp_id not in departed else _without_bank(rule)
            found.append(_definition(kept, msp_id))
    return found


def departed_banks(names: Iterable[str], msp_ids: Iterable[str]) -> list[str]:
    """Banks (MSP IDs) that have collections by these names and are no members of the channel any more."""
    members = set(msp_ids)
    found: dict[str, None] = {}
    for rule in RULES:
        prefix = rule.template.removesuffix("{bank}")
        for name in names if BANK in rule.members else ():
            if name.startswith(prefix) and msp_of(name.removeprefix(prefix)) not in members:
                found[msp_of(name.removeprefix(prefix))] = None
    return sorted(found)


def _without_bank(rule: CollectionRule) -> CollectionRule:
    """The rule when its bank has left: nobody else to send to is required, for nobody writes any more."""
    return replace(
        rule,
        members=tuple(member for member in rule.members if member != BANK),
        endorsers=tuple(endorser for endorser in rule.endorsers if endorser != BANK),
        required_peer_count=0,
    )


def _definition(rule: CollectionRule, msp_id: str) -> CollectionDefinition:
    members = ",".join(f"'{_of(member, msp_id)}.member'" for member in rule.members)
    endorsers = ",".join(f"'{_of(endorser, msp_id)}.peer'" for endorser in rule.endorsers)
    endorsement = parse_policy(f"AND({endorsers})").SerializeToString()
    return CollectionDefinition(
        name=collection_name(rule.template, bank_of(msp_id)),
        policy=parse_policy(f"OR({members})").SerializeToString(),
        required_peer_count=rule.required_peer_count,
        maximum_peer_count=_PEERS_AT_MOST,
        member_only_read=rule.member_only,
        member_only_write=rule.member_only,
        endorsement_policy=ApplicationPolicy(signature_policy=endorsement),
    )


def _of(member: str, msp_id: str) -> str:
    return msp_id if member == BANK else member
