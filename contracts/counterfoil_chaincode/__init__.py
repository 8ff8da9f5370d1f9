"""The chaincode runtime: shim, contract API, confidential operations. It knows nothing of trade."""
