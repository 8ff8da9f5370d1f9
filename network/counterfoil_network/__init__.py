"""The network: identities, configuration, the embedded engine, deployment."""
