"""GeoJSON in, with care: what is broken is refused, what is not a number is never a place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, WGS84
from zds_geo.core.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_DATE: Final = re.compile(r"^(?:19|20)\d\d-\d\d-\d\d")
_DEGREES: Final = ("CRS84", "4326", "4258")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The features of one file, the CRS it names (empty when it does not), and its own facts."""

    features: list[dict[str, Any]]
    crs: str
    name: str
    source: str
    data_date: str


def load_collection(path: Path) -> Collection:
    """Read a FeatureCollection.

    Parameters
    ----------
    path : Path
        GeoJSON, UTF-8.

    Returns
    -------
    Collection
        Features as they stand in the file; may be empty.

    Raises
    ------
    SourceError
        If it is cut off, no FeatureCollection, in another CRS, or one page of a longer answer.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text)
        if "\\ud" in text or "\\uD" in text:  # half a character is no text, and cannot be kept
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise SourceError("sources.broken_json", path=path.name) from fault
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise SourceError("sources.not_geojson", path=path.name)
    if not all(isinstance(f, dict) for f in features):
        raise SourceError("sources.broken_json", path=path.name)
    own = content.get("zds")
    own = own if isinstance(own, dict) else {}
    links = content.get("links")
    if not own and isinstance(links, list) and any(_is_next(link) for link in links):
        raise SourceError("sources.one_page", path=path.name, n=len(features))
    date = str(own.get("date") or content.get("timeStamp") or "")
    return Collection(
        features=features,
        crs=_named_crs(path, content.get("crs")),
        name=str(content.get("name", "")),
        source=str(own.get("source", "")),
        data_date=date[:10] if _DATE.match(date) else "",
    )


def _is_next(link: Any) -> bool:
    return isinstance(link, dict) and link.get("rel") == "next"


def _named_crs(path: Path, member: Any) -> str:
    if not member:
        return ""
    text = json.dumps(member)
    if "28992" in text:
        return RD
    if "EPSG" in text.upper() and not any(word in text for word in _DEGREES):
        raise SourceError("sources.no_crs", path=path.name)
    return WGS84


def properties_of(path: Path, feature: dict[str, Any]) -> dict[str, Any]:
    """Give the properties of a feature.

    Parameters
    ----------
    path : Path
        For the message.
    feature : dict
        One feature.

    Returns
    -------
    dict
        Empty when there are none.

    Raises
    ------
    SourceError
        If they are something else than a table of names and values.
    """
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise SourceError("sources.broken_json", path=path.name)
    return properties


def shape_of(path: Path, feature: dict[str, Any]) -> Any:
    """Give the geometry of a feature.

    Parameters
    ----------
    path : Path
        For the message.
    feature : dict
        One feature.

    Returns
    -------
    shapely geometry or None
        None when the feature has no geometry; it may be empty.

    Raises
    ------
    SourceError
        If the geometry is broken, or has a coordinate that is no number.
    """
    import numpy as np
    import shapely
    from shapely.geometry import shape

    content = feature.get("geometry")
    if content is None:
        return None
    wrong = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
    try:
        geometry = shape(content)
    except (*wrong, RecursionError, shapely.errors.ShapelyError) as fault:
        raise SourceError("sources.broken_json", path=path.name) from fault
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise SourceError("sources.broken_json", path=path.name)
    return geometry


def crs_of(collection: Collection, shapes: npt.NDArray[np.object_]) -> str:
    """Tell in which CRS shapes are: what the file says, else by the size of the numbers.

    Parameters
    ----------
    collection : Collection
        The file.
    shapes : array of shapely geometry
        Its geometry; None where there is none.

    Returns
    -------
    str
        EPSG:28992 or EPSG:4326 (x = longitude).
    """
    import shapely

    metres = len(shapes) > 0 and shapely.total_bounds(shapes)[2] > 360
    return RD if metres else collection.crs or WGS84
