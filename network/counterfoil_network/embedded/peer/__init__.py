"""One organisation's peer: endorse, pull blocks, validate, commit."""
