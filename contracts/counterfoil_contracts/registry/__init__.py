"""Tables, enterprises and the ledger secret: what the regulator keeps for all contracts."""
