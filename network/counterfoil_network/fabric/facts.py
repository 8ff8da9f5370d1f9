"""Collect what `verification` judges, from a running network's channel, files and processes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.messages import common

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import administration, layout, services
from counterfoil_network.fabric.status import processes
from counterfoil_network.fabric.verification import Facts

_VARIABLE_PREFIXES = {"peer": "CORE_", "orderer": "ORDERER_"}
_OTHERS_MAY = 0o077


def found_facts(  # noqa: PLR0913 - what is compared
    folder: NetworkFolder,
    state: NetworkState,
    *,
    regulator: str,
    expected_policy: str,
    policy: str,
    expected_collections: Sequence[CollectionDefinition],
    collections: Sequence[CollectionDefinition],
) -> Facts:
    """Everything about a network of this machine; what its first peer says of the channel.

    Raises:
        EngineFailed: the peer does not answer.
        OSError: a file cannot be read.
    """
    block = administration.config_block(folder, state.peers[0], state.channel)
    is_fabric = bool(state.peers[0].operations)
    return Facts(
        config=ChannelConfig.from_block(common.Block.FromString(block)),
        regulator=regulator,
        expected_policy=expected_policy,
        policy=policy,
        expected_collections=expected_collections,
        collections=collections,
        peers={node.host: _settings(folder, node) for node in state.peers} if is_fabric else {},
        orderers={node.host: _settings(folder, node) for node in state.orderers} if is_fabric else {},
        links=tuple(_links(folder, state)) if is_fabric else (),
        chaincode_msp_ids=tuple(_chaincode_msp_ids(folder, state)) if is_fabric else (),
        open_keys=tuple(_open_keys(folder)),
    )


def _settings(folder: NetworkFolder, node: Node) -> Mapping[str, Any]:
    """A node's file with the variables of its process, which overrule it, put in."""
    name = "core.yaml" if node.kind == "peer" else "orderer.yaml"
    path = layout.node_files(folder, node).root / name
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    prefix = _VARIABLE_PREFIXES[node.kind]
    for variable, value in _environment(folder, node.host).items():
        if variable.startswith(prefix):
            _overrule(document, variable.removeprefix(prefix).lower().split("_"), yaml.safe_load(value))
    return document


def _overrule(document: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    place = document
    *parents, last = parts
    for part in parents:
        name = next((key for key in place if key.lower() == part), part)
        place = place.setdefault(name, {})
    place[next((key for key in place if key.lower() == last), last)] = value


def _environment(folder: NetworkFolder, process: str) -> dict[str, str]:
    """The environment of a running process (proc(5)); empty where it does not run or cannot be told."""
    pid = processes(folder).get(process, {}).get("pid", 0)
    try:
        content = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in content.split(b"\0") if entry)
    return {name.decode(errors="replace"): value.decode(errors="replace") for name, _, value in pairs}


def _links(folder: NetworkFolder, state: NetworkState) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for node in state.peers:
        builds = layout.node_files(folder, node).ledger / "externalbuilder" / "builds"
        for path in sorted(builds.glob("*/release/chaincode/server/connection.json")):
            yield node.host, json.loads(path.read_text(encoding="utf-8"))


def _chaincode_msp_ids(folder: NetworkFolder, state: NetworkState) -> Iterator[tuple[str, str, str]]:
    for node in services.first_peers(state):
        for service in services.read_services(layout.service_files(folder, node.organisation)):
            name = services.service_name(node.organisation, service)
            yield name, _environment(folder, name).get("CORE_PEER_LOCALMSPID", ""), node.msp_id


def _open_keys(folder: NetworkFolder) -> Iterator[str]:
    for path in sorted(folder.root.rglob("*")):
        is_key = path.name.endswith("_sk") or path.suffix == ".key"
        if is_key and path.is_file() and path.stat().st_mode & _OTHERS_MAY:
            yield str(path.relative_to(folder.root))
