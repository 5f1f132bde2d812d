"""Many programs at one history (R35): all is stored and nobody is refused; times are in the bench."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.load import NOW, import_at_once, knock, run_load
from zds_geo.store import open_history, write_knocks_csv

Place = Callable[[], Path | str]


@pytest.mark.req("R35")
def test_eight_writers_beside_readers_store_everything(new_location: Place) -> None:
    location = new_location()
    open_history(location, now=NOW, create=True)
    heard = run_load(location, writers=8, readers=2, batches=8, size=5, pause=0.02)
    assert heard.faults == []
    assert heard.stored == 8 * 8 * 5
    assert len(heard.writes_s) == 8 * 8
    assert heard.reads_s
    with open_history(location, now=NOW) as store:
        assert len(store.read_knocks()) == heard.stored
        assert store.list_batches()["batch_id"].is_unique


@pytest.mark.req("R01")
@pytest.mark.req("R35")
def test_the_same_import_by_many_programs_at_once_is_stored_once(
    new_location: Place, tmp_path: Path
) -> None:
    path, location = tmp_path / "bron.csv", new_location()
    with open_history(tmp_path / "bron.sqlite", now=NOW, create=True) as source:
        source.record([knock(n) for n in range(200)], label="a", now=NOW)
        write_knocks_csv(path, source.read_knocks(with_assistants=True))
    open_history(location, now=NOW, create=True)
    stored, duplicate, faults = import_at_once(location, path, programs=6)
    assert (stored, duplicate, faults) == (200, 1000, [])
    with open_history(location, now=NOW) as store:
        assert len(store.read_knocks()) == 200
