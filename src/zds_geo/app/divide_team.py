"""``zds team divide``: lasting areas for assistants who share buurten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._areas import find_owners
from zds_geo.app._field import refresh_places
from zds_geo.app._units import make_units, weekly_minutes
from zds_geo.app.import_places import read_credits
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.app.write_outputs import read_map_layers
from zds_geo.core.errors import NotFoundError, OutputError, UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from zds_geo.planner import Division

MAP_NAME: Final = "kaart-verdeling.html"
PROPOSAL_NAME: Final = "kaart-verdeling-voorstel.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One assistant's area in the buurten of a group.

    ``minutes``: to ring once at every door. ``weeks``: that, at the roster's pace, of all that the
    assistant has; None without shifts. ``off``: work against the share, 0.02 is 2 % more.
    ``joined`` and ``left``: doors that came from, and went to, somebody else.
    """

    assistant_id: str
    doors: int
    minutes: int
    weeks: float | None
    off: float
    pieces: int
    joined: int
    left: int
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DividedGroup:
    """Buurten that the same people share, and their areas."""

    buurt_codes: tuple[str, ...]
    names: tuple[str, ...]
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDivision:
    """What was divided. ``moved``: doors that change hands; ``stored``: False for a try."""

    groups: tuple[DividedGroup, ...]
    moved: int
    first: bool
    stored: bool
    without_shifts: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A group with its division; ``shares`` in seconds of work, in the order of ``people``."""

    codes: tuple[str, ...]
    people: tuple[str, ...]
    units: pd.DataFrame
    unit_of: pd.Series
    division: Division


def divide_team(
    workspace: Workspace,
    *,
    now: datetime,
    seed: int,
    buurten: Sequence[str] = (),
    dry_run: bool = False,
    accept_changes: bool = False,
    lang: str = "nl",
    progress: Progress = no_progress,
) -> TeamDivision:
    """Divide the buurten that several assistants share, each door to one of them, to last.

    Parameters
    ----------
    workspace : Workspace
        With imported places, assistants and a roster.
    now : datetime
        Aware.
    seed : int
        For ties.
    buurten : sequence of str, optional
        Only these buurt codes; all that are shared by default.
    dry_run : bool
        Show and draw, but keep nothing.
    accept_changes : bool
        Go on where doors change hands.
    lang : str
        Of the map.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    TeamDivision
        With the map as ``maps/<date>/kaart-verdeling.html``.

    Raises
    ------
    UsageError
        If nothing is shared, or doors would change hands and that was not accepted: nothing has
        changed then.
    NotFoundError
        If a buurt has no doors here.
    """
    from zds_geo.store import read_layer

    on = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        refresh_places(workspace, store, on=on)
        path = workspace.require_places()
        doors = read_layer(path, "doors").sort_index()
        before = find_owners(store, doors)
        drawn, idle = _draw(workspace, doors, before, on_buurten=buurten, now=now, seed=seed,
                            progress=progress)  # fmt: skip
        after = before.copy()
        for d in drawn:
            after.update(_owners(d))
        moved = int(((before != "") & (before != after)).sum())
        changed = not after.equals(before)
        if moved and not (dry_run or accept_changes):
            raise UsageError("team.would_move", n=moved)
        if changed and not dry_run:
            store.add_division(after.loc[after != ""].to_dict(), now=now)
    groups = tuple(_describe(workspace, doors, d, before, after, now=now) for d in drawn)
    return TeamDivision(
        groups=groups,
        moved=moved,
        first=not (before != "").any(),
        stored=changed and not dry_run,
        without_shifts=idle,
        path=_draw_map(workspace, doors, after, groups, now=now, proposal=dry_run, lang=lang),
    )


def rollback_team(workspace: Workspace, *, now: datetime) -> int:
    """Take the last division back; the one before holds again.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    now : datetime
        Aware.

    Returns
    -------
    int
        Doors that have an owner now; 0 when nothing is divided any more.

    Raises
    ------
    NotFoundError
        If there is no division.
    """
    with open_store(workspace, now=now) as store:
        if not store.withdraw_division(now=now):
            raise NotFoundError("team.no_division")
        return len(store.read_owners())


def _draw(
    workspace: Workspace,
    doors: gpd.GeoDataFrame,
    before: pd.Series,
    *,
    on_buurten: Sequence[str],
    now: datetime,
    seed: int,
    progress: Progress,
) -> tuple[list[_Drawn], tuple[str, ...]]:
    from zds_geo.store import read_layer

    settings = workspace.settings
    minutes = weekly_minutes(settings, on=now.astimezone(AMSTERDAM).date())
    sharing = _who_shares(workspace, doors, minutes)
    for code in on_buurten:
        if code not in sharing:
            raise NotFoundError("team.no_buurt", got=code, known=", ".join(sorted(sharing)))
        if len(sharing[code]) < 2:
            raise UsageError("team.not_shared", got=code)
    chosen = {c for c in on_buurten or sharing if len(sharing[c]) > 1}
    if not chosen:
        raise UsageError("team.nothing_shared")
    groups = _group(sharing, chosen)
    shares = _shares(doors, groups, minutes)
    layers = [read_layer(workspace.places_path, name) for name in ("stops", "edges", "junctions")]
    drawn = []
    todo = [g for g in groups if chosen.issuperset(g[0])]
    for done, (codes, people) in enumerate(todo):
        progress("team.progress", done, len(todo))
        part = doors.loc[doors["buurt_code"].isin(codes)]
        drawn.append(
            _draw_group(workspace, part, before, codes=codes, layers=layers, seed=seed,
                        shares={p: shares[p, codes] for p in people})
        )  # fmt: skip
    progress("team.progress", len(todo), len(todo))
    idle = {a for d in drawn for a in _may_walk(workspace, d.codes) if not minutes[a]}
    return drawn, tuple(sorted(idle - {p for d in drawn for p in d.people}))


def _may_walk(workspace: Workspace, codes: Sequence[str]) -> list[str]:
    return [
        a.id
        for a in workspace.settings.assistants
        if not a.buurt_codes or set(codes) & set(a.buurt_codes)
    ]


def _who_shares(
    workspace: Workspace, doors: gpd.GeoDataFrame, minutes: dict[str, float]
) -> dict[str, tuple[str, ...]]:
    """Give who walks in each buurt: those with shifts, or everybody where nobody has any."""
    found = {}
    for code in sorted(doors["buurt_code"].unique()):
        people = _may_walk(workspace, [code])
        found[code] = tuple(sorted(p for p in people if minutes[p] > 0) or sorted(people))
    return found


Group = tuple[tuple[str, ...], tuple[str, ...]]


def _group(sharing: dict[str, tuple[str, ...]], chosen: set[str]) -> list[Group]:
    """Put buurten that the same people share together: (codes, people)."""
    groups: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for code, people in sorted(sharing.items()):
        if people:
            groups.setdefault((code in chosen, people), []).append(code)
    return [(tuple(codes), people) for (_, people), codes in groups.items()]


def _shares(
    doors: gpd.GeoDataFrame,
    groups: list[Group],
    minutes: dict[str, float],
) -> dict[tuple[str, tuple[str, ...]], float]:
    """Give the doors each should have in each group: equal load over all that people walk."""
    import numpy as np

    from zds_geo.planner import spread_work

    people = sorted({p for _, members in groups for p in members})
    # Where the roster says nothing of a group, its people count as equal.
    time = np.array([minutes[p] or 1.0 for p in people])
    may = np.array([[p in members for _, members in groups] for p in people])
    work = [int(doors["buurt_code"].isin(codes).sum()) for codes, _ in groups]
    spread = spread_work(work, time, may)
    return {
        (person, codes): float(spread[i, g])
        for i, person in enumerate(people)
        for g, (codes, _) in enumerate(groups)
    }


def _draw_group(
    workspace: Workspace,
    doors: gpd.GeoDataFrame,
    before: pd.Series,
    *,
    codes: tuple[str, ...],
    layers: list[gpd.GeoDataFrame],
    shares: dict[str, float],
    seed: int,
) -> _Drawn:
    import pandas as pd

    from zds_geo.places import link_units
    from zds_geo.planner import divide

    stops, edges, junctions = layers
    people = tuple(sorted(shares))
    settings = workspace.settings
    units, unit_of = make_units(
        doors, stops, owners=before.loc[doors.index], settings=settings,
        n_people=sum(share > 0 for share in shares.values()),
    )  # fmt: skip
    links = link_units(units, edges, junctions, walk_m_s=settings.service.walk_m_s)
    division = divide(
        units["work_s"].to_numpy(),
        links[["a", "b"]].to_numpy(),
        links["walk_s"].to_numpy(),
        shares=[shares[p] for p in people],
        seed=seed,
        span_s=units["span_s"].to_numpy(),
        streets=pd.factorize(units["straat"])[0],
        real=links["real"].to_numpy(),
        previous=units["owner"].map({p: i for i, p in enumerate(people)}).fillna(-1).to_numpy(),
    )
    return _Drawn(codes=codes, people=people, units=units, unit_of=unit_of, division=division)


def _owners(drawn: _Drawn) -> pd.Series:
    import numpy as np
    import pandas as pd

    area: npt.NDArray[np.intp] = np.asarray(drawn.division.area)[drawn.unit_of.to_numpy()]
    people = np.asarray(drawn.people, dtype=object)
    return pd.Series(people[area], index=drawn.unit_of.index, dtype="object")


def _describe(
    workspace: Workspace,
    doors: gpd.GeoDataFrame,
    drawn: _Drawn,
    before: pd.Series,
    after: pd.Series,
    *,
    now: datetime,
) -> DividedGroup:
    from zds_geo.store import read_layer

    minutes = weekly_minutes(workspace.settings, on=now.astimezone(AMSTERDAM).date())
    names = read_layer(workspace.places_path, "buurten", columns=["buurt_naam"])["buurt_naam"]
    mine = doors.loc[drawn.unit_of.index]
    was, now_of = before.loc[mine.index], after.loc[mine.index]
    areas = []
    for i, person in enumerate(drawn.people):
        work, target = drawn.division.work_s[i], drawn.division.target_s[i]
        own = mine.loc[now_of == person]
        streets = own["straat"].value_counts(sort=False).sort_index(kind="stable")
        areas.append(
            Area(
                assistant_id=person,
                doors=len(own),
                minutes=round(work / 60),
                weeks=round(work / 60 / minutes[person], 1) if minutes[person] else None,
                off=round(work / target - 1, 4) if target else 0.0,
                pieces=drawn.division.pieces[i],
                joined=int(((now_of == person) & ~was.isin([person, ""])).sum()),
                left=int(((was == person) & (now_of != person)).sum()),
                streets=tuple(streets.sort_values(ascending=False, kind="stable").index),
            )
        )
    return DividedGroup(
        buurt_codes=drawn.codes,
        names=tuple(str(names.get(c, c)) for c in drawn.codes),
        areas=tuple(areas),
    )


def _draw_map(
    workspace: Workspace,
    doors: gpd.GeoDataFrame,
    owners: pd.Series,
    groups: tuple[DividedGroup, ...],
    *,
    now: datetime,
    proposal: bool,
    lang: str,
) -> Path:
    from zds_geo.outputs import draw_areas
    from zds_geo.store import read_layer

    today = now.astimezone(AMSTERDAM).date()
    path = workspace.maps_path / today.isoformat() / (PROPOSAL_NAME if proposal else MAP_NAME)
    layers = read_map_layers(workspace)
    sides = read_layer(workspace.places_path, "street_sides")
    codes = [c for g in groups for c in g.buurt_codes]
    held = doors.loc[doors["buurt_code"].isin(codes) & (owners != "")]
    counts = held.groupby(["street_side_id", owners.loc[held.index].rename("who")]).size()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_areas(
            sides, counts, path,
            legend=[(a.assistant_id, a.doors, a.minutes, a.streets) for g in groups
                    for a in g.areas],
            layers=layers, credits=read_credits(workspace), as_of=today, proposal=proposal,
            lang=lang,
        )  # fmt: skip
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return path
