"""Settings that Fabric has in core.yaml, at the values the trade network wants of real peers.

`counterfoil network verify` asks a real network for the same values.
"""

TIME_WINDOW = 5 * 60.0
"""Seconds that a request's timestamp may be off (peer.authentication.timewindow)."""
PULL_RETRY_THRESHOLD = 2.0
"""Seconds that a block waits for private data that other members may still get (peer.gossip.pvtData)."""
PUSH_ACK_TIMEOUT = 3.0
"""Seconds a member has to say that it has stored private data (peer.gossip.pvtData.pushAckTimeout)."""
KNOWN_DEAD = 3.0
"""Seconds until the others know that a peer has gone, as with this network's settings of Fabric's gossip."""
EXECUTE_TIMEOUT = 30.0
"""Seconds a chaincode may take for one transaction (chaincode.executetimeout)."""
GATEWAY_CONCURRENCY = 500
"""Calls at once (peer.limits.concurrency.gatewayService)."""
ENDORSER_CONCURRENCY = 2500
"""Calls at once (peer.limits.concurrency.endorserService)."""
DELIVER_CONCURRENCY = 2500
"""Calls at once (peer.limits.concurrency.deliverService)."""
