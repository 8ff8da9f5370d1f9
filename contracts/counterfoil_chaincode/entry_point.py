"""Finds the chaincode that an entry point `module:attribute` names."""

import importlib
import traceback
from pathlib import Path

from .chaincode import Chaincode


class EntryPointError(ValueError):
    """The entry point names nothing, or something that is no chaincode."""


def load_chaincode(entry_point: str) -> Chaincode:
    """Import the module and take its attribute.

    Raises:
        EntryPointError: not of that form, no such module or attribute, not a `Chaincode`, or the import
            failed; the text says why and where.
    """
    module_name, colon, attribute = entry_point.partition(":")
    if not (module_name and colon and attribute):
        raise EntryPointError("an entry point has the form module:attribute")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise EntryPointError(f"entry point {entry_point}: there is no module {error.name}") from error
    except (Exception, SystemExit) as error:
        raise EntryPointError(f"entry point {entry_point}: {_described(error)}") from error
    found = getattr(module, attribute, None)
    if found is None:
        raise EntryPointError(f"entry point {entry_point}: the module has no {attribute}")
    if not isinstance(found, Chaincode):
        raise EntryPointError(f"entry point {entry_point} is a {type(found).__name__}, not a Chaincode")
    return found


def _described(error: BaseException) -> str:
    """What an import failed with, and the innermost place of it outside of this package."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} at {error.filename}, line {error.lineno}"
    ours = (str(Path(__file__).parent), importlib.__file__, "<frozen ")
    found = traceback.extract_tb(error.__traceback__)
    places = [place for place in found if not place.filename.startswith(ours)]
    at = f" at {places[-1].filename}, line {places[-1].lineno}" if places else ""
    return f"the import failed with {type(error).__name__}: {error}{at}"
