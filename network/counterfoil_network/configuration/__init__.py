"""Channel configuration from configtx.yaml."""
