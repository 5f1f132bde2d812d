"""The coordinator's heatmap of unreached streets: lines, never points of households."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.core.texts import say
from zds_geo.outputs.heat_page import (
    VIEWS,
    add_ground,
    add_pieces,
    legend,
    marks,
    search_box,
    street_index,
    whole,
)
from zds_geo.outputs.heat_style import (
    BEGUN,
    FADED,
    FADES,
    band_of,
    classify,
    fade_of,
    swatch,
)
from zds_geo.outputs.layers import MapLayers, credit_line, is_invented, long_date
from zds_geo.outputs.page import encode_for_folium, plain_map, render_page

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Credit

LONGEST_SHOWN: Final = 12
TOTALS: Final = ("n_doors", "tried", "opened", "talked", "reached", "never_tried")
TIPS: Final = ("straat", "n_doors", "never_tried", "in_vain", "reached", "talked", "last")


def draw_heatmap(
    pieces: gpd.GeoDataFrame,
    path: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
    as_of: date,
    lang: str = "nl",
) -> None:
    """Draw which streets still wait, as one HTML file that opens without internet.

    Parameters
    ----------
    pieces : GeoDataFrame
        As from ``merge_sides``, at least five doors each, with ``in_vain`` (tried and not
        reached, in doors) and ``streets`` (all names, joined by a line feed).
    path : Path
        File to write; the same input gives the same bytes.
    layers : MapLayers
        Background.
    credits : sequence of Credit
        For the credit line.
    as_of : date
        The date of the figures.
    lang : str
        ``nl`` or ``en``.

    Notes
    -----
    Three views of the same lines: share reached, share never tried, share tried and not reached.
    """
    table = classify_pieces(pieces, as_of=as_of).sort_values(
        ["order", "straat"], ascending=[False, True], kind="stable"
    )
    table["last"] = [
        f"{day.day}-{day.month}-{day.year}" if (day := _day(d)) else say("heat.never", lang=lang)
        for d in table["last_tried_on"]
    ]
    table["c"] = list(table[list(VIEWS_CLASS)].to_numpy().tolist())
    table["f"] = table["fade"]
    page = plain_map()
    add_ground(page, table.total_bounds, layers=layers)
    add_pieces(page, table, {column: say(f"heat.{column}", lang=lang) for column in TIPS})
    text = render_page(
        page, title=say("heat.title", lang=lang), before=_head(credits, as_of, lang),
        side=_panel(table, lang), after=encode_for_folium(credit_line(credits, lang)), lang=lang,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


VIEWS_CLASS: Final = tuple(f"class_{view}" for view in VIEWS)


def classify_pieces(pieces: gpd.GeoDataFrame, *, as_of: date) -> gpd.GeoDataFrame:
    """Give each piece its class in every view, and how far it has faded.

    Parameters
    ----------
    pieces : GeoDataFrame
        As for ``draw_heatmap``.
    as_of : date
        The date of the map.

    Returns
    -------
    GeoDataFrame
        With ``class_reached``, ``class_never_tried``, ``class_in_vain`` (numbers of ``STYLES``),
        ``fade`` (0-3) and ``order`` (as ``class_reached``: the smallest is drawn last, on top).
    """
    table = pieces.copy()
    table["class_reached"] = [
        classify(int(t), int(r), int(n))
        for t, r, n in zip(table["tried"], table["reached"], table["n_doors"], strict=True)
    ]
    for column in VIEWS[1:]:
        table[f"class_{column}"] = [
            own if own <= BEGUN else 6 - band_of(int(k), int(n))
            for own, k, n in zip(
                table["class_reached"], table[column], table["n_doors"], strict=True
            )
        ]
    table["fade"] = [fade_of(_day(d), as_of=as_of) for d in table["last_tried_on"]]
    table["order"] = table["class_reached"]
    return table


def _day(value: object) -> date | None:
    return value if isinstance(value, date) and value == value else None  # noqa: PLR0124


def _head(credits: Sequence[Credit], as_of: date, lang: str) -> str:
    keys = ["outputs.internal"] + (["outputs.invented"] if is_invented(credits) else [])
    when = say("heat.as_of", lang=lang, date=long_date(as_of, lang))
    return (
        f"<h1>{marks(keys, lang)}{encode_for_folium(say('heat.title', lang=lang))}</h1>"
        f"<p>{encode_for_folium(when)} {encode_for_folium(say('heat.only', lang=lang))}</p>"
    )


def _panel(table: gpd.GeoDataFrame, lang: str) -> str:
    def text(key: str, **facts: object) -> str:
        return encode_for_folium(say(key, lang=lang, **facts))

    sums = {c: whole(int(table[c].sum()), lang) for c in (*TOTALS, "in_vain")}
    choices = "".join(
        f'<label><input type="radio" name="view" value="{number}"{" checked" * (number == 0)}>'
        f"<span>{text(f'heat.view_{view}', n=sums[view])}</span></label>"
        for number, view in enumerate(VIEWS)
    )
    legends = "".join(
        f'<ul class="legend" data-view="{number}"{" hidden" * (number > 0)}>'
        f"{legend(view, lang)}</ul>"
        for number, view in enumerate(VIEWS)
    )
    streets = [(n, rows, _says(table, rows, lang)) for n, rows in street_index(table).items()]
    return (
        f"{search_box(streets, lang)}"
        f"<fieldset><legend>{text('heat.views')}</legend>{choices}</fieldset>"
        f"<h2>{text('heat.legend')}</h2>{legends}{_fades(lang)}"
        f"<h2>{text('heat.figures')}</h2><p>{text('heat.totals', **sums)}</p>"
        f"{_waiting(table, lang)}"
    )


def _fades(lang: str) -> str:
    steps = [opacity for _, opacity in FADES] + [FADED]
    rows = "".join(
        f"<li>{swatch(4, opacity=opacity)}<span>"
        f"{encode_for_folium(say(f'heat.fade_{number}', lang=lang))}</span></li>"
        for number, opacity in enumerate(steps)
    )
    title = encode_for_folium(say("heat.fades", lang=lang))
    return f'<h3>{title}</h3><ul class="legend">{rows}</ul>'


def _says(table: gpd.GeoDataFrame, rows: Sequence[int], lang: str) -> str:
    sums = {c: whole(int(table[c].iloc[list(rows)].sum()), lang) for c in ("n_doors", *VIEWS)}
    return say("heat.street_says", lang=lang, **sums)


def _waiting(table: gpd.GeoDataFrame, lang: str) -> str:
    waiting = table.groupby("straat")["never_tried"].sum()
    waiting = waiting.loc[waiting > 0].sort_values(ascending=False, kind="stable")
    if waiting.empty:
        return f"<p>{encode_for_folium(say('heat.nothing_waits', lang=lang))}</p>"
    texts = [
        say("heat.waiting_row", lang=lang, street=name, n=whole(int(n), lang))
        for name, n in waiting.head(LONGEST_SHOWN).items()
    ]
    rows = "".join(f"<li>{encode_for_folium(text)}</li>" for text in texts)
    return f"<h2>{encode_for_folium(say('heat.waiting', lang=lang))}</h2><ul>{rows}</ul>"
