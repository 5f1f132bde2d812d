"""Random histories of addresses: no knock and no do-not-knock is ever lost (R06)."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import geopandas as gpd
import pytest
from shapely import Point

from zds_geo.core.crs import RD
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.places import compare_doors, remember_missing
from zds_geo.store import HistoryStore, open_history

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PER_STORE = 10
DELIVERIES = 4


class Town:
    """Homes that are split, merged, renumbered, go, return, get other ids; truth is kept."""

    def __init__(self, rng: Random, *, prefix: int) -> None:
        self.rng, self.serial = rng, prefix * 1000
        self.homes: dict[str, tuple[int, str, int]] = {}  # id → number, letter, building
        self.away: dict[str, tuple[int, str, int]] = {}
        self.heirs: list[tuple[str, str]] = []  # truth: who inherits from whom
        self.carried: dict[str, str] = {}  # truth: whose history lives on where
        for building in range(rng.randint(1, 3)):
            self.homes[self.fresh()] = (2 * building + 1, "", prefix * 10 + building)

    def fresh(self) -> str:
        self.serial += 1
        return f"020001{self.serial:010d}"

    def change(self) -> None:
        returning = [d for d in sorted(self.away) if self.rng.random() < 0.5]
        for door in sorted(self.homes):
            number, letter, building = self.homes[door]
            alone = sum(h[0] == number and h[2] == building for h in self.homes.values()) == 1
            what = self.rng.choice(
                ["stay", "stay", "relabel", "new id", "split", "split off", "go"]
            )
            if what == "relabel" and alone:
                self.homes[door] = (number + 100, letter, building)
            elif what == "new id" and alone:
                del self.homes[door]
                other = self.fresh()
                self.homes[other] = (number, letter, building)
                self.heirs.append((door, other))
                self.carried[door] = other
            elif what == "go" and alone:
                self.away[door] = self.homes.pop(door)
            elif what == "split" and alone:
                del self.homes[door]
                for part in "AB":
                    other = self.fresh()
                    self.homes[other] = (number, part, building)
                    self.heirs.append((door, other))
            elif what == "split off" and alone:
                other = self.fresh()
                self.homes[other] = (number, "B", building)
                self.heirs.append((door, other))
            elif not alone and letter == "B" and self.rng.random() < 0.5:
                keeper = min(d for d, h in self.homes.items() if h[0] == number and d != door)
                del self.homes[door]
                self.heirs.append((door, keeper))
                self.carried[door] = keeper
        for door in returning:
            home = self.away.pop(door)
            here = door if self.rng.random() < 0.5 else self.fresh()
            self.homes[here] = home
            if here != door:
                self.heirs.append((door, here))
                self.carried[door] = here

    def frame(self) -> gpd.GeoDataFrame:
        ids = sorted(self.homes)
        self.rng.shuffle(ids)
        rows = [self.homes[i] for i in ids]
        return gpd.GeoDataFrame(
            {
                "straat": "Dorpsstraat", "huisnummer": [r[0] for r in rows],
                "huisletter": [r[1] for r in rows], "toevoeging": "",
                "pand_id": [f"020010{r[2]:010d}" for r in rows],
            },
            index=ids, geometry=[Point(190_000 + 60.0 * r[2], 500_000) for r in rows], crs=RD,
        )  # fmt: skip


def knock(door: str, n: int, outcome: Outcome, *, on: date) -> Knock:
    return Knock(
        knock_id=str(uuid.UUID(int=n)), door_id=door, knocked_on=on, window="middag",
        outcome=outcome, source=Source.PAPER,
    )  # fmt: skip


def live_through(store: HistoryStore, *, rng: Random, prefix: int) -> tuple[int, int]:
    """Live through some deliveries; give the number of lost knocks and lost do-not-knocks."""
    town = Town(rng, prefix=prefix)
    frame, recorded, refused = town.frame(), 0, set[str]()
    missing = frame.iloc[:0]
    for step in range(DELIVERIES):
        on = date(2026, 1, 1) + timedelta(days=30 * step)
        rung = []
        for n, door in enumerate(sorted(town.homes)):
            outcome = Outcome.DO_NOT_KNOCK if rng.random() < 0.15 else Outcome.NOT_HOME
            number = (prefix * DELIVERIES + step) * 1000 + n
            rung.append(knock(door, number, outcome, on=on))
            if outcome is Outcome.DO_NOT_KNOCK:
                refused.add(door)
        store.record(rung, label="x", now=NOW)
        recorded += len(rung)
        known = len(town.heirs)
        town.change()
        after = town.frame()
        gone = frozenset(store.missing_doors())
        changes = compare_doors(frame, after, known_gone=gone, missing=missing)
        missing = remember_missing(frame, after, missing=missing, changes=changes)
        store.add_lineage(changes.lineage, on=on)
        store.note_delivery(gone=changes.gone, present=set(after.index), on=on)
        for old, new in town.heirs[known:]:
            if old in refused:
                refused.add(new)
        frame = after
    mine = {f"020001{prefix * 1000 + k:010d}" for k in range(1, 1000)}
    current = store.current_doors(frame.index)
    known = store.read_knocks(doors=current)
    here = known.loc[known["door_id"].isin(mine)]
    astray = sum(
        current.get(old, old) != _last(old, town.carried)
        for old in town.carried
        if _last(old, town.carried) in town.homes
    )
    lost = recorded - len(here) + astray
    return lost, len((refused & set(town.homes)) - store.do_not_knock_doors())


def _last(door: str, carried: dict[str, str]) -> str:
    while door in carried:
        door = carried[door]
    return door


def count_losses(folder: Path, *, histories: int) -> tuple[int, int]:
    """Live through many histories; give the number of lost knocks and lost do-not-knocks."""
    knocks = refusals = 0
    for first in range(1, histories + 1, PER_STORE):
        with open_history(folder / f"k{first}.sqlite", now=NOW, create=True) as store:
            for prefix in range(first, min(first + PER_STORE, histories + 1)):
                lost = live_through(store, rng=Random(prefix), prefix=prefix)
                knocks, refusals = knocks + lost[0], refusals + lost[1]
    return knocks, refusals


@pytest.mark.req("R06")
@pytest.mark.req("P07")
def test_no_knock_and_no_do_not_knock_is_lost_over_many_lineages(tmp_path: Path) -> None:
    # bench/lineages.py counts a thousand.
    assert count_losses(tmp_path, histories=150) == (0, 0)
