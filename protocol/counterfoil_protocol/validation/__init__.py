"""Validation of ordered transactions, as every peer does it for itself: form, signatures, policies."""
