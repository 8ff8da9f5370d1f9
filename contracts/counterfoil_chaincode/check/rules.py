"""The rules of the check: what makes endorsers disagree, misreads the ledger, or tells secrets to all."""

from enum import Enum


class Rule(Enum):
    """A rule: its id, and why it is one. `unused` and `unreadable` tell of the check itself."""

    CLOCK = (
        "clock",
        "Each endorser has its own clock and time zone. The only time of a transaction is its timestamp, "
        "`context.stub.timestamp`.",
    )
    RANDOM = (
        "random",
        "Endorsers draw different numbers. Let the client send what must be random, in the transient data "
        "if it is secret, or derive it from the transaction ID.",
    )
    UUID = (
        "uuid",
        "A UUID of version 1 or 4 differs from endorser to endorser. Use the transaction ID, or let the "
        "client send the id.",
    )
    ORDER = (
        "order",
        "A set has another order in every process, `hash` another value, `id` another address. Sort before "
        "you go through a set; take SHA-256 for a hash.",
    )
    FLOAT = (
        "float",
        "Rounding and formatting of floats differ between machines and versions, and money is not a float. "
        "Use whole numbers of the smallest unit.",
    )
    SURROUNDINGS = (
        "surroundings",
        "Files, network, environment, other threads and code loaded at run time are not the same at every "
        "endorser. What a transaction depends on is its arguments, transient data and the ledger.",
    )
    MODULE_STATE = (
        "module-state",
        "What a transaction leaves in a module, a class or the contract object is seen by later ones of the "
        "same process alone, also if it never commits. Keep state in the ledger.",
    )
    OWN_WRITE = (
        "own-write",
        "Reads give what is committed: a transaction that reads what it has written gets the value from "
        "before it. Keep the new value in a variable.",
    )
    UNCHECKED_QUERY = (
        "unchecked-query",
        "Private ranges, rich and paged queries and histories are not looked at again when the transaction "
        "is validated, and Fabric refuses some of them in a transaction that writes. Query in an evaluate; "
        "in a submit read keys, or ranges of public keys.",
    )
    CONFIDENTIAL = (
        "confidential",
        "Arguments, responses, events, keys and public values are in every member's blocks, error texts and "
        "logs outside of all protection. Confidential data comes in the transient data and goes into a "
        "collection's values.",
    )
    UNUSED = ("unused", "An allowance names a rule that finds nothing there, no rule at all, or no reason.")
    UNREADABLE = ("unreadable", "The file is no Python that this version can read, so it was not checked.")

    def __init__(self, identifier: str, explanation: str) -> None:
        self.id = identifier
        self.explanation = explanation


CONTRACT_RULES = tuple(rule for rule in Rule if rule not in {Rule.UNUSED, Rule.UNREADABLE})
"""The ten about contracts; the other two are about the check and cannot be allowed."""
