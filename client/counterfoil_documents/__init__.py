"""Trade documents read into the contracts' request types."""
