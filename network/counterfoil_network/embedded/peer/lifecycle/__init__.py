"""Chaincode lifecycle: definitions in the namespace `_lifecycle`, approvals in implicit collections."""
