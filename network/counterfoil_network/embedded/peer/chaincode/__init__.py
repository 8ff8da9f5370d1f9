"""Chaincode as the peer sees it: packages, child processes, services, the peer's side of ChaincodeMessage."""
