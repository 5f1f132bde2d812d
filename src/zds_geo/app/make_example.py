"""``zds init --example``: a workspace of the invented example quarter with simulated weeks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from zds_geo.app.import_places import ImportResult, import_places
from zds_geo.app.make_workspace import AreaChoice, Roster, make_workspace
from zds_geo.app.simulate import simulate_weeks
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.core.windows import AMSTERDAM

EXAMPLE_WEEKS: Final = 12
EXAMPLE_BUURTEN: Final = ("BU99990101", "BU99990102", "BU99990103")

_MEETING: Final = """[[meeting_points]]
id = "honk"
label = "Het Honk"
address = "{address}"
"""
_ASSISTANT: Final = """[[assistants]]
id = "{id}"
buurt_codes = ["{code}"]
start = "honk"
"""
_SHIFT: Final = """[[shifts]]
assistant = "{id}"
days = {days}
from = "{starts}"
to = "{ends}"
"""
_WEEK: Final = (
    ("a01", '["ma"]', "13:30", "15:30"),
    ("a02", '["ma"]', "13:30", "15:30"),
    ("a02", '["do"]', "17:00", "18:30"),
    ("a03", '["ma"]', "16:30", "18:30"),
    ("a03", '["za"]', "13:00", "14:30"),
)


def example_roster(*, started_on: date, address: str) -> Roster:
    """Give the roster of the example: three assistants, each with an own buurt.

    Parameters
    ----------
    started_on : date
        Start of the cycle.
    address : str
        Meeting point, an address in the quarter.

    Returns
    -------
    Roster
        Parts of ``zds.toml``.
    """
    people = zip(("a01", "a02", "a03"), EXAMPLE_BUURTEN, strict=True)
    return Roster(
        meeting_points=_MEETING.format(address=address),
        assistants="\n".join(_ASSISTANT.format(id=i, code=c) for i, c in people),
        shifts="\n".join(_SHIFT.format(id=i, days=d, starts=s, ends=e) for i, d, s, e in _WEEK),
        cycle=f"started_on = {started_on.isoformat()}\nweeks = 26",
        cards='organisation = "Voorbeeldcoöperatie (verzonnen)"\ntelephone = "000 000 00 00"',
    )


def make_example(
    folder: Path, *, now: datetime, seed: int, progress: Progress = no_progress
) -> tuple[Workspace, ImportResult]:
    """Make the example workspace: quarter, roster, and twelve weeks of simulated knocks.

    Parameters
    ----------
    folder : Path
        New folder.
    now : datetime
        Aware; the simulated weeks end the day before.
    seed : int
        Of the simulated residents.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    Workspace, ImportResult
        Opened, with places and history.
    """
    from zds_geo.sources.example import EXAMPLE_MEETING_ADDRESS, write_example

    today = now.astimezone(AMSTERDAM).date()
    started_on = today - timedelta(days=today.weekday(), weeks=EXAMPLE_WEEKS)
    choice = AreaChoice(name="Voorbeeldwijk", buurten=EXAMPLE_BUURTEN)
    roster = example_roster(started_on=started_on, address=EXAMPLE_MEETING_ADDRESS)
    workspace = make_workspace(folder, choice, now=now, roster=roster)
    files = write_example(folder / "data" / "voorbeeldwijk")
    result = import_places(
        workspace,
        addresses=files.addresses,
        buurten=files.buurten,
        streets=files.streets,
        now=now,
        progress=progress,
    )
    with open_store(workspace, now=now) as store:  # invented people have no list
        store.note_register_source("invented", on=today)
    simulate_weeks(workspace, first=started_on, until=today, seed=seed, now=now, progress=progress)
    return workspace, result
