"""``zds export bag-feedback``: homes that are not there, and homes the register lacks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._field import read_delivered
from zds_geo.app._known import read_known
from zds_geo.app.import_places import read_credits
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.ids import BAG_ID, read_house_label
from zds_geo.core.model import FieldFix, FixKind
from zds_geo.core.outcomes import Outcome
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

ADDRESS: Final = ("straat", "huisnummer", "huisletter", "toevoeging", "postcode", "woonplaats")
COLUMNS: Final = (*ADDRESS, "melding")


def write_bag_feedback(workspace: Workspace, path: Path, *, now: datetime) -> int:
    """Write what the municipality should look at (terugmelding on the BAG).

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    path : Path
        CSV to write.
    now : datetime
        Aware.

    Returns
    -------
    int
        Number of rows.

    Notes
    -----
    Only BAG id, address and one of two phrases, in order of address: no date, no outcome, no
    count, nobody who rang.
    """
    from zds_geo.outputs import write_csv

    table = gather_bag_feedback(workspace, now=now)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(table, path, credits=read_credits(workspace))
    return len(table)


def gather_bag_feedback(workspace: Workspace, *, now: datetime) -> pd.DataFrame:
    """Gather the homes for ``write_bag_feedback``.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    DataFrame, index ``bag_id`` (empty text where the home has none)
        Columns ``COLUMNS``.
    """
    import pandas as pd

    doors = read_delivered(workspace.require_places())["doors"]
    today = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        known = read_known(store, doors.index)
        current = store.current_doors(doors.index, follow=("linked",))
        fixes = store.list_fixes(on=today)
    # One phrase for both, so that the file does not tell where somebody rang.
    hidden = [f.door_id for f in fixes if f.kind is FixKind.HIDE_DOOR]
    state = known.door_state
    forgotten = state.index[
        (state["not_a_home_on"] != "") & ~state.index.isin(known.knocks["door_id"])
    ]
    wrong = {*_not_homes(known.knocks), *forgotten, *(current.get(d, d) for d in hidden)}
    rows = [
        {"bag_id": d if BAG_ID.fullmatch(d) else "", **row, "melding": say("bag.not_a_home")}
        for d, row in doors.loc[doors.index.isin(wrong), list(ADDRESS)].to_dict("index").items()
    ]
    rows += [_missing_row(f) for f in _still_lacking(fixes, doors)]
    table = pd.DataFrame(rows, columns=["bag_id", *COLUMNS])
    order = ["straat", "huisnummer", "huisletter", "toevoeging", "bag_id"]
    return table.sort_values(order).set_index("bag_id")


def _not_homes(knocks: pd.DataFrame) -> list[str]:
    """Give the doors whose last outcome is that nobody lives there by design."""
    order = knocks.rename_axis("knock_id").reset_index().sort_values(["knocked_on", "knock_id"])
    last = order.drop_duplicates("door_id", keep="last")
    return [str(d) for d in last.loc[last["outcome"] == Outcome.NOT_A_HOME, "door_id"]]


def _still_lacking(fixes: list[FieldFix], doors: pd.DataFrame) -> list[FieldFix]:
    from zds_geo.places import covered_additions

    covered = set(covered_additions(doors, fixes))
    return [f for f in fixes if f.kind is FixKind.ADD_DOOR and f.fix_id not in covered]


def _missing_row(fix: FieldFix) -> dict[str, object]:
    number, letter, addition = read_house_label(fix.number)
    return {
        "bag_id": "", "straat": fix.street, "huisnummer": number, "huisletter": letter,
        "toevoeging": addition, "postcode": "", "woonplaats": "", "melding": say("bag.lacks"),
    }  # fmt: skip
