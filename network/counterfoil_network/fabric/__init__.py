"""The driver of Hyperledger Fabric's own programs: the same network, run by Fabric's peer and orderer.

`engine.FabricEngine` starts and joins them, `supervisor` keeps them running, `settings` writes their
core.yaml and orderer.yaml, `builder/` holds the three external-builder programs, `services` runs one
chaincode process an organisation.
"""
