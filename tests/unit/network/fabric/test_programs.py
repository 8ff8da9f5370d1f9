"""Finding Fabric's programs: where they are looked for, what is said of those that are missing."""

from pathlib import Path

import pytest
from counterfoil_network.deployment.errors import ProgramsMissing
from counterfoil_network.fabric.programs import NAMES, find_programs


def install(folder: Path, version: str = "v3.1.5", names: tuple[str, ...] = NAMES) -> Path:
    """Programs that tell a version as Fabric's do (cmd/common and internal/peer/version)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\nprintf '{name}:\\n Version: {version}\\n Commit SHA: 1\\n'\n")
        program.chmod(0o755)
    return folder


def test_the_stated_folder_goes_before_the_variable_and_that_before_the_path(tmp_path: Path) -> None:
    stated, variable, path = (install(tmp_path / name) for name in ("stated", "variable", "path"))
    environment = {"FABRIC_BIN": str(variable), "PATH": f"{path}:/usr/bin:/bin"}
    assert find_programs(stated, environment).peer.parent == stated
    assert find_programs(None, environment).peer.parent == variable
    del environment["FABRIC_BIN"]
    assert find_programs(None, environment).peer.parent == path


def test_what_is_missing_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    install(tmp_path, names=("peer", "orderer", "configtxgen"))
    with pytest.raises(ProgramsMissing, match=r"configtxlator, osnadmin not found in .*install-fabric\.sh"):
        find_programs(tmp_path, {})


@pytest.mark.parametrize(
    ("version", "profile", "release"),
    [
        ("v3.1.5", "TradeGenesis", (3, 1)),
        ("3.0.0", "TradeGenesis", (3, 0)),
        ("v2.5.12", "TradeGenesis25", (2, 5)),
        ("latest", "TradeGenesis", None),
    ],
)
def test_capabilities_follow_the_version(
    tmp_path: Path, version: str, profile: str, release: tuple[int, int] | None
) -> None:
    programs = find_programs(install(tmp_path, version), {})
    assert (programs.profile, programs.release) == (profile, release)
    assert version in programs.described()


def test_an_older_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProgramsMissing, match=r"older than 2\.5"):
        find_programs(install(tmp_path, "v2.2.9"), {})


def test_another_program_of_that_name_is_refused(tmp_path: Path) -> None:
    install(tmp_path)
    (tmp_path / "peer").write_text("#!/bin/sh\necho something else\n")
    with pytest.raises(ProgramsMissing, match="tells no version"):
        find_programs(tmp_path, {})
