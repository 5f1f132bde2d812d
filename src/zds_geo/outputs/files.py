"""GeoJSON and CSV, and the line that every file carries: marks, credits, dates."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zds_geo.core.csvguard import csv_guard
from zds_geo.core.texts import say
from zds_geo.outputs.layers import credit_line, is_invented
from zds_geo.outputs.round_map import to_feature_collection

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.core.model import Credit


def source_line(
    credits: Sequence[Credit], lang: str, *, as_of: date | None = None, internal: bool = False
) -> str:
    """Write what every file carries: its marks, where the data comes from, and its dates.

    Parameters
    ----------
    credits : sequence of Credit
        With the data dates; none for a file without open data.
    lang : str
        ``nl`` or ``en``.
    as_of : date, optional
        The date of figures.
    internal : bool
        Whether the file is for the coordinator only.

    Returns
    -------
    str
        Such as ``INTERN · VERZONNEN VOORBEELD · Bronnen: … · stand van 22-11-2026``.
    """
    parts = []
    if internal:
        parts.append(say("outputs.internal", lang=lang))
    if is_invented(credits):
        parts.append(say("outputs.invented", lang=lang))
    if credits:
        parts.append(credit_line(credits, lang))
    if as_of is not None:
        parts.append(say("export.as_of", lang=lang, date=as_of))
    return " · ".join(parts)


def write_geojson(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    credits: Sequence[Credit],
    more: Sequence[gpd.GeoDataFrame] = (),
    as_of: date | None = None,
    internal: bool = False,
    lang: str = "nl",
) -> None:
    """Write a layer as GeoJSON (WGS84).

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:28992 or EPSG:4326; its columns become properties.
    more : sequence of GeoDataFrame
        Further layers, whose shapes follow in the same file.
    path : Path
        File to write.
    credits : sequence of Credit
        In the member ``credits``.
    as_of : date, optional
        The date of figures.
    internal : bool
        Whether the file is for the coordinator only.
    lang : str
        ``nl`` or ``en``.
    """
    content = _features(frame)
    for layer in more:
        content["features"] += _features(layer)["features"]
    for n, feature in enumerate(content["features"]):
        feature["id"] = str(n)
    content["credits"] = source_line(credits, lang, as_of=as_of, internal=internal)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _features(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    import pandas as pd

    table = frame.copy()
    for column in table.columns:
        if column != "geometry":
            plain = [_as_json(v) for v in table[column]]
            table[column] = pd.Series(plain, index=table.index, dtype="object")
    # A walking line crosses itself: only rounding point by point keeps its order.
    mode = "pointwise" if "LineString" in set(table.geom_type) else "valid_output"
    return to_feature_collection(table, mode=mode)


def write_csv(
    frame: pd.DataFrame,
    path: Path,
    *,
    credits: Sequence[Credit],
    as_of: date | None = None,
    internal: bool = False,
    lang: str = "nl",
    excel: bool = False,
) -> None:
    """Write a table as CSV; the last column of each row is the credit line.

    Parameters
    ----------
    frame : DataFrame
        Any table; a named index becomes the first column.
    path : Path
        File to write: UTF-8.
    credits : sequence of Credit
        For the column ``bron``.
    as_of : date, optional
        The date of figures.
    internal : bool
        Whether the file is for the coordinator only.
    lang : str
        ``nl`` or ``en``.
    excel : bool
        False: for programs, with commas, fixed column names, ISO dates and decimal points. True:
        for a spreadsheet on a Dutch computer, with semicolons, a byte order mark, and column
        names, dates and numbers as people write them.
    """
    source = csv_guard(source_line(credits, lang, as_of=as_of, internal=internal))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", delimiter=";" if excel else ",")
    table = frame.reset_index() if frame.index.name else frame
    names = [*map(str, table.columns), "bron"]
    writer.writerow([csv_guard(column_name(n, lang)) for n in names] if excel else names)
    for row in table.itertuples(index=False):
        writer.writerow([*(_cell(v, excel=excel) for v in row), source])
    path.write_text(text.getvalue(), encoding="utf-8-sig" if excel else "utf-8", newline="")


def column_name(name: str, lang: str) -> str:
    """Name a column for people.

    Parameters
    ----------
    name : str
        The fixed name, as programs read it.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        From the catalogue (``column.*``).

    Examples
    --------
    >>> column_name("n_doors", "nl"), column_name("starts", "nl")
    ('woningen', 'van')
    """
    return say(f"column.{name}", lang=lang)


def _cell(value: Any, *, excel: bool) -> str:
    if _is_missing(value):
        return ""
    if isinstance(value, str):
        return csv_guard(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if excel and isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if excel and isinstance(value, float):
        return str(value).replace(".", ",")
    return str(value)


def _as_json(value: Any) -> object:
    if _is_missing(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, str | int | float) else str(plain)


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or bool(pd.isna(value))
