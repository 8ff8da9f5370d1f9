"""The trade contracts, one folder each."""
