"""Features of the PDOK BAG OGC API (v2) as saved to disk: a folder of collections, or one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import WGS84, to_rd
from zds_geo.core.errors import SourceError
from zds_geo.sources._bag import DOORS, KINDS, BagRows, bag_facts, make_panden, make_rows, stands_at
from zds_geo.sources._geojson import (
    Collection,
    crs_of,
    load_collection,
    properties_of,
    shape_of,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

ENDINGS: Final = (".geojson", ".json")
# Our raw column → the property of the API (DATA_SOURCES 1.2).
_PROPERTIES: Final = {
    "object_id": "identificatie",
    "number_id": "hoofdadres_identificatie",
    "openbare_ruimte_id": "openbare_ruimte_identificatie",
    "straat": "openbare_ruimte_naam",
    "huisnummer": "huisnummer",
    "huisletter": "huisletter",
    "toevoeging": "toevoeging",
    "postcode": "postcode",
    "woonplaats": "woonplaats_naam",
    "status": "status",
    "gebruiksdoel": "gebruiksdoel",
}
_TYPES: Final = {"01": "verblijfsobject", "02": "ligplaats", "03": "standplaats", "10": "pand"}


def find_collections(folder: Path) -> dict[str, Path]:
    """Find the saved collections of a folder.

    Parameters
    ----------
    folder : Path
        A folder; links in it are not followed.

    Returns
    -------
    dict of str to Path
        ``verblijfsobject``, ``ligplaats``, ``standplaats``, ``pand`` → file, where there is one.
    """
    return {
        KINDS[path.stem.casefold()]: path
        for path in sorted(folder.iterdir())
        if path.suffix.casefold() in ENDINGS
        and path.stem.casefold() in KINDS
        and path.is_file()
        and not path.is_symlink()
    }


def read_bag_features(path: Path) -> BagRows:
    """Read saved features.

    Parameters
    ----------
    path : Path
        A folder with ``verblijfsobject.geojson`` and perhaps ``ligplaats``, ``standplaats`` and
        ``pand``; or one file with such features.

    Returns
    -------
    BagRows
        Raw rows; each object with the pand ids its links stand for; panden when there are any.

    Raises
    ------
    SourceError
        If a file is broken, or its features are not those of the BAG.
    """
    files = find_collections(path) if path.is_dir() else {"": path}
    found: dict[str, list[_Thing]] = {kind: [] for kind in (*DOORS, "pand")}
    dates = []
    for name, file in sorted(files.items()):
        collection = load_collection(file)
        dates.append(collection.data_date)
        for thing in _things(file, collection):
            kind = name or _TYPES.get(thing.text("identificatie")[4:6], "")
            if kind not in found or not (kind == "pand" or thing.has("openbare_ruimte_naam")):
                raise SourceError("sources.not_addresses", path=file.name, got="geojson")
            found[kind].append(thing)
    by_feature = {t.feature_id: t.text("identificatie") for t in found["pand"] if t.feature_id}
    records = [r for kind in DOORS for r in _records(found[kind], kind=kind, panden=by_feature)]
    panden, n_out = _pand_frame(found["pand"])
    return BagRows(
        rows=make_rows(records),
        facts=bag_facts("bag-geojson", min((d for d in dates if d), default="")),
        panden=panden,
        counts={"sources.count_panden_gone": n_out} if n_out else {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """One feature: its id, its properties, its shape, and whether that is in degrees."""

    feature_id: str
    properties: dict[str, Any]
    shape: Any
    in_degrees: bool

    def has(self, name: str) -> bool:
        return name in self.properties

    def text(self, name: str) -> str:
        value = self.properties.get(name)
        if isinstance(value, list):
            return ",".join(str(v) for v in value if v is not None)
        return "" if value is None else str(value)


def _things(path: Path, collection: Collection) -> list[_Thing]:
    shapes = _shapes([shape_of(path, feature) for feature in collection.features])
    in_degrees = crs_of(collection, shapes) == WGS84
    return [
        _Thing(
            feature_id=str(feature.get("id") or ""),
            properties=properties_of(path, feature),
            shape=shape,
            in_degrees=in_degrees,
        )
        for feature, shape in zip(collection.features, shapes, strict=True)
    ]


def _records(
    things: Sequence[_Thing], *, kind: str, panden: dict[str, str]
) -> list[dict[str, str]]:
    records = []
    xs, ys = stands_at(_shapes([t.shape for t in things]))
    for n, (thing, x, y) in enumerate(zip(things, xs, ys, strict=True), start=1):
        record = {ours: thing.text(name) for ours, name in _PROPERTIES.items()}
        record["kind"] = kind
        record["row"] = f"{kind} {n}"
        record["pand_ids"] = ",".join(panden.get(key, "") for key in _links(thing))
        record.update({"lon": x, "lat": y} if thing.in_degrees else {"x": x, "y": y})
        records.append(record)
    return records


def _shapes(shapes: Sequence[Any]) -> npt.NDArray[np.object_]:
    import numpy as np

    array: npt.NDArray[np.object_] = np.empty(len(shapes), dtype=object)
    for i, shape in enumerate(shapes):
        array[i] = shape
    return array


def _links(thing: _Thing) -> list[str]:
    """Give the feature ids at the end of the links to panden; the links are never followed."""
    value = thing.properties.get("pand.href") or thing.properties.get("pand") or []
    links = value if isinstance(value, list) else str(value).split(",")
    return [str(link).partition("?")[0].rstrip("/").rpartition("/")[2].strip() for link in links]


def _pand_frame(things: Sequence[_Thing]) -> tuple[gpd.GeoDataFrame | None, int]:
    if not things:
        return None, 0
    return make_panden(
        [t.text("identificatie") for t in things],
        [t.text("status") for t in things],
        shapes=_shapes([_in_rd(t) for t in things]),
    )


def _in_rd(thing: _Thing) -> Any:
    import numpy as np
    import shapely

    if thing.shape is None or not thing.in_degrees:
        return thing.shape

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = to_rd(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(shapely.force_2d(thing.shape), move)
