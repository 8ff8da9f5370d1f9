"""The demo: the story of one financed invoice."""
