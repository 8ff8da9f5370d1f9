"""Ledger semantics as pure functions: simulation, read-write sets, MVCC, phantoms, private hashes."""
