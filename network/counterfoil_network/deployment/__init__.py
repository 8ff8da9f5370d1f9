"""Channel, chaincode and connection profiles of a running network."""
