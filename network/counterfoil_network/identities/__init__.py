"""X.509 identities from crypto-config.yaml."""
