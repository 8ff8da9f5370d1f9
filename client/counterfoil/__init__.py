"""The Fabric Gateway SDK for Python."""
