"""Private data on its way to a collection's members: spread at endorsement, fetched at commit, reconciled."""
