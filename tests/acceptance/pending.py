"""What the suite does not cover yet, each with what it waits for. It only shrinks."""

PENDING: dict[str, str] = {
    "events without the ACL": "a second profile of configtx.yaml without the ACL event/Block",
    "nodes that are down": "what a gateway says of a peer, orderer or chaincode server that does not answer",
    "the trade contracts": "their steps are told on both engines by the demo, not compared call by call here",
    "event replay": "checkpoints over a peer's restart, and blocks while the orderer is away",
}
"""Area -> what is missing."""

MOST = 4
"""How many there may be. Lower it with every area that is covered."""
