"""Kampen as a workspace: real open data from ``../shared``, an invented team of twelve."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zds_geo.app.workspace import Workspace

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "kampen"
TEAM = (
    "BU01660000", "BU01660000", "BU01660001", "BU01660003", "BU01660004", "BU01660005",
    "BU01660005", "BU01660008", "BU01660008", "BU01660009", "BU01660010", "BU01660015",
)  # fmt: skip
WEEK = (
    ('["ma", "wo", "do"]', "13:30", "16:30"),
    ('["di"]', "16:30", "19:30"),
    ('["vr"]', "17:00", "19:45"),
    ('["za"]', "13:00", "15:30"),
)


def write_workspace_settings(folder: Path, points: dict[str, tuple[float, float]]) -> None:
    """Write a ``zds.toml`` for twelve assistants; each starts at a point in the own buurt."""
    lines = ["[area]", 'name = "Kampen"', 'gemeente_code = "GM0166"', "[cycle]"]
    lines += ["started_on = 2026-11-02", "weeks = 26"]
    for code, (lon, lat) in sorted(points.items()):
        lines += ["[[meeting_points]]", f'id = "{code}"', f'label = "Buurthuis {code}"']
        lines += [f"lon = {lon}", f"lat = {lat}"]
    for number, code in enumerate(TEAM, start=1):
        who = f"a{number:02d}"
        lines += [
            "[[assistants]]",
            f'id = "{who}"',
            f'buurt_codes = ["{code}"]',
            f'start = "{code}"',
        ]
        for days, starts, ends in WEEK:
            lines += ["[[shifts]]", f'assistant = "{who}"', f"days = {days}"]
            lines += [f'from = "{starts}"', f'to = "{ends}"']
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zds.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def meeting_points() -> dict[str, tuple[float, float]]:
    """Put each meeting point in the middle of its buurt."""
    from zds_geo.sources import read_buurten

    buurten = read_buurten(DATA / "kampen_buurten_cbs2015.geojson").buurten
    middle = buurten.geometry.representative_point().to_crs("EPSG:4326")
    return {
        code: (round(float(middle[code].x), 6), round(float(middle[code].y), 6))
        for code in sorted(set(TEAM))
    }


def import_kampen(folder: Path, *, now: datetime) -> Workspace:
    """Make a workspace of Kampen with its team and import the whole town."""
    from zds_geo.app.import_places import import_places
    from zds_geo.app.workspace import open_store, open_workspace

    write_workspace_settings(folder, meeting_points())
    workspace = open_workspace(folder)
    import_places(
        workspace,
        addresses=DATA / "kampen_adressen_osm.csv",
        buurten=DATA / "kampen_buurten_cbs2015.geojson",
        streets=DATA / "kampen.osm.pbf",
        now=now,
    )
    with open_store(workspace, now=now) as store:  # an invented team has no list
        store.note_register_source("none", on=now.date())
    return workspace
