"""Small numbers hidden, and enough beside them that no total gives them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = ("tried", "opened", "talked", "fair")
SMALL: Final = 5  # P09: fewer is a class of its own
ROW_DOORS: Final = 20  # P04: no figure is about fewer doors
_OURS: Final = ("tried", "fair")  # what we did: none at all says nothing of who lives there
_ABOVE: Final = {"opened": "tried", "talked": "opened"}
Place = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number as it may be shown: itself, ``<5``, or not at all (``–``)."""

    value: int | None
    few: bool = False

    @property
    def text(self) -> str:
        """The number without signs for thousands, or the mark that stands for it."""
        if self.value is not None:
            return str(self.value)
        return f"<{SMALL}" if self.few else "–"


def hide_count(count: int) -> Cell:
    """Hide a count of its own where it is small.

    Parameters
    ----------
    count : int
        Without a total that it is part of.

    Returns
    -------
    Cell
        ``<5`` for 1 to 4.
    """
    return Cell(value=count) if count == 0 or count >= SMALL else Cell(value=None, few=True)


def fold_small_rows(
    rows: Sequence[tuple[str, Mapping[str, int]]], *, least: int = ROW_DOORS
) -> tuple[list[tuple[str, dict[str, int]]], list[str]]:
    """Join rows with few doors into one, which takes the next smallest row in while it is small.

    Parameters
    ----------
    rows : sequence of (str, mapping)
        Name, and counts with ``n_doors``.
    least : int
        Smallest number of doors of a row.

    Returns
    -------
    rows : list of (str, dict)
        In the order given; the joined row, named ``""``, last.
    joined : list of str
        Names of what was joined; empty when nothing was.
    """
    order = sorted(range(len(rows)), key=lambda i: (rows[i][1]["n_doors"], rows[i][0]))
    small: list[int] = []
    doors = 0
    for i in order:
        if rows[i][1]["n_doors"] >= least and (not small or doors >= least):
            break
        small.append(i)
        doors += rows[i][1]["n_doors"]
    if len(small) < 2:
        small = []
    kept = [(name, dict(counts)) for i, (name, counts) in enumerate(rows) if i not in small]
    if small:
        names = ("n_doors", *COLUMNS)
        kept.append(("", {c: sum(rows[i][1][c] for i in small) for c in names}))
    return kept, [rows[i][0] for i in sorted(small)]


def hide_small_cells(
    rows: Sequence[Mapping[str, int]],
) -> tuple[list[dict[str, Cell]], dict[str, Cell]]:
    """Hide small numbers, small differences between columns, and what would give them away.

    Parameters
    ----------
    rows : sequence of mapping
        ``n_doors``, ``tried``, ``opened``, ``talked`` and ``fair`` of each row.

    Returns
    -------
    rows : list of dict
        ``COLUMNS`` → cell, in the order given.
    total : dict
        The same for the sum of all rows.

    Notes
    -----
    Hidden are: 1–4 homes tried or with a fair chance; fewer than 5 opened or talked to where
    anybody was tried; opened where fewer than 5 of the tried did not open; talked where fewer
    than 5 of the opened did not talk. Beside a hidden number others of its column are hidden, then
    totals, until each hidden number may be anything that its mark allows for who knows all that
    is shown (a linear program tells). Homes not yet tried are not hidden: they say nothing of who
    lives there (P09).
    """
    table = _Table(rows)
    while wrong := table.given_away():
        table.hide_more(wrong)
    shown = [
        {c: _cell(row[c], hidden=(i, c) in table.hidden) for c in COLUMNS}
        for i, row in enumerate(rows)
    ]
    total = {c: _cell(table.sums[c], hidden=c in table.hidden_sums) for c in COLUMNS}
    return shown, total


def _cell(value: int, *, hidden: bool) -> Cell:
    if not hidden:
        return Cell(value=value)
    return Cell(value=None, few=value < SMALL)


def _small(column: str, row: Mapping[str, int]) -> bool:
    """Tell whether a number is small and of a kind that is hidden then."""
    value = row[column]
    if column in _OURS:
        return 0 < value < SMALL
    return value < SMALL and (row["tried"] > 0 or value > 0)


def _close(column: str, row: Mapping[str, int]) -> bool:
    """Tell whether few of the column before are missing here."""
    above = _ABOVE.get(column)
    return above is not None and row[column] >= SMALL and 0 < row[above] - row[column] < SMALL


class _Table:
    """What is hidden of a table, and what somebody can work out who sees the rest."""

    def __init__(self, rows: Sequence[Mapping[str, int]]) -> None:
        self.rows = rows
        self.sums = {c: sum(r[c] for r in rows) for c in ("n_doors", *COLUMNS)}
        places = [(i, c) for i in range(len(rows)) for c in COLUMNS]
        self.small = [(i, c) for i, c in places if _small(c, rows[i])]
        self.close = [(i, c) for i, c in places if _close(c, rows[i])]
        self.hidden: set[Place] = {*self.small, *self.close}
        self.hidden_sums = {
            c for c in COLUMNS if _small(c, self.sums) or _close(c, self.sums)
        }  # fmt: skip
        self._safe: set[tuple[int, str, int]] = set()

    def hide_more(self, wrong: Sequence[Place]) -> None:
        """Hide as little as helps: stand-ins in a column; else its total, all totals, the row.

        One for each column at a time, since what is hidden for one place may do for others.
        """
        columns = [c for c in COLUMNS if any(c == column for _, column in wrong)]
        shown_sums = [c for c in columns if c not in self.hidden_sums]
        added = {place for c in shown_sums if (place := self._stand_in(c))}
        if added:
            self.hidden |= added
        elif shown_sums:
            self.hidden_sums.update(shown_sums)
        elif len(self.hidden_sums) < len(COLUMNS):
            self.hidden_sums.update(COLUMNS)
        else:
            self.hidden.update((i, c) for i, _ in wrong for c in COLUMNS)

    def _stand_in(self, column: str) -> Place | None:
        spare = [k for k in range(len(self.rows)) if (k, column) not in self.hidden]
        return (min(spare, key=lambda k: self._cost(k, column)), column) if spare else None

    def _cost(self, k: int, column: str) -> tuple[bool, int, int]:
        """Prefer the smallest number that is large enough to stand in for a small one."""
        value = self.rows[k][column]
        return value < 2 * SMALL, value, k

    def given_away(self) -> list[Place]:
        """List hidden places of which more can be worked out than their mark says."""
        solver = _Solver(self)
        found = []
        for i, column in (*self.small, *self.close):
            above = _ABOVE.get(column)
            if (i, column) in self.close and above:
                aim, least, most = {(i, above): 1, (i, column): -1}, 1, SMALL - 1
            else:
                aim, least = {(i, column): 1}, int(column in _OURS)
                most = min(SMALL - 1, self._shown(i, above))
            if (i, column, most) in self._safe:  # hiding more never gives more away
                continue
            low, high = solver.reach(aim)
            if low > least or high < most:
                found.append((i, column))
            else:
                self._safe.add((i, column, most))
        return found

    def _shown(self, i: int, column: str | None) -> int:
        """Give a number beside a small one where it can be seen; it may be smaller still."""
        if column is None or (i, column) in self.hidden:
            return SMALL
        return self.rows[i][column]


class _Solver:
    """Least and most of sums of hidden numbers, for who knows all that is shown."""

    def __init__(self, table: _Table) -> None:
        import numpy as np

        self.table = table
        self.at = {place: k for k, place in enumerate(sorted(table.hidden))}
        n = len(self.at)
        self.bounds = [self._bounds(place) for place in self.at]
        less, limits = [], []
        for i in sorted({i for i, _ in self.at}):
            for column, above in (*_ABOVE.items(), ("fair", "tried")):
                line, limit = np.zeros(n), 0
                for name, sign in ((column, 1), (above, -1)):
                    if (i, name) in self.at:
                        line[self.at[i, name]] = sign
                    else:
                        limit -= sign * table.rows[i][name]
                if line.any():
                    less.append(line)
                    limits.append(limit)
        equal, sums = [], []
        for column in sorted(set(COLUMNS) - table.hidden_sums):
            mine = [place for place in self.at if place[1] == column]
            line = np.zeros(n)
            for place in mine:
                line[self.at[place]] = 1
            if mine:
                equal.append(line)
                sums.append(sum(table.rows[i][c] for i, c in mine))
        self.less = (np.array(less), limits) if less else (None, None)
        self.equal = (np.array(equal), sums) if equal else (None, None)

    def _bounds(self, place: Place) -> tuple[int, int]:
        i, column = place
        if self.table.rows[i][column] < SMALL:
            return 0, SMALL - 1
        return SMALL, self.table.rows[i]["n_doors"]

    def reach(self, aim: Mapping[Place, int]) -> tuple[float, float]:
        """Give the least and the most that a sum of numbers can be."""
        import numpy as np
        from scipy.optimize import linprog

        weights, known = np.zeros(len(self.at)), 0
        for (i, column), sign in aim.items():
            if (i, column) in self.at:
                weights[self.at[i, column]] = sign
            else:
                known += sign * self.table.rows[i][column]
        ends = []
        for way in (1, -1):
            answer = linprog(
                way * weights, A_ub=self.less[0], b_ub=self.less[1], A_eq=self.equal[0],
                b_eq=self.equal[1], bounds=self.bounds, method="highs",
            )  # fmt: skip
            ends.append(known + round(way * float(answer.fun), 6))
        return ends[0], ends[1]
