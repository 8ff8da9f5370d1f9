"""An enterprise's whole picture: a section for each contract, and for each figure its transactions."""

from .entries import DirectoryEntry
from .sheet import HeldRecord, Section
from .whole import NothingKnown, Picture, picture_of

__all__ = ["DirectoryEntry", "HeldRecord", "NothingKnown", "Picture", "Section", "picture_of"]
