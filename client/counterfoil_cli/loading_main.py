"""Load one chaincode and write down how it went: `python -m counterfoil_cli.loading_main SRC ENTRY REPORT`.

SRC is the folder of the package's sources, ENTRY its entry point; REPORT gets `code` and `text` (JSON).
"""

import json
import os
import sys
import traceback
from pathlib import Path

from counterfoil_chaincode import child, contract_api, service
from counterfoil_chaincode.entry_point import EntryPointError, load_chaincode

_LOADED_BEFORE = (child, contract_api, service)
"""What a chaincode's process has, or needs as it is, before it finds the package's sources."""
_TEXT_CHARACTERS = 300


def main(sources: str, entry_point: str, report: str) -> None:
    """Load it and end this process at once: what a contract left running does not keep it."""
    code, text = _judge(sources, entry_point)
    Path(report).write_text(json.dumps({"code": code, "text": text}), encoding="utf-8")
    os._exit(0)


def _judge(sources: str, entry_point: str) -> tuple[str, str]:
    name = entry_point.partition(":")[0].partition(".")[0]
    if name in sys.modules:
        return "NAME_TAKEN", f"{name} is the name of a module that every chaincode needs; rename it"
    sys.path.insert(0, sources)
    try:
        load_chaincode(entry_point)
    except EntryPointError as error:
        if error.__cause__ is None:
            return "NOT_LOADABLE", str(error)
        # Told anew, with places as whoever wrote the sources knows them.
        return "NOT_LOADABLE", f"entry point {entry_point}: {_told(error.__cause__, sources)}"
    except BaseException as error:
        return "NOT_LOADABLE", f"entry point {entry_point}: {_told(error, sources)}"
    return "", ""


def _told(error: BaseException, sources: str) -> str:
    """Exception, place and reason in one line."""
    reason = (error.msg or "") if isinstance(error, SyntaxError) else str(error)
    place = _place(error, sources)
    text = type(error).__name__ + (f" at {place}" if place else "")
    reason = " ".join(reason.split())[:_TEXT_CHARACTERS]
    if isinstance(error, ModuleNotFoundError):
        reason += "; a chaincode finds what is packaged with it and what is installed"
    return f"{text}: {reason}" if reason else text


def _place(error: BaseException, sources: str) -> str:
    """The innermost line of the sources, as file:line below their folder."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    for file, line in reversed(places):
        if Path(file).is_relative_to(sources):
            return f"{Path(file).relative_to(sources)}:{line or 1}"
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
