"""Chaincodes that are part of the peer: _lifecycle, qscc, cscc."""
