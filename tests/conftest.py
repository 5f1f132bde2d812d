"""Two worlds for everything: the invented quarter, and (where it is at hand) real Kampen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from zds_geo.app.make_example import make_example
from zds_geo.app.workspace import Workspace
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from tests.postgres import Server

# The same examples every time: a test says the same on every machine.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example quarter with its simulated weeks; tests that write copy it first."""
    folder = tmp_path_factory.mktemp("example") / "voorbeeld"
    workspace, _ = make_example(folder, now=NOW, seed=1)
    return workspace


@pytest.fixture
def own_example(example: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the example that a test may change."""
    import shutil

    from zds_geo.app.workspace import open_workspace

    shutil.copytree(example.root, tmp_path / "eigen")
    return open_workspace(tmp_path / "eigen")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of our own; where there is none, the test says so and is skipped."""
    from tests.postgres import ABSENT, find_binaries, running_server

    if find_binaries() is None:
        pytest.skip(ABSENT)
    with running_server() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def new_location(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Path | str]:
    """Give a place for a new, empty history: once as a file, once on a server."""
    if request.param == "sqlite":
        numbers = iter(range(1000))
        return lambda: tmp_path / f"knocks{next(numbers) or ''}.sqlite"
    from tests.postgres import Server

    found = request.getfixturevalue("server")
    assert isinstance(found, Server)
    return found.make_database
