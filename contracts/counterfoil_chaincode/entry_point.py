"""Finds the chaincode that an entry point `module:attribute` names."""

import importlib

from .chaincode import Chaincode


class EntryPointError(ValueError):
    """The entry point names nothing, or something that is no chaincode."""


def load_chaincode(entry_point: str) -> Chaincode:
    """Import the module and take its attribute.

    Raises:
        EntryPointError: not of that form, no such module or attribute, or not a `Chaincode`.
    """
    module_name, colon, attribute = entry_point.partition(":")
    if not (module_name and colon and attribute):
        raise EntryPointError("an entry point has the form module:attribute")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise EntryPointError(f"entry point {entry_point}: there is no module {error.name}") from error
    except AttributeError:
        raise EntryPointError(f"entry point {entry_point}: the module has no {attribute}") from None
    if not isinstance(found, Chaincode):
        raise EntryPointError(f"entry point {entry_point} is a {type(found).__name__}, not a Chaincode")
    return found
