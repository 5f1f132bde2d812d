"""``zds incident``: what a lost sheet or a stolen laptop held (P17). For the coordinator only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app.export import round_from_json
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.ids import house_label
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import HeldKnocks, HistoryStore, Sheet

REPORT_HOURS: Final = 72  # AVG article 33
FEW: Final = 5  # fewer doors than this are not counted by buurt


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDoor:
    """A door on a lost sheet; street and number are empty when today's places lack it."""

    door_id: str
    street: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetIncident:
    """What a sheet held. ``gone``: retention took its doors. ``n_back``: marked as on request."""

    code: str
    on: date | None
    sheet: Sheet | None
    doors: tuple[HeldDoor, ...]
    n_back: int
    gone: bool
    report_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BuurtCount:
    """Doors and knocks of a buurt in the history; ``doors`` is None where there are under five."""

    code: str
    name: str
    doors: int | None
    knocks: int | None
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LaptopIncident:
    """What a copy of the history told, and which sheets are out."""

    n_knocks: int
    n_doors: int
    first: date | None
    last: date | None
    buurten: tuple[BuurtCount, ...]
    sheets_out: tuple[str, ...]
    report_before: datetime


def sheet_incident(workspace: Workspace, code: str, *, now: datetime) -> SheetIncident:
    """Tell which doors a sheet (or the map of a round on a phone) held, and note that it was asked.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code, in any case.
    now : datetime
        Aware.

    Returns
    -------
    SheetIncident
        Doors by line, as they were printed.

    Raises
    ------
    NotFoundError
        If no sheet or round with this code is known.
    """
    from zds_geo.store import Action

    wanted = code.strip().upper()
    with open_store(workspace, now=now) as store:
        payload, door_ids = store.sheet_content(wanted)
        sheet = next((s for s in store.list_sheets() if s.code == wanted), None)
        store.note(Action.INCIDENT_SHEET, wanted, now=now)
    on, n_back = (sheet.on if sheet else None), 0
    doors: list[HeldDoor] = []
    if payload.startswith("{") and len(payload) > 2:
        planned = round_from_json(payload)
        on = planned.date
        for stop in planned.stops:
            for door in stop.doors:
                doors.append(HeldDoor(door_id=door.door_id, street=stop.street, number=door.label))
                n_back += door.reason == "reason.on_request"
    elif door_ids:
        doors = _from_places(workspace, door_ids)
    return SheetIncident(
        code=wanted, on=on, sheet=sheet, doors=tuple(doors), n_back=n_back, gone=not doors,
        report_before=now + timedelta(hours=REPORT_HOURS),
    )  # fmt: skip


def _from_places(workspace: Workspace, door_ids: Sequence[str]) -> list[HeldDoor]:
    """Look doors up by id where the stored round is gone and its lines are not."""
    known: Mapping[str, HeldDoor] = {}
    if workspace.places_path.is_file():
        from zds_geo.store import read_layer

        columns = ["straat", "huisnummer", "huisletter", "toevoeging"]
        table = read_layer(workspace.places_path, "doors", columns=columns)
        known = {
            str(r.Index): HeldDoor(
                door_id=str(r.Index),
                street=str(r.straat),
                number=house_label(int(r.huisnummer), str(r.huisletter), str(r.toevoeging)),
            )
            for r in table.loc[table.index.isin(door_ids)].itertuples()
        }
    return [known.get(d, HeldDoor(door_id=d, street="", number="")) for d in door_ids]


def laptop_incident(workspace: Workspace, *, now: datetime) -> LaptopIncident:
    """Tell what the history on a stolen laptop held, in counts, and note that it was asked.

    Parameters
    ----------
    workspace : Workspace
        A copy of what was on the laptop, such as a restored back-up.
    now : datetime
        Aware.

    Returns
    -------
    LaptopIncident
        Knocks per buurt, undone ones as well, with the first and the last date.
    """
    from zds_geo.store import Action, SheetStatus

    with open_store(workspace, now=now) as store:
        held = store.held_knocks()
        out = [s.code for s in store.list_sheets() if s.status is SheetStatus.OUT]
        buurten = _count_buurten(workspace, store, held)
        store.note(Action.INCIDENT_LAPTOP, sum(h.n for h in held), now=now)
    return LaptopIncident(
        n_knocks=sum(h.n for h in held),
        n_doors=len(held),
        first=min((h.first for h in held), default=None),
        last=max((h.last for h in held), default=None),
        buurten=tuple(buurten),
        sheets_out=tuple(out),
        report_before=now + timedelta(hours=REPORT_HOURS),
    )


def _count_buurten(
    workspace: Workspace, store: HistoryStore, held: Sequence[HeldKnocks]
) -> list[BuurtCount]:
    buurt_of: dict[str, str] = {}
    names: dict[str, str] = {}
    if workspace.places_path.is_file():
        from zds_geo.store import read_layer

        doors = read_layer(workspace.places_path, "doors", columns=["buurt_code"])
        buurt_of = {str(d): str(c) for d, c in doors["buurt_code"].items()}
        buurten = read_layer(workspace.places_path, "buurten", columns=["buurt_naam"])
        names = {str(c): str(n) for c, n in buurten["buurt_naam"].items()}
    lives_on = store.current_doors(buurt_of) if buurt_of else {}
    groups: dict[str, list[HeldKnocks]] = {}
    for one in held:
        code = buurt_of.get(lives_on.get(one.door_id, one.door_id), "")
        groups.setdefault(code, []).append(one)
    return [
        BuurtCount(
            code=code,
            name=names.get(code, ""),
            doors=len(group) if len(group) >= FEW else None,
            knocks=sum(h.n for h in group) if len(group) >= FEW else None,
            first=min(h.first for h in group),
            last=max(h.last for h in group),
        )
        for code, group in sorted(groups.items(), key=lambda g: (not g[0], g[0]))
    ]


def deadline_local(moment: datetime) -> str:
    """Write when it must be reported at the latest, in local time.

    Parameters
    ----------
    moment : datetime
        Aware.

    Returns
    -------
    str
        Such as ``25-11-2026 18:00``.
    """
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
