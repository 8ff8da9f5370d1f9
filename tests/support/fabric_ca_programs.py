"""Enrol with Fabric CA's own programs, `fabric-ca-server` and `fabric-ca-client`."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.fabric.administration import answers
from counterfoil_network.identities.crypto_config import OrganisationSpec
from fabric_command import until

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Registered:
    """An identity as its registrar stated it: folder, enrolment id, type, attributes."""

    home: Path
    name: str
    kind: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the two programs are, and where the servers keep what."""

    server: Path
    client: Path
    folder: Path

    def enroll_organisation(
        self, spec: OrganisationSpec, root: Path, users: set[str], *, with_intermediate: bool
    ) -> None:
        """Fill an organisation's folder; one server signs for identities and TLS, as in the samples."""
        nodes = [
            Registered(
                root / spec.kind.node_folder / node.common_name, node.common_name, spec.kind.node_ou, {}
            )
            for node in spec.nodes
        ]
        people = [_person(root, spec, name) for name in sorted(users)]
        with ExitStack() as running:
            name = f"ca-{spec.name.lower()}"
            parent = None
            if with_intermediate:
                parent = running.enter_context(self._running(f"{name}-root", [], None))
            url = running.enter_context(self._running(name, [*nodes, *people], parent))
            for each in (*nodes, *people):
                self._enroll(url, name, each, each.home / "msp")
            for node, each in zip(spec.nodes, nodes, strict=True):
                hosts = ",".join(node.alternative_names)
                tls = ("--enrollment.profile", "tls", "--csr.hosts", hosts)
                self._enroll(url, name, each, each.home / "tls", *tls)

    @contextmanager
    def _running(self, name: str, identities: list[Registered], parent: str | None) -> Iterator[str]:
        home = self.folder / name
        home.mkdir(parents=True)
        port, operations = free_ports(2)
        document = _configuration(name, port, operations, identities, is_root=parent is None)
        (home / "fabric-ca-server-config.yaml").write_text(yaml.safe_dump(document))
        command = [str(self.server), "start", "--home", str(home)]
        if parent is not None:
            command += ["-u", parent, "--intermediate.parentserver.caname", f"{name}-root"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(lambda: process.poll() is not None or answers(f"{HOST}:{port}"), START_SECONDS)
            assert process.poll() is None, (home / "log").read_text()
            yield f"http://registrar:secret@{HOST}:{port}"
        finally:
            process.terminate()
            process.wait()

    def _enroll(self, url: str, name: str, identity: Registered, msp: Path, *further: str) -> None:
        _, _, place = url.partition("@")
        wanted = [f"--enrollment.attrs={','.join(identity.attributes)}"] if identity.attributes else []
        subprocess.run(
            [
                *(self.client, "enroll", "--url", f"http://{identity.name}:secret@{place}"),
                *("--caname", name, "--home", identity.home, "--mspdir", msp),
                *wanted,
                *further,
            ],
            check=True,
            capture_output=True,
        )


def _person(root: Path, spec: OrganisationSpec, name: str) -> Registered:
    (user,) = (each for each in spec.users if each.name == name)
    staff = secrets.token_hex(16)
    kind = "admin" if user.is_admin else "client"
    home = root / "users" / f"{name}@{spec.domain}"
    return Registered(home, staff, kind, {**user.attributes, "staff": staff})


def _configuration(
    name: str, port: int, operations: int, identities: list[Registered], *, is_root: bool
) -> dict[str, object]:
    registrar = {
        "name": "registrar",
        "pass": "secret",
        "type": "client",
        "attrs": {"hf.IntermediateCA": True},
    }
    registered = [
        {"name": each.name, "pass": "secret", "type": each.kind, "attrs": each.attributes}
        for each in identities
    ]
    return {
        "address": HOST,
        "port": port,
        "ca": {"name": name},
        "csr": {
            "cn": name if is_root else "",
            "ca": {"expiry": "131400h", "pathlength": 1 if is_root else 0},
        },
        "registry": {"maxenrollments": -1, "identities": [registrar, *registered]},
        "db": {"type": "sqlite3", "datasource": "ca.db"},
        "operations": {"listenAddress": f"{HOST}:{operations}"},
        "signing": {
            "default": {"usage": ["digital signature"], "expiry": "8760h"},
            "profiles": {
                "ca": {
                    "usage": ["cert sign", "crl sign"],
                    "expiry": "43800h",
                    "caconstraint": {"isca": True, "maxpathlen": 0},
                },
                "tls": {
                    "usage": ["signing", "key encipherment", "server auth", "client auth", "key agreement"],
                    "expiry": "8760h",
                },
            },
        },
    }
