"""Backup and restore of a history on a PostgreSQL server, also from and to a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import NOW
from zds_geo.app.back_up import FOLDER, KEY_FILE, back_up
from zds_geo.app.restore import restore
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.core.outcomes import Source
from zds_geo.store import find_backups, read_key

postgres = pytest.importorskip("tests.postgres", reason="needs tests/postgres.py")


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    if postgres.find_binaries() is None:
        pytest.skip(postgres.ABSENT)
    with postgres.running_server() as running:
        yield running


def content_of(workspace: Workspace) -> tuple[list[tuple[object, ...]], list[str]]:
    with open_store(workspace, now=NOW) as store:
        knocks = store.read_knocks(with_assistants=True).astype(str).itertuples()
        return sorted(map(tuple, knocks)), sorted(store.do_not_knock_doors())


def on_server(workspace: Workspace, url: str) -> Workspace:
    settings = workspace.root / "zds.toml"
    lines = [x for x in settings.read_text("utf-8").splitlines() if not x.startswith("location")]
    text = "\n".join(lines).replace("[history]", f'[history]\nlocation = "{url}"')
    settings.write_text(text, encoding="utf-8")
    return open_workspace(workspace.root)


@pytest.mark.req("R08")
def test_a_history_moves_to_a_server_and_back_without_losing_a_row(
    own_example: Workspace, server: Any
) -> None:
    before = content_of(own_example)
    made = back_up(own_example, now=NOW)
    key = read_key(own_example.root / KEY_FILE)
    assert key is not None
    moved = on_server(
        own_example, server.make_database().replace("postgresql:", "postgresql+psycopg:")
    )
    restore(moved.root, made.path, secret=key.secret, now=NOW)
    assert content_of(moved) == before

    later = NOW + timedelta(hours=1)
    with open_store(moved, now=NOW) as store:  # numbering goes on after what was restored
        store.add_do_not_knock("9999010000000001", on=NOW.date(), source=Source.REQUEST, now=NOW)
        store.start_cycle(on=(NOW + timedelta(days=300)).date(), weeks=None, now=NOW)
    changed = content_of(moved)
    assert changed != before
    second = back_up(moved, now=later)
    assert second.n_refused == made.n_refused + 1

    done = restore(moved.root, made.path, secret=key.secret, now=later + timedelta(hours=1))
    assert content_of(moved) == before
    assert done.aside is not None  # what was on the server, sealed
    assert done.aside in {b.path for b in find_backups(moved.root / FOLDER)}
    restore(moved.root, done.aside, secret=key.secret, now=later)
    assert content_of(moved) == changed

    back = own_example.root.parent / "terug"
    back.mkdir()
    text = (moved.root / "zds.toml").read_text("utf-8")
    lines = [x for x in text.splitlines() if not x.startswith("location")]
    (back / "zds.toml").write_text("\n".join(lines), encoding="utf-8")
    restore(back, second.path, secret=key.secret, now=later)
    assert content_of(open_workspace(back)) == changed
