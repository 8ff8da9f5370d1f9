"""Fabric's messages and rules as pure functions: build, parse, hash, sign, policies, ledger semantics."""
