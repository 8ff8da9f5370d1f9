"""One log file a node. Nothing logged anywhere in the engine holds arguments, values or responses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def open_log(name: str, path: Path) -> logging.Logger:
    """Return a logger that writes to `path` alone; `close_log` ends it."""
    log = logging.getLogger(f"counterfoil.{name}.{path}")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    log.addHandler(handler)
    return log


def close_log(log: logging.Logger) -> None:
    """Close the file."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
