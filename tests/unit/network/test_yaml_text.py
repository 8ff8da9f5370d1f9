"""YAML as this package reads and writes it."""

import pytest
import yaml
from counterfoil_network.yaml_text import parse_yaml, yaml_text


def test_what_is_written_is_read_again_in_its_order() -> None:
    document = {"b": [1, True, None, "1s"], "a": {"text": "{{.address}}", "ü": "10 MB"}}
    assert list(parse_yaml(yaml_text(document)).items()) == list(document.items())


def test_anchors_and_merged_keys_are_followed() -> None:
    assert parse_yaml("a: &a {x: 1}\nb: {<<: *a, y: 2}") == {"a": {"x": 1}, "b": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["!!python/object/apply:os.getcwd []", "{", "a: b: c"])
def test_objects_and_nonsense_are_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml(text)
