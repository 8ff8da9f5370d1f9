"""Find Fabric's own programs and tell their versions. Nothing is ever downloaded."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_network.deployment.errors import ProgramsMissing

NAMES = ("peer", "orderer", "configtxgen", "configtxlator", "osnadmin")
BIN_VARIABLE = "FABRIC_BIN"
INSTALL_ADVICE = (
    "Get them with Fabric's own install script (https://hyperledger-fabric.readthedocs.io/en/release-3.1/"
    "install.html: `./install-fabric.sh binary`) and name their folder by --fabric-bin or FABRIC_BIN, or run "
    "Fabric's containers (docs/production.md)."
)
_VERSION = re.compile(r"^\s*Version:\s*(\S+)", re.MULTILINE)
_RELEASE = re.compile(r"v?(\d+)\.(\d+)")
_OLDEST = (2, 5)
_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, by name, and what peer and orderer say of their version."""

    paths: Mapping[str, Path]
    versions: Mapping[str, str]

    @property
    def peer(self) -> Path:
        """The peer."""
        return self.paths["peer"]

    @property
    def orderer(self) -> Path:
        """The orderer."""
        return self.paths["orderer"]

    @property
    def release(self) -> tuple[int, int] | None:
        """Major and minor version of the peer; None for a build that was given none."""
        found = _RELEASE.match(self.versions["peer"])
        return (int(found[1]), int(found[2])) if found else None

    @property
    def is_25(self) -> bool:
        """Whether they are of Fabric 2.5, the long-term release."""
        return self.release is not None and self.release[0] == 2

    @property
    def profile(self) -> str:
        """The profile of configtx.yaml whose capabilities they know: Fabric 2.5 does not know V3_0."""
        return "TradeGenesis25" if self.is_25 else "TradeGenesis"

    def described(self) -> str:
        """One line for people."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{versions} ({self.peer.parent})"


def find_programs(stated: Path | None, environment: Mapping[str, str] | None = None) -> Programs:
    """Look in the stated folder, else in FABRIC_BIN, else on PATH, and ask peer and orderer their version.

    Raises:
        ProgramsMissing: one is not there, does not run, or is older than 2.5.
    """
    environment = os.environ if environment is None else environment
    folder = stated or (Path(environment[BIN_VARIABLE]) if environment.get(BIN_VARIABLE) else None)
    search = str(folder) if folder else environment.get("PATH", "")
    found = {name: shutil.which(name, path=search) for name in NAMES}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        where = f"in {folder}" if folder else "on PATH"
        raise ProgramsMissing(f"Fabric's {', '.join(missing)} not found {where}. {INSTALL_ADVICE}")
    paths = {name: Path(path).absolute() for name, path in found.items() if path}
    programs = Programs(paths, {name: _version(paths[name]) for name in ("peer", "orderer")})
    if programs.release is not None and programs.release < _OLDEST:
        raise ProgramsMissing(f"{programs.described()} is older than 2.5. {INSTALL_ADVICE}")
    return programs


def _version(program: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program
            [program, "version"], capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramsMissing(f"{program} does not run: {error}. {INSTALL_ADVICE}") from error
    found = _VERSION.search(done.stdout)
    if found is None:
        raise ProgramsMissing(f"{program} is not Fabric's: it tells no version. {INSTALL_ADVICE}")
    return found[1]
