"""YAML by libyaml, which PyYAML's wheels bring: eight times as fast as in Python alone.

Before a network's nodes can start, a file of it is read and written for each of them.
"""

from typing import Any

import yaml

# Both are PyYAML's safe ones; the pure ones where it was built without the library.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def parse_yaml(text: str) -> Any:
    """The document of a text.

    Raises:
        yaml.YAMLError: it is no YAML, or more than plain values.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader either way


def yaml_text(document: Any) -> str:
    """A document of plain values as text, its keys in their order."""
    text: str = yaml.dump(document, Dumper=_DUMPER, sort_keys=False)
    return text
