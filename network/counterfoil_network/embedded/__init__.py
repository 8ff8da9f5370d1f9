"""The embedded engine: peers and orderer of every organisation in one process, on SQLite."""
