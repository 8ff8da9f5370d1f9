"""Signed consents of enterprises, which are no members of the channel."""
