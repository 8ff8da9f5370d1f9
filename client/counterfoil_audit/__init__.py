"""The audit of exported ledgers."""
