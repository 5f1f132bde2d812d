"""What a shift can choose from: ranked doors, gathered at stops, as arrays for the planner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from zds_geo.core.ids import bell_order

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from zds_geo.app.calendar import RosterShift
    from zds_geo.app.settings import ServiceTimes
    from zds_geo.core.model import Place
    from zds_geo.core.windows import WindowScheme
    from zds_geo.places import WalkNetwork

MAX_DOORS_PER_NODE: Final = 6  # a block of flats is offered in parts, so that part of it can fit
PRIZE_UNIT: Final = 1000  # prizes become whole numbers of a thousandth


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a shift that falls in one window; seconds since the start of the shift."""

    window: str
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """What the solver chooses from: one row per part of a stop."""

    stop_ids: list[str]
    door_ids: list[tuple[str, ...]]
    prize: npt.NDArray[np.int64]
    service_s: npt.NDArray[np.int64]
    windows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCase:
    """What one shift is solved from; node 0 is the start, node 1 the end.

    ``pause_node`` is where the break is held: the last node, which has no doors; None where it may
    be held anywhere, or where there is none.
    """

    shift: RosterShift
    pieces: list[tuple[Piece, pd.DataFrame]]
    nodes: Nodes
    network: WalkNetwork
    rows: list[int]
    travel_s: npt.NDArray[np.int64]
    start: Place
    end: Place
    pause_node: int | None = None
    pause_label: str = ""

    @property
    def time_s(self) -> int:
        """Seconds that walking, doors and a break at a place may take together."""
        return self.shift.total_s if self.pause_node is not None else self.shift.working_s

    @property
    def pause_from_s(self) -> int | None:
        """When a break that may be held anywhere begins: in the middle of what is allowed."""
        pause = self.shift.pause
        if pause is None or self.pause_node is not None:
            return None
        return (pause.from_s + pause.to_s) // 2

    def walked_s(self, clock: int) -> int:
        """Give the seconds without a break held anywhere, of a moment of the shift."""
        at = self.pause_from_s
        if at is None or clock <= at:
            return clock
        return max(at, clock - self.shift.pause_s)

    def door_service_s(self, service_s: int) -> int:
        """Give the seconds at doors of what a search counts as service."""
        return service_s - (self.shift.pause_s if self.pause_node is not None else 0)


def split_shift(start_at: datetime, end_at: datetime, *, windows: WindowScheme) -> list[Piece]:
    """Split a shift at the boundaries of the time windows.

    Parameters
    ----------
    start_at, end_at : datetime
        Aware.
    windows : WindowScheme
        All windows; a moment in a gap counts to the nearest.

    Returns
    -------
    list of Piece
        In order, without gaps, to the minute.
    """
    pieces: list[Piece] = []
    total = int((end_at - start_at).total_seconds())
    for from_s in range(0, total, 60):
        window = windows.window_at(start_at + timedelta(seconds=from_s))
        name = "" if window is None else window.name
        to_s = min(from_s + 60, total)
        if pieces and pieces[-1].window == name:
            pieces[-1] = Piece(window=name, from_s=pieces[-1].from_s, to_s=to_s)
        else:
            pieces.append(Piece(window=name, from_s=from_s, to_s=to_s))
    return pieces


def expected_service_s(ranked: pd.DataFrame, service: ServiceTimes) -> int:
    """Give the expected seconds at a door: one mean per area and window (never a door's own).

    Parameters
    ----------
    ranked : DataFrame
        Result of ``rank_doors``.
    service : ServiceTimes
        Seconds for a closed door and for a talk.

    Returns
    -------
    int
        Whole seconds, rounded to five.
    """
    chances = ranked.loc[ranked["eligible"], "chance"]
    mean = float(chances.mean()) if len(chances) else 0.0
    seconds = service.closed_s * (1 - mean) + service.talk_s * mean
    return int(5 * round(seconds / 5))


def gather_nodes(
    doors: pd.DataFrame,
    ranked: list[tuple[Piece, pd.DataFrame]],
    *,
    service: ServiceTimes,
) -> Nodes:
    """Gather the eligible doors of a shift at their stops.

    Parameters
    ----------
    doors : DataFrame
        Doors of the assistant's buurten, contract DOORS.
    ranked : list of (Piece, DataFrame)
        ``rank_doors`` for each part of the shift, index as ``doors``.
    service : ServiceTimes
        Seconds at the door.

    Returns
    -------
    Nodes
        Sorted by stop, then as on the bell board; doors that are eligible in part of the shift
        only get that part as their window.
    """
    import numpy as np
    import pandas as pd

    seconds = {piece.window: expected_service_s(frame, service) for piece, frame in ranked}
    rows = []
    for piece, frame in ranked:
        part = frame.loc[frame["eligible"], ["prize"]].assign(
            from_s=piece.from_s, to_s=piece.to_s, service_s=seconds[piece.window]
        )
        rows.append(part)
    every = pd.concat(rows)
    grouped = every.groupby(level=0).agg(
        prize=("prize", "max"),
        from_s=("from_s", "min"),
        to_s=("to_s", "max"),
        service_s=("service_s", "max"),
    )
    columns = ["stop_id", "huisnummer", "huisletter", "toevoeging"]
    table = doors.loc[doors.index.isin(grouped.index), columns].join(grouped)
    table["order"] = [
        bell_order(n, a, b)
        for n, a, b in zip(
            table["huisnummer"], table["huisletter"], table["toevoeging"], strict=True
        )
    ]
    table = table.rename_axis("door_id").reset_index()
    table = table.sort_values(["stop_id", "from_s", "to_s", "order", "door_id"])
    keys = ["stop_id", "from_s", "to_s"]
    table["part"] = table.groupby(keys).cumcount() // MAX_DOORS_PER_NODE
    by_node = table.groupby([*keys, "part"], sort=True)
    nodes = by_node[["prize", "service_s"]].sum().reset_index()
    ends = by_node.size().to_numpy().cumsum()  # the table has the order of the nodes
    ids = table["door_id"].tolist()
    return Nodes(
        stop_ids=[str(s) for s in nodes["stop_id"]],
        door_ids=[tuple(ids[a:b]) for a, b in pairwise([0, *ends])],
        prize=np.rint(nodes["prize"].to_numpy(dtype=float) * PRIZE_UNIT).astype(np.int64),
        service_s=nodes["service_s"].to_numpy(dtype=np.int64),
        windows=nodes[["from_s", "to_s"]].to_numpy(dtype=np.int64),
    )
