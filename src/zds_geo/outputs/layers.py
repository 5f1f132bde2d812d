"""The background of every map, and the words every map carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from zds_geo.core.texts import say, write_day
from zds_geo.core.windows import WEEKDAYS

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Credit, Round


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayers:
    """Streets, buildings, water and buurten behind a map, EPSG:28992."""

    edges: gpd.GeoDataFrame
    panden: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame

    def around(self, box: tuple[float, float, float, float]) -> MapLayers:
        """Give what lies within a box (x0, y0, x1, y1 in metres)."""
        x0, y0, x1, y1 = box
        return MapLayers(
            edges=self.edges.cx[x0:x1, y0:y1],
            panden=self.panden.cx[x0:x1, y0:y1],
            water=self.water.cx[x0:x1, y0:y1],
            buurten=self.buurten.cx[x0:x1, y0:y1],
        )


def long_date(day: date, lang: str) -> str:
    """Write a date in full.

    Parameters
    ----------
    day : date
        The date.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Such as ``maandag 23 november 2026``.

    Examples
    --------
    >>> long_date(date(2026, 11, 23), "nl")
    'maandag 23 november 2026'
    """
    weekday = say(f"weekday.{WEEKDAYS[day.weekday()]}", lang=lang)
    return f"{weekday} {day.day} {say(f'month.{day.month}', lang=lang)} {day.year}"


def credit_line(credits: Sequence[Credit], lang: str) -> str:
    """Write where the data comes from, with its dates.

    Parameters
    ----------
    credits : sequence of Credit
        Of addresses, buurten and streets.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        One line.
    """
    dates: dict[str, set[str]] = {}
    for credit in credits:
        dates.setdefault(credit.credit, set()).add(credit.data_date)
    parts = [
        f"{name} ({', '.join(_data_date(d, lang) for d in known)})"
        if (known := [d for d in sorted(days) if d not in name])
        else name
        for name, days in dates.items()
    ]
    return say("outputs.credit", lang=lang, credits=" · ".join(parts))


def _data_date(text: str, lang: str) -> str:
    """Write the date of data: a day as people write it, a year as it is."""
    try:
        return write_day(date.fromisoformat(text), lang)
    except ValueError:
        return text


def is_invented(credits: Sequence[Credit]) -> bool:
    """Tell whether any of the data is invented.

    Parameters
    ----------
    credits : sequence of Credit
        Of everything on the page.

    Returns
    -------
    bool
        True for the example quarter: it must say so.
    """
    return any(credit.invented for credit in credits)


def line_range(lines: Sequence[int]) -> str:
    """Write the lines of a stop: ``5`` or ``12-19``.

    Parameters
    ----------
    lines : sequence of int
        Line numbers, following each other.

    Returns
    -------
    str
        The first, or first and last.

    Examples
    --------
    >>> line_range([5]), line_range([12, 13, 14])
    ('5', '12-14')
    """
    return str(lines[0]) if len(lines) == 1 else f"{lines[0]}-{lines[-1]}"


def buurt_names(planned: Round, buurten: gpd.GeoDataFrame) -> str:
    """Name the buurten of a round.

    Parameters
    ----------
    planned : Round
        The round.
    buurten : GeoDataFrame
        Contract BUURTEN.

    Returns
    -------
    str
        At most three names; the codes where names are unknown.
    """
    names = [
        str(buurten.at[code, "buurt_naam"]) if code in buurten.index else code
        for code in planned.buurt_codes
    ]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def line_ranges(lines: Sequence[int]) -> str:
    """Write several lines shortly: ``1-11, 30``.

    Parameters
    ----------
    lines : sequence of int
        Line numbers, ascending.

    Returns
    -------
    str
        Lines that follow each other as a range.

    Examples
    --------
    >>> line_ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][-1] == line - 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(line_range(run) for run in runs)
