"""BAG objects as features: ``bag-light.gpkg``, PDOK's address GeoPackage, OGC API answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, WGS84
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import PANDEN
from zds_geo.core.ids import BAG_ID
from zds_geo.sources._normal import RAW_COLUMNS
from zds_geo.sources._tables import ALIASES, KINDS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Box = tuple[float, float, float, float]
# Layer or file name → kind of object (DATA_SOURCES 1.2 and 1.4; PDOK's older file has plurals).
OBJECTS: Final = {
    "verblijfsobject": "verblijfsobject", "verblijfsobjecten": "verblijfsobject",
    "ligplaats": "ligplaats", "ligplaatsen": "ligplaats",
    "standplaats": "standplaats", "standplaatsen": "standplaats",
}  # fmt: skip
PAND_LAYERS: Final = ("pand", "panden")
STANDING: Final = frozenset(
    {
        "bouw gestart", "pand in gebruik", "pand in gebruik (niet ingemeten)", "verbouwing pand",
        "sloopvergunning verleend", "pand buiten gebruik",
    }
)  # fmt: skip
CREDIT: Final = {"licence": "CC0 1.0", "credit": "Bron: BAG, Kadaster", "invented": ""}


def read_gpkg_rows(
    path: Path, *, box: Box | None
) -> tuple[pd.DataFrame, dict[str, str], gpd.GeoDataFrame | None]:
    """Read BAG objects out of a GeoPackage: of a national file only what lies in the box.

    Parameters
    ----------
    path : Path
        ``bag-light.gpkg`` (DATA_SOURCES 1.4), or a file with the layers of PDOK's addresses.
    box : tuple of float, optional
        (x0, y0, x1, y1), EPSG:28992, metres; None reads everything.

    Returns
    -------
    rows : DataFrame
        Columns RAW_COLUMNS, all text.
    facts : dict
        Format, licence, credit, data date, invented or not.
    panden : GeoDataFrame or None
        Contract PANDEN, where the file has them.

    Raises
    ------
    SourceError
        If the file is broken or has no layer of BAG objects.
    """
    import pandas as pd
    import pyogrio

    try:
        layers = {
            str(name).casefold(): str(name) for name, _ in pyogrio.list_layers(f"GPKG:{path}")
        }
        parts = [
            _raw_rows(_read_layer(path, layers[name], box=box), kind, path=path)
            for name, kind in OBJECTS.items()
            if name in layers
        ]
        panden = None
        for name in PAND_LAYERS:
            if name in layers:
                panden = _panden(path, _read_layer(path, layers[name], box=box))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
    if not parts:
        found = ", ".join(layers.values())
        raise SourceError("sources.no_bag_layers", path=path.name, found=found)
    rows = pd.concat(parts, ignore_index=True)
    invented = bool(len(rows)) and bool((rows["invented"] != "").all())
    facts = {**CREDIT, "format": "gpkg", "data_date": max(rows["date"], default="")}
    if invented:
        facts |= {
            "licence": "EUPL-1.2", "credit": "verzonnen voorbeeldgegevens (zds_geo)",
            "invented": "yes",
        }  # fmt: skip
    return rows[list(RAW_COLUMNS)], facts, panden


def _read_layer(path: Path, layer: str, *, box: Box | None) -> gpd.GeoDataFrame:
    import pyogrio

    known = {a for aliases in ALIASES.values() for a in aliases} | {
        "status", "pandstatus", "documentdatum", "datum_doc", "verzonnen",
    }  # fmt: skip
    fields = [str(f) for f in pyogrio.read_info(f"GPKG:{path}", layer=layer)["fields"]]
    columns = [f for f in fields if f.casefold() in known]
    return pyogrio.read_dataframe(f"GPKG:{path}", layer=layer, bbox=box, columns=columns)


def _raw_rows(frame: gpd.GeoDataFrame, kind: str, *, path: Path) -> pd.DataFrame:
    """Bring features of one kind into raw rows; a surface stands at a point inside it."""
    import geopandas as gpd
    import pandas as pd

    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise SourceError("sources.no_crs", path=path.name)
    names = {str(c).casefold(): c for c in frame.columns}

    def text(aliases: tuple[str, ...]) -> pd.Series[str]:
        column = next((names[a] for a in aliases if a in names), None)
        if column is None:
            return pd.Series("", index=frame.index, dtype="str")
        return _as_text(frame[column])

    rows = pd.DataFrame(index=frame.index)
    for ours in RAW_COLUMNS:
        rows[ours] = text(ALIASES.get(ours, ()))
    points = frame.geometry.to_crs(RD).representative_point()
    rows["kind"] = KINDS[kind]
    rows["x"], rows["y"] = _as_text(points.x), _as_text(points.y)
    rows["lon"] = rows["lat"] = ""
    rows["date"] = text(("documentdatum", "datum_doc"))
    rows["invented"] = text(("verzonnen",))
    ids = rows["object_id"].where(rows["object_id"] != "", rows["number_id"])
    again = ids.groupby(ids).cumcount()
    rows["row"] = f"{kind} " + ids.where(again == 0, ids + " (" + (again + 1).astype(str) + ")")
    return rows


def _as_text(values: pd.Series[Any]) -> pd.Series[str]:
    text = values.map(lambda v: "" if _absent(v) else _plain(v))
    return text.astype("str")


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124  (NaN)


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return ",".join(str(v) for v in value)
    return str(value).strip()


def _panden(path: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the buildings that stand; one without an id or a surface cannot be used."""
    import geopandas as gpd
    import pandas as pd

    names = {str(c).casefold(): c for c in frame.columns}
    if "identificatie" not in names or frame.crs is None:
        raise SourceError("sources.columns", path=path.name, missing="identificatie", found="pand")
    ids = _as_text(frame[names["identificatie"]])
    good = ids.str.fullmatch(BAG_ID.pattern) & frame.geom_type.isin(["Polygon", "MultiPolygon"])
    status = names.get("pandstatus", names.get("status"))
    if status is not None:
        state = _as_text(frame[status]).str.casefold()
        good &= state.isin(STANDING) | (state == "")
    kept = frame.loc[good & ~ids.duplicated()]
    index = pd.Index(ids[kept.index], name="pand_id", dtype="str")
    uses = pd.Series("", index=index, dtype="str")
    shapes = kept.geometry.to_crs(RD).make_valid().to_numpy()
    panden = gpd.GeoDataFrame({"use": uses}, index=index, geometry=shapes, crs=RD)
    return panden.loc[
        panden.geom_type.isin(["Polygon", "MultiPolygon"]), [*PANDEN.columns, "geometry"]
    ].sort_index()


def read_ogc_rows(
    path: Path,
) -> tuple[pd.DataFrame, dict[str, str], gpd.GeoDataFrame | None]:
    """Read answers of PDOK's BAG OGC API v2 that were kept as files.

    Parameters
    ----------
    path : Path
        A folder with ``verblijfsobject.geojson``, ``ligplaats.geojson``, ``standplaats.geojson``
        and ``pand.geojson`` (some may be absent), or one such file.

    Returns
    -------
    tuple
        As ``read_gpkg_rows``.

    Raises
    ------
    SourceError
        If a file is broken or is no FeatureCollection of BAG objects.
    """
    import pandas as pd

    files = sorted(path.glob("*.geojson")) if path.is_dir() else [path]
    contents = {file: _features(file) for file in files}
    contents = {file: content for file, content in contents.items() if content["features"]}
    panden, pand_ids = None, {}
    parts: list[pd.DataFrame] = []
    date = ""
    for file, content in contents.items():
        kind = _kind_of(file, content)
        if kind in PAND_LAYERS:
            pand_ids = {
                str(f.get("id", "")): str((f.get("properties") or {}).get("identificatie", ""))
                for f in content["features"]
            }
            panden = _panden(file, _frame(file, content))
    for file, content in contents.items():
        kind = _kind_of(file, content)
        if kind in OBJECTS:
            date = max(date, str((content.get("zds") or {}).get("date", "")))
            frame = _frame(file, content)
            if "pand.href" in frame:
                frame["pand_id"] = [_first_pand(links, pand_ids) for links in frame["pand.href"]]
            parts.append(_raw_rows(frame, OBJECTS[kind], path=file))
    if not parts:
        found = ", ".join(file.name for file in files)
        raise SourceError("sources.no_bag_layers", path=path.name, found=found)
    rows = pd.concat(parts, ignore_index=True)
    facts = {**CREDIT, "format": "bag-ogc", "data_date": date or max(rows["date"], default="")}
    return rows[list(RAW_COLUMNS)], facts, panden


def _features(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise SourceError("sources.broken_json", path=path.name) from fault
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise SourceError("sources.not_geojson", path=path.name)
    return dict(content)


def _kind_of(path: Path, content: dict[str, Any]) -> str:
    """Tell the collection: by file name, else by what only that collection has."""
    name = path.stem.casefold()
    if name in OBJECTS or name in PAND_LAYERS or not content["features"]:
        return name
    properties = content["features"][0].get("properties") or {}
    if "aantal_verblijfsobjecten" in properties:
        return "pand"
    if "gebruiksdoel" in properties:
        return "verblijfsobject"
    return "ligplaats" if "openbare_ruimte_naam" in properties else name


def _frame(path: Path, content: dict[str, Any]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from shapely.geometry import shape

    wrong = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
    try:
        shapes = [shape(f["geometry"]) for f in content["features"]]
        table = pd.DataFrame([dict(f["properties"]) for f in content["features"]])
    except (*wrong, shapely.errors.ShapelyError) as fault:
        raise SourceError("sources.broken_json", path=path.name) from fault
    bounds = shapely.total_bounds(shapes) if shapes else (0.0, 0.0, 0.0, 0.0)
    is_rd = "28992" in json.dumps(content.get("crs")) or bounds[2] > 360
    return gpd.GeoDataFrame(table, geometry=shapes, crs=RD if is_rd else WGS84)


def _first_pand(links: Any, pand_ids: dict[str, str]) -> str:
    """Give the smallest id of the buildings an object lies in; links end in the feature's id."""
    if not isinstance(links, list):
        return ""
    found = {pand_ids.get(str(link).rstrip("/").rpartition("/")[2], "") for link in links}
    return min(found - {""}, default="")
