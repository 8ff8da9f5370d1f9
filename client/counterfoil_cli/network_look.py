"""`counterfoil network status | logs | verify`: look at a network on this machine."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from counterfoil_network.deployment import FABRIC, NetworkFolder, NetworkState, running_state

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.network_app import DEFAULT_FOLDER, Folder, app, told
from counterfoil_cli.output import Output, complain

if TYPE_CHECKING:
    from counterfoil_network.fabric.verification import Check
    from counterfoil_protocol.collection import CollectionDefinition

_TAIL_LINES = 20
_FOLLOW_SECONDS = 0.2


@app.command()
def status(
    *,
    folder: Folder = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell what runs in the folder: every node is asked for itself.

    Peers for the height of their chain and, on Fabric, for the members and chaincodes they know; orderers for
    height and leadership. The certificate of each organisation that runs out first is named.

    Examples:

        counterfoil network status

        counterfoil network status --json

    Exit codes: 0 it runs and every node answered; 1 a node did not answer; 4 none runs there.
    """
    from counterfoil_network.deployment.heights import peer_heights

    with told():
        used = NetworkFolder(folder)
        state = running_state(used)
        found = _described(used, state, peer_heights(used, state))
    output = Output()
    if as_json:
        output.line(json.dumps(found, indent=2))
    else:
        _print_status(output, found)
    nodes = [*found["peers"].values(), *found["orderers"].values()]
    if any(each["failure"] for each in nodes):
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def logs(
    *,
    node: Annotated[str, typer.Argument(help="Part of a log's path, such as BankA; all without.")] = "",
    folder: Folder = DEFAULT_FOLDER,
    lines: Annotated[int, typer.Option(min=0, help="Lines of each log.")] = _TAIL_LINES,
    follow: Annotated[bool, typer.Option("--follow", help="Go on printing what is added.")] = False,
) -> None:
    """Print the end of each process's log.

    Examples:

        counterfoil network logs

        counterfoil network logs BankA --lines 100

        counterfoil network logs orderer --follow

    Exit codes: 0 printed; 4 the folder has no such log.
    """
    found = [path for path in sorted(folder.rglob("*.log")) if _is_log(path.relative_to(folder), node)]
    if not found:
        raise typer.Exit(complain(f"{folder} has no log of {node or 'anything'}", ExitCode.NOT_RUNNING))
    places = {path: _print_tail(path, folder, lines) for path in found}
    while follow:
        time.sleep(_FOLLOW_SECONDS)
        for path in found:
            places[path] = _print_from(path, folder, places[path])


@app.command()
def verify(
    *,
    folder: Folder = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Check the settings on which confidentiality and liveness rest; tell what each one keeps out.

    Read are the channel's configuration and the chaincode's definition as a peer gives them, the settings of
    Fabric's programs with the variables of the running processes, the connections to the chaincode, and who
    may read private keys.

    Examples:

        counterfoil network verify

        counterfoil network verify --json

    Exit codes: 0 all are as they must be; 1 one is not; 4 no network runs there.
    """
    with told():
        used = NetworkFolder(folder)
        checks = _checks(used, running_state(used))
    output = Output()
    if as_json:
        output.line(json.dumps([_check_document(check) for check in checks], indent=2))
    else:
        _print_checks(output, checks)
    if not all(check.is_met for check in checks):
        raise typer.Exit(ExitCode.FAILED)


def _is_log(path: Path, node: str) -> bool:
    """LevelDB calls its journals so, too."""
    return "ledger" not in path.parts and node in str(path)


def _described(folder: NetworkFolder, state: NetworkState, heights: Sequence[Any]) -> dict[str, Any]:
    nodes = {node.host: node for node in state.peers}
    peers = {
        _peer_name(state, each.host): {
            "endpoint": nodes[each.host].address,
            "height": each.height,
            "newest_block_hash": each.newest_block_hash,
            "failure": each.failure or None,
        }
        for each in heights
    }
    found: dict[str, Any] = {
        "channel": state.channel,
        "engine": state.engine,
        "pid": state.pid,
        "started": state.started,
        "chaincodes": state.chaincodes,
        "peers": peers,
        "orderers": {},
        "processes": {},
        "certificates": _certificates(folder, state),
    }
    if state.engine == FABRIC:
        _add_fabric(found, folder, state)
    return found


def _peer_name(state: NetworkState, host: str) -> str:
    """The organisation for its first peer, the host's name for others."""
    organisation = next(node.organisation for node in state.peers if node.host == host)
    return organisation if state.node(organisation).host == host else host


def _add_fabric(found: dict[str, Any], folder: NetworkFolder, state: NetworkState) -> None:
    from counterfoil_network.fabric.status import orderer_statuses, peer_statuses, processes

    for peer in peer_statuses(folder, state):
        entry = found["peers"][_peer_name(state, peer.host)]
        members = [{"msp_id": each.msp_id, "height": each.height} for each in peer.members]
        own = next(
            (each for each in peer.members if each.msp_id == state.node(peer.organisation).msp_id), None
        )
        entry |= {"members": members, "chaincodes": dict(own.chaincodes) if own else {}}
        entry["failure"] = entry["failure"] or peer.failure or None
    found["orderers"] = {
        each.host: {
            "height": each.height,
            "status": each.status,
            "leader": each.leads,
            "failure": each.failure or None,
        }
        for each in orderer_statuses(folder, state)
    }
    found["processes"] = dict(processes(folder))


def _certificates(folder: NetworkFolder, state: NetworkState) -> dict[str, Any]:
    """The first to run out, by organisation."""
    from counterfoil_network.identities.expiry import first_expiry

    found = {}
    for node in state.nodes:
        first = first_expiry((folder.root / node.crypto).parents[1])
        if first is not None:
            path = str(first.certificate.relative_to(folder.root))
            found[node.organisation] = {"certificate": path, "ends": first.ends.isoformat()}
    return found


def _print_status(output: Output, found: dict[str, Any]) -> None:
    output.line("channel {channel}, engine {engine}, process {pid}, since {started}".format(**found))
    for chaincode in found["chaincodes"]:
        output.line("chaincode {} version {} sequence {}".format(*chaincode.split()))
    rows = [
        (
            name,
            each["endpoint"],
            str(each["height"]),
            each["failure"] or each["newest_block_hash"][:16],
            str(len(each["members"])) if "members" in each else "",
            ", ".join(f"{key} {value}" for key, value in each.get("chaincodes", {}).items()),
        )
        for name, each in found["peers"].items()
    ]
    columns = ("peer of", "endpoint", "height", "newest block", "members", "chaincodes (sequence)")
    shown = len(columns) if found["engine"] == FABRIC else 4
    output.table(columns[:shown], [row[:shown] for row in rows])
    for host, each in found["orderers"].items():
        role = "leader" if each["leader"] else "follower"
        said = each["failure"] or f"height {each['height']}, {each['status']}, {role}"
        output.line(f"orderer {host}: {said}")
    for name, process in found["processes"].items():
        if process["restarts"]:
            output.line(f"{name} was started again {process['restarts']} times (process {process['pid']})")
    if found["certificates"]:
        name, first = min(found["certificates"].items(), key=lambda item: str(item[1]["ends"]))
        days = (datetime.fromisoformat(first["ends"]) - datetime.now(UTC)).days
        output.line(f"first certificate to run out: {name}'s, in {days} days ({first['certificate']})")


def _checks(folder: NetworkFolder, state: NetworkState) -> list["Check"]:
    from counterfoil import Gateway, lifecycle
    from counterfoil_contracts.core.roles import REGULATOR
    from counterfoil_network.deployment.chaincode import ADMINISTRATOR
    from counterfoil_network.fabric.facts import found_facts
    from counterfoil_network.fabric.verification import verify as judge
    from counterfoil_protocol.signature_policy import format_policy

    from counterfoil_cli.trade_chaincode import NAME, trade_chaincode

    expected = trade_chaincode([node.msp_id for node in state.peers]).definition(1)
    profile = folder.connection_profile(state.peers[0].organisation)
    with Gateway.from_profile(profile, ADMINISTRATOR) as gateway:
        committed = lifecycle.query_committed(gateway.network(state.channel), NAME)
    policy = "no chaincode"
    collections: Sequence[CollectionDefinition] = ()
    if committed is not None:
        collections = committed.definition.collections
        policy = _policy_text(committed.definition.endorsement_policy, format_policy)
    facts = found_facts(
        folder,
        state,
        regulator=REGULATOR,
        expected_policy=_policy_text(expected.endorsement_policy, format_policy),
        policy=policy,
        expected_collections=expected.collections,
        collections=collections,
    )
    return judge(facts)


def _policy_text(policy: Any, format_policy: Any) -> str:
    from counterfoil_protocol.messages import policies
    from counterfoil_protocol.signature_policy import parse_policy

    if isinstance(policy, str):
        return policy if policy.startswith("/") or not policy else format_policy(parse_policy(policy))
    if policy.channel_policy:
        return str(policy.channel_policy)
    return str(format_policy(policies.SignaturePolicyEnvelope.FromString(policy.signature_policy)))


def _check_document(check: "Check") -> dict[str, Any]:
    return {
        "subject": check.subject,
        "setting": check.setting,
        "found": check.found,
        "needed": check.needed,
        "met": check.is_met,
        "attacker_gains": check.gain,
    }


def _print_checks(output: Output, checks: Sequence["Check"]) -> None:
    for check in checks:
        mark = "ok " if check.is_met else "NOT"
        output.line(f"{mark} {check.subject}: {check.setting} = {check.found}")
        if not check.is_met:
            output.line(f"      needed: {check.needed}")
            output.line(f"      without it: {check.gain}")
    failed = sum(not check.is_met for check in checks)
    output.line(f"{len(checks)} settings checked, {failed} not as they must be.")


def _print_tail(path: Path, folder: Path, lines: int) -> int:
    content = path.read_bytes()
    for line in content.decode(errors="replace").splitlines()[-lines or len(content) :]:
        _print_line(path, folder, line)
    return len(content)


def _print_from(path: Path, folder: Path, place: int) -> int:
    with path.open("rb") as file:
        file.seek(place)
        content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    for line in whole.decode(errors="replace").splitlines():
        _print_line(path, folder, line)
    return place + len(whole)


def _print_line(path: Path, folder: Path, line: str) -> None:
    sys.stdout.write(f"{path.relative_to(folder)}: {line}\n")
    sys.stdout.flush()
