"""One network of the engine under test for all cases, and the record that it is held against or makes."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from counterfoil_network.deployment import EMBEDDED, FABRIC

from tests.acceptance import records
from tests.acceptance.engines import fabric_programs, running, without_block_acl
from tests.acceptance.registry import MAIN
from tests.acceptance.surroundings import Surroundings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=(EMBEDDED, FABRIC), default=EMBEDDED, help="what runs the cases")
    parser.addoption("--record", action="store_true", help="write what Fabric answers to recorded/")
    parser.addoption("--transcripts", type=Path, help="write what was seen to this file, for people")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--engine", EMBEDDED))


@pytest.fixture(scope="session")
def surroundings(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    with running(engine, tmp_path_factory.mktemp("network")) as found:
        yield found


@pytest.fixture(scope="session")
def networks(
    engine: str, surroundings: Surroundings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Surroundings]]:
    """The network of that name; the second one is started when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def network(name: str) -> Surroundings:
            if name == MAIN:
                return surroundings
            folder = tmp_path_factory.mktemp(name)
            configtx = without_block_acl(folder / "configtx.yaml")
            return stack.enter_context(running(engine, folder / "network", configtx))

        yield network


@pytest.fixture(scope="session")
def recorded(request: pytest.FixtureRequest) -> dict[str, records.Transcript]:
    return {} if request.config.getoption("--record", False) else records.transcripts()


@pytest.fixture(scope="session")
def seen_by_people(request: pytest.FixtureRequest) -> Iterator[dict[str, records.Transcript]]:
    """Transcripts of this run, written to the file that --transcripts names."""
    seen: dict[str, records.Transcript] = {}
    yield seen
    if path := request.config.getoption("--transcripts", None):
        path.write_text(json.dumps(seen, indent=1, ensure_ascii=False, sort_keys=True), encoding="utf-8")


@pytest.fixture(scope="session")
def recording(
    request: pytest.FixtureRequest, engine: str, surroundings: Surroundings
) -> Iterator[records.Recording | None]:
    """What a recording run collects; written at the end, if nothing failed."""
    if not request.config.getoption("--record", False):
        yield None
        return
    assert engine == FABRIC, "only real Fabric is recorded"
    assert not request.config.getoption("keyword"), "everything is recorded together: leave -k out"
    collected = records.Recording()
    yield collected
    if not request.session.testsfailed:
        height = surroundings.height("Regulator")
        collected.blocks = [surroundings.block(number) for number in range(height)]
        collected.write(fabric_programs())
