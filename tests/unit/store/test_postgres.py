"""PostgreSQL only: settings that lose data are refused, and every fault is one sentence."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from zds_geo.core.errors import StoreError
from zds_geo.store import open_history
from zds_geo.store._postgres import SETTINGS

if TYPE_CHECKING:
    from tests.postgres import Server

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)


def set_everywhere(server: Server, name: str, value: str | None) -> None:
    """Set a setting of the server (None: as it was) and wait until it holds."""
    reset = value is None
    server.run(f"ALTER SYSTEM RESET {name}" if reset else f"ALTER SYSTEM SET {name} = {value}")
    if name == "data_sync_retry":  # only counts after a restart
        server.control("-m", "fast", "restart")
    server.run("SELECT pg_reload_conf()")
    wanted = value or dict(SETTINGS)[name]
    for _ in range(200):
        if server.run(f"SHOW {name}") == [(wanted,)]:
            return
        time.sleep(0.02)
    raise TimeoutError(name)


@pytest.mark.req("R03")
@pytest.mark.parametrize("name", [name for name, _ in SETTINGS])
def test_a_server_that_may_lose_what_it_stored_is_refused(server: Server, name: str) -> None:
    location, good = server.make_database(), dict(SETTINGS)[name]
    set_everywhere(server, name, "off" if good == "on" else "on")
    try:
        with pytest.raises(StoreError) as caught:
            open_history(location, now=NOW)
    finally:
        set_everywhere(server, name, None)
    assert f"{name} =" in caught.value.sentence()
    open_history(location, now=NOW)


@pytest.mark.req("P15")
@pytest.mark.parametrize(
    ("location", "part"),
    [
        ("postgresql://zds:geheim@127.0.0.1:1/zds", "antwoordt niet"),
        ("postgresql://zds:geheim@[::1/zds", "niet te begrijpen"),
        ("postgresql://zds:geheim@127.0.0.1:poort/zds", "niet te begrijpen"),
        ("mysql://zds:geheim@127.0.0.1/zds", "niet te begrijpen"),
        ("https://geheim.example/zds", "niet te begrijpen"),
    ],
)
def test_an_address_without_a_server_gives_one_sentence_without_the_password(
    location: str, part: str
) -> None:
    with pytest.raises(StoreError) as caught:
        open_history(location, now=NOW)
    for sentence in (caught.value.sentence(), str(caught.value)):
        assert "geheim" not in sentence
        assert "\n" not in sentence
    assert part in caught.value.sentence()


def test_no_database_and_no_rights_are_told_apart(server: Server) -> None:
    with pytest.raises(StoreError) as caught:
        open_history(server.url("nergens"), now=NOW)
    assert caught.value.key == "store.no_database"
    with pytest.raises(StoreError) as caught:
        open_history(server.url("postgres", user="onbekend"), now=NOW)
    assert caught.value.key == "store.no_rights"
    server.run("DROP ROLE IF EXISTS kijker")
    server.run("CREATE ROLE kijker LOGIN")
    location = server.make_database()
    with pytest.raises(StoreError) as caught:
        open_history(location.replace("zds@", "kijker@"), now=NOW)
    assert caught.value.key == "store.no_rights"
    assert "\n" not in caught.value.sentence()


@pytest.mark.req("R04")
def test_a_server_that_stops_and_comes_back_keeps_what_was_stored(server: Server) -> None:
    location = server.make_database()
    with open_history(location, now=NOW) as store:
        store.add_division({"0" * 16: "a01"}, now=NOW)
        server.control("-m", "immediate", "stop")
        try:
            with pytest.raises(StoreError) as caught:
                store.add_division({"1" * 16: "a01"}, now=NOW)
        finally:
            server.start()
        assert caught.value.key == "store.no_server"
        assert store.read_owners() == {"0" * 16: "a01"}
        store.add_division({"1" * 16: "a01"}, now=NOW)
        assert store.read_owners() == {"1" * 16: "a01"}
