"""CBS buurten in: GeoJSON, GeoPackage or a zip with one, with the names of any year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import BUURTEN, LEFT_OUT, require
from zds_geo.core.ids import BUURT_CODE
from zds_geo.core.model import Credit
from zds_geo.sources._bag import Box
from zds_geo.sources._geojson import crs_of, load_collection, properties_of, shape_of
from zds_geo.sources._normal import RD_BOX
from zds_geo.sources._recognise import (
    GEOJSON,
    GEOPACKAGE,
    SQLITE,
    ZIPPED_GEOPACKAGE,
    recognise,
    sha256_of,
)
from zds_geo.sources._zipped import put_aside

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# Our column → the publisher's names of all years (DATA_SOURCES 2), lower case.
ALIASES: Final = {
    "buurt_code": ("buurtcode", "bu_code"),
    "buurt_naam": ("buurtnaam", "bu_naam"),
    "wijk_code": ("wijkcode", "wk_code"),
    "gemeente_code": ("gemeentecode", "gm_code"),
    "gemeente_naam": ("gemeentenaam", "gm_naam"),
    "water": ("water",),
    "inhabitants": ("aantal_inwoners", "aantalinwoners", "aant_inw"),
    "households": ("aantal_huishoudens", "aantalhuishoudens", "aantal_hh"),
}
_YEAR_COLUMNS: Final = ("jaar", "jrstatcode")
_WANTED: Final = frozenset(a for names in ALIASES.values() for a in names) | {
    *_YEAR_COLUMNS, "verzonnen",
}  # fmt: skip
POLYGONS: Final = ("Polygon", "MultiPolygon")
MOST_PEOPLE: Final = 1e8  # more than the Netherlands: no count of people
MISSING_BELOW: Final = -99990  # CBS: -99997, -99995, -99991 and -99999999 all mean "no figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuurtData:
    """Buurten, what was left out of the file, and where they came from."""

    buurten: gpd.GeoDataFrame
    left_out: pd.DataFrame
    credit: Credit
    n_rows: int


def read_buurten(path: Path, *, box: Box | None = None) -> BuurtData:
    """Read CBS buurten.

    Parameters
    ----------
    path : Path
        GeoJSON, a GeoPackage with a layer that has a buurt code, or a zip with one GeoPackage.
    box : tuple of four float, optional
        (x0, y0, x1, y1) in RD metres: only buurten that touch it.

    Returns
    -------
    BuurtData
        Contract BUURTEN, EPSG:28992; water (``water`` other than ``NEE``) is left out.

    Raises
    ------
    SourceError
        If the file is of another kind, broken, or has no column with buurt codes.
    """
    kind = recognise(path)
    if kind == GEOJSON:
        raw = _touching(_read_geojson(path), box)
    elif kind == GEOPACKAGE:
        raw = _touching(_read_geopackage(path, box=box), box)
    elif kind == ZIPPED_GEOPACKAGE:
        with put_aside(path, begins=SQLITE) as (file, name):
            raw = _touching(_read_geopackage(file, box=box), box)
        raw.attrs["name"] = name
    else:
        raise SourceError("sources.not_buurten", path=path.name, got=kind)
    if raw.empty:
        raise SourceError("sources.no_buurten", path=path.name)
    table, invented = _normal(path, raw)
    is_land = table["water"].str.upper().isin(["", "NEE"])
    buurten = table.loc[is_land].drop(columns="water").set_index("buurt_code").sort_index()
    if buurten.empty:
        raise SourceError("sources.no_buurten", path=path.name)
    if not buurten.index.is_unique:
        twice = buurten.index[buurten.index.duplicated()][0]
        raise SourceError("sources.buurt_twice", path=path.name, got=twice)
    require(buurten, BUURTEN)
    year = _year(path, raw)
    credit = Credit(
        kind="buurten",
        file=path.name,
        sha256=sha256_of(path),
        format=kind,
        data_date=year,
        licence="EUPL-1.2" if invented else "CC BY 4.0",
        credit="verzonnen voorbeeldgegevens (zds_geo)"
        if invented
        else f"Kadaster / Centraal Bureau voor de Statistiek{', ' + year if year else ''}",
        invented=invented,
    )
    return BuurtData(
        buurten=buurten, left_out=_left_out(table.loc[~is_land]), credit=credit, n_rows=len(raw)
    )


def _left_out(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "fate": "left_out",
            "reason": "left_out.water",
            "label": rows["buurt_naam"].to_numpy(),
            "merged_into": "",
        },
        index=pd.Index(rows["buurt_code"], name="row"),
    )
    return frame[list(LEFT_OUT.columns)]


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    collection = load_collection(path)
    if not collection.features:
        raise SourceError("sources.not_geojson", path=path.name)
    frame = gpd.GeoDataFrame(
        [properties_of(path, feature) for feature in collection.features],
        geometry=[_area(path, feature) for feature in collection.features],
    )
    frame = frame.set_crs(crs_of(collection, frame.geometry.to_numpy()))
    frame.attrs["name"] = f"{collection.name} {collection.source}"
    return frame


def _area(path: Path, feature: dict[str, Any]) -> Any:
    geometry = shape_of(path, feature)
    if geometry is None:
        raise SourceError("sources.broken_json", path=path.name)
    if geometry.is_empty or geometry.geom_type not in POLYGONS:
        raise SourceError("sources.not_polygons", path=path.name, got=geometry.geom_type)
    return geometry


def _touching(raw: gpd.GeoDataFrame, box: Box | None) -> gpd.GeoDataFrame:
    if box is None or raw.crs is None:
        return raw
    moved = raw.geometry.to_crs(RD).bounds
    touches = (
        (moved["maxx"] >= box[0])
        & (moved["minx"] <= box[2])
        & (moved["maxy"] >= box[1])
        & (moved["miny"] <= box[3])
    )
    found = raw.loc[touches]
    found.attrs = raw.attrs
    return found


def _read_geopackage(path: Path, *, box: Box | None) -> gpd.GeoDataFrame:
    import pyogrio

    source, codes = f"GPKG:{path}", set(ALIASES["buurt_code"])
    try:
        # A layer of buurten comes before another that happens to name their code.
        layers = sorted(
            (str(name) for name, _ in pyogrio.list_layers(source)),
            key=lambda name: ("buurt" not in name.casefold(), name),
        )
        for layer in layers:
            info = pyogrio.read_info(source, layer=layer)
            fields = [str(f) for f in info["fields"] if str(f).casefold() in _WANTED]
            if {f.casefold() for f in fields} & codes:
                in_rd = info["crs"] == RD
                frame = pyogrio.read_dataframe(
                    source, layer=layer, columns=fields, bbox=box if in_rd else None
                )
                return _with_areas(path, frame)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        UnicodeError,
    ) as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
    raise SourceError("sources.no_buurt_code", path=path.name, found=", ".join(layers))


def _with_areas(path: Path, frame: Any) -> gpd.GeoDataFrame:
    shapes = getattr(frame, "geom_type", None)
    if shapes is None:
        raise SourceError("sources.not_polygons", path=path.name, got="-")
    wrong = ~shapes.isin(POLYGONS) | frame.geometry.is_empty
    if bool(wrong.any()):
        raise SourceError("sources.not_polygons", path=path.name, got=shapes[wrong].iloc[0] or "-")
    return frame


def _normal(path: Path, raw: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, bool]:
    import geopandas as gpd
    import pandas as pd

    names = {str(c).casefold(): c for c in raw.columns}
    found = {ours: next((names[a] for a in al if a in names), None) for ours, al in ALIASES.items()}
    if found["buurt_code"] is None:
        columns = ", ".join(str(c) for c in raw.columns[:12])
        raise SourceError("sources.no_buurt_code", path=path.name, found=columns)
    table = pd.DataFrame(index=raw.index)
    for ours in (
        "buurt_code",
        "buurt_naam",
        "wijk_code",
        "gemeente_code",
        "gemeente_naam",
        "water",
    ):
        column = found[ours]
        table[ours] = "" if column is None else raw[column].fillna("").astype(str).str.strip()
    for ours in ("inhabitants", "households"):
        column = found[ours]
        values = pd.Series("", index=raw.index) if column is None else raw[column].astype(str)
        numbers = pd.to_numeric(values, errors="coerce").astype(float)
        real = numbers.between(MISSING_BELOW, MOST_PEOPLE, inclusive="neither")
        table[ours] = numbers.where(real).round().astype("Int64")
    wrong = table.loc[~table["buurt_code"].str.fullmatch(BUURT_CODE.pattern), "buurt_code"]
    if len(wrong):
        raise SourceError("sources.buurt_code", path=path.name, got=str(wrong.iloc[0]))
    invented = "verzonnen" in names and bool(raw[names["verzonnen"]].astype(bool).all())
    shapes = _in_rd(path, raw)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=RD), invented


def _in_rd(path: Path, raw: gpd.GeoDataFrame) -> Any:
    if raw.crs is None:
        raise SourceError("sources.no_crs", path=path.name)
    moved = raw.geometry.to_crs(RD)
    box = moved.total_bounds
    inside = (
        box[0] >= RD_BOX[0] and box[1] >= RD_BOX[1] and box[2] <= RD_BOX[2] and box[3] <= RD_BOX[3]
    )
    if not inside:
        raise SourceError("sources.outside", path=path.name, crs=raw.crs.to_string())
    return moved.make_valid().to_numpy()


def _year(path: Path, raw: gpd.GeoDataFrame) -> str:
    for column in raw.columns:
        if str(column).casefold() in _YEAR_COLUMNS and len(raw):
            found = re.search(r"(20\d\d)", str(raw[column].iloc[0]))
            if found:
                return found[1]
    found = re.search(r"(20[0-4]\d)", path.name) or re.search(
        r"(20[0-4]\d)", str(raw.attrs.get("name", ""))
    )
    return found[1] if found else ""
