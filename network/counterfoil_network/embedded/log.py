"""One log file a node. Nothing logged anywhere in the engine holds arguments, values or responses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

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


def log_unreadable_requests_shortly() -> None:
    """Let gRPC's own layer write one line, not a traceback, of a request that is no message at all.

    Anybody who reaches the port can send such requests, as many as he likes.
    """
    logging.getLogger("grpc._cython.cygrpc").addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], DecodeError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def close_log(log: logging.Logger) -> None:
    """Close the file."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
