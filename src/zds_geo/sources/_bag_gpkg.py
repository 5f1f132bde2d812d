"""GeoPackages of BAG objects: the national ``bag-light.gpkg``, and addresses as PDOK lays them out.

Of a large file only a box is read, by its spatial index: never the whole table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD
from zds_geo.core.errors import SourceError
from zds_geo.sources._bag import (
    DOORS,
    KINDS,
    BagRows,
    Box,
    bag_facts,
    gather_panden,
    make_panden,
    stands_at,
)
from zds_geo.sources._normal import RAW_COLUMNS
from zds_geo.sources._tables import ALIASES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# A table larger than this is only read through its spatial index.
MOST_WITHOUT_INDEX: Final = 200_000
_OURS: Final = (
    "object_id", "number_id", "openbare_ruimte_id", "straat", "huisnummer", "huisletter",
    "toevoeging", "postcode", "woonplaats", "status", "gebruiksdoel", "pand_id",
)  # fmt: skip


def read_bag_geopackage(path: Path, *, box: Box | None = None) -> BagRows:
    """Read the doors and panden of a GeoPackage.

    Parameters
    ----------
    path : Path
        With a layer ``verblijfsobject`` (or ``verblijfsobjecten``), and perhaps ``ligplaats``,
        ``standplaats`` and ``pand``.
    box : tuple of four float, optional
        (x0, y0, x1, y1) in RD metres: what lies outside is not read.

    Returns
    -------
    BagRows
        Raw rows, and the panden when the file has them.

    Raises
    ------
    SourceError
        If the file is broken, of other things, without columns, or too large without an index.
    """
    import pandas as pd

    layers = _layers(path)
    if not any(kind in layers for kind in DOORS):
        raise SourceError(
            "sources.gpkg_layers", path=path.name, found=", ".join(sorted(layers.values()))
        )
    parts = [_door_rows(path, layers[k], kind=k, box=box) for k in DOORS if k in layers]
    rows = gather_panden(pd.concat(parts, ignore_index=True))
    panden, n_out = None, 0
    if "pand" in layers:
        panden, n_out = _panden(path, layers["pand"], box=box)
    counts = {"sources.count_panden_gone": n_out} if n_out else {}
    facts = bag_facts("gpkg", _data_date(path))
    return BagRows(rows=rows, facts=facts, panden=panden, counts=counts)


def _layers(path: Path) -> dict[str, str]:
    import pyogrio

    try:
        names = [str(name) for name, _ in pyogrio.list_layers(f"GPKG:{path}")]
    except pyogrio.errors.DataSourceError as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
    return {KINDS.get(name.casefold(), f"?{name}"): name for name in names}


def _door_rows(path: Path, layer: str, *, kind: str, box: Box | None) -> pd.DataFrame:
    import pandas as pd

    names, frame = _read(path, layer, wanted={o: ALIASES[o] for o in _OURS}, box=box)
    missing = [ALIASES[o][0] for o in ("straat", "huisnummer") if o not in names]
    if not {"object_id", "number_id"} & set(names):
        missing.append("identificatie")
    if missing:
        raise SourceError(
            "sources.columns", path=path.name, missing=", ".join(missing),
            found=", ".join(names.values()),
        )  # fmt: skip
    rows = pd.DataFrame("", range(len(frame)), [*RAW_COLUMNS, "pand_ids"], dtype="str")
    for ours, column in names.items():
        rows[ours] = _text(frame[column])
    rows["x"], rows["y"] = stands_at(frame.geometry.to_numpy())
    rows["kind"] = kind
    rows["row"] = [f"{layer} {fid}" for fid in frame.index]
    rows["pand_ids"] = rows["pand_id"]
    return rows


def _panden(path: Path, layer: str, *, box: Box | None) -> tuple[gpd.GeoDataFrame | None, int]:
    wanted = {
        "pand_id": ("identificatie", "pand_identificatie"),
        "status": ("status", "pandstatus"),
    }
    names, frame = _read(path, layer, wanted=wanted, box=box)
    if "pand_id" not in names:
        raise SourceError(
            "sources.columns", path=path.name, missing="identificatie",
            found=", ".join(names.values()),
        )  # fmt: skip
    status = _text(frame[names["status"]]) if "status" in names else [""] * len(frame)
    return make_panden(_text(frame[names["pand_id"]]), status, shapes=frame.geometry.to_numpy())


def _read(
    path: Path, layer: str, *, wanted: Mapping[str, tuple[str, ...]], box: Box | None
) -> tuple[dict[str, str], Any]:
    """Read the wanted columns of what lies in the box, in RD, indexed by feature id."""
    import pyogrio

    source = f"GPKG:{path}"
    try:
        info = pyogrio.read_info(source, layer=layer)
        fields = {str(f).casefold(): str(f) for f in info["fields"]}
        names = {o: next((fields[a] for a in al if a in fields), "") for o, al in wanted.items()}
        names = {ours: column for ours, column in names.items() if column}
        if info["crs"] is None or not info["geometry_type"]:
            raise SourceError("sources.no_crs", path=path.name)
        by_index = box is not None and info["capabilities"]["fast_spatial_filter"]
        if not by_index and info["features"] > MOST_WITHOUT_INDEX:
            key = "sources.no_index" if box is not None else "sources.no_box"
            raise SourceError(key, path=path.name, n=info["features"])
        in_rd = info["crs"] == RD
        frame = pyogrio.read_dataframe(
            source, layer=layer, columns=sorted(set(names.values())), fid_as_index=True,
            bbox=box if in_rd else None,
        )  # fmt: skip
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        UnicodeError,
    ) as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
    if not in_rd:
        frame = frame.to_crs(RD)
        frame = frame if box is None else frame.cx[box[0] : box[2], box[1] : box[3]]
    return names, frame


def _text(values: pd.Series[Any]) -> list[str]:
    return ["" if v is None or v != v else str(v).strip() for v in values]  # noqa: PLR0124


def _data_date(path: Path) -> str:
    """When the file says it was last changed: the date of a monthly delivery."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as file:
            found = file.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()
    except sqlite3.Error as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
    return str(found[0] or "")[:10]
