"""The public heatmap: classes of pieces of street, without any number of homes (P09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.core.texts import say
from zds_geo.outputs.heat_page import (
    add_ground,
    add_pieces,
    legend,
    marks,
    search_box,
    street_index,
)
from zds_geo.outputs.layers import MapLayers, credit_line, is_invented, long_date
from zds_geo.outputs.page import encode_for_folium, plain_map, render_page

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Credit


def draw_public_map(
    pieces: gpd.GeoDataFrame,
    path: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
    as_of: date,
    scope: str = "piece",
    lang: str = "nl",
) -> None:
    """Draw where we have been, for everyone, as one HTML file that opens without internet.

    Parameters
    ----------
    pieces : GeoDataFrame
        ``straat``, ``streets`` and ``class`` (0 not begun, 1 begun, 2-6 bands of the share with
        a conversation); nothing else of it is used.
    path : Path
        File to write; the same input gives the same bytes.
    layers : MapLayers
        Background.
    credits : sequence of Credit
        For the credit line.
    as_of : date
        The Monday of the snapshot.
    scope : str
        ``piece``; ``buurt`` or ``area`` where shares had to be shown for larger parts (P10).
    lang : str
        ``nl`` or ``en``.

    Notes
    -----
    No counts, no ids, no fading (the day of a visit), nothing to choose: pointing at a street
    gives its name.
    """
    table = pieces[["straat", "streets", "class", "geometry"]].sort_values(
        ["class", "straat"], ascending=[False, True], kind="stable"
    )
    table["c"] = [[int(c)] for c in table["class"]]
    table["f"] = 0
    page = plain_map()
    add_ground(page, table.total_bounds, layers=layers)
    add_pieces(page, table, {"straat": say("heat.straat", lang=lang)})
    streets = [(name, rows, "") for name, rows in street_index(table).items()]
    side = (
        f"{search_box(streets, lang)}<h2>{encode_for_folium(say('heat.legend', lang=lang))}</h2>"
        f'<ul class="legend">{legend("talked", lang, public=True)}</ul>{_explain(scope, lang)}'
    )
    text = render_page(
        page, title=say("heat.public_title", lang=lang), before=_head(credits, as_of, lang),
        side=side, after=encode_for_folium(credit_line(credits, lang)), lang=lang,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


def public_as_of(as_of: date, lang: str) -> str:
    """Say up to when the figures of a snapshot go.

    Parameters
    ----------
    as_of : date
        The Monday of the snapshot.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        With the Sunday before it: the last day that counts.
    """
    return say("heat.public_as_of", lang=lang, date=long_date(as_of - timedelta(days=1), lang))


def _head(credits: Sequence[Credit], as_of: date, lang: str) -> str:
    keys = ["outputs.invented"] if is_invented(credits) else []
    return (
        f"<h1>{marks(keys, lang)}{encode_for_folium(say('heat.public_title', lang=lang))}</h1>"
        f"<p>{encode_for_folium(public_as_of(as_of, lang))}</p>"
    )


def _explain(scope: str, lang: str) -> str:
    title = encode_for_folium(say("heat.public_how", lang=lang))
    keys = (f"heat.public_scope_{scope}", "heat.public_explained")
    texts = (encode_for_folium(say(key, lang=lang)) for key in keys)
    return f"<h2>{title}</h2>" + "".join(f"<p>{text}</p>" for text in texts)
