"""`counterfoil demo`: its exit code says whether the story came out, and it removes no folder but its own."""

from pathlib import Path

import pytest
from counterfoil_cli.application import application
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_demo import story
from typer.testing import CliRunner


@pytest.mark.parametrize(("came_out", "code"), [(True, ExitCode.DONE), (False, ExitCode.FAILED)])
def test_the_exit_code_says_whether_it_came_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, came_out: bool, code: ExitCode
) -> None:
    told: list[tuple[Path, int]] = []

    def run(folder: Path, seed: int, *_: object, **__: object) -> bool:
        told.append((folder, seed))
        return came_out

    monkeypatch.setattr(story, "run_story", run)
    result = CliRunner().invoke(application(), ["demo", "--seed", "7", "--dir", str(tmp_path / "demo")])
    assert result.exit_code == code
    assert told == [(tmp_path / "demo", 7)]


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = CliRunner().invoke(application(), ["demo", "--dir", str(tmp_path)])
    assert result.exit_code == ExitCode.USAGE
    assert (tmp_path / "thesis.txt").exists()
