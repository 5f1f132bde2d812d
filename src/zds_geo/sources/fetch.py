"""Open data from the services that publish it: BAG and CBS (OGC API), streets (OpenStreetMap)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from zds_geo.core.errors import SourceError
from zds_geo.core.model import Services
from zds_geo.sources._download import Client, Limits

Box = tuple[float, float, float, float]
Progress = Callable[[str, int, int | None], None]
RD_URI: Final = "http://www.opengis.net/def/crs/EPSG/0/28992"
BAG_COLLECTIONS: Final = ("verblijfsobject", "ligplaats", "standplaats", "pand")
LIMIT: Final = 1000  # the most the server gives; it may give less without saying so
MOST_PAGES: Final = 3000
OVERPASS_S: Final = 180


def open_client(services: Services, *, seed: int, limits: Limits | None = None) -> Client:
    """Make a client that asks the hosts of these services only.

    Parameters
    ----------
    services : Services
        Addresses.
    seed : int
        For the jitter of waiting.
    limits : Limits, optional
        Waiting.

    Returns
    -------
    Client
        Ready.
    """
    return Client(services.hosts, seed=seed, limits=limits)


def fetch_collection(
    client: Client,
    url: str,
    *,
    folder: Path,
    name: str,
    box: Box | None,
    date: str,
    keep: Callable[[dict[str, Any]], bool] | None = None,
    progress: Progress,
) -> Path:
    """Fetch a collection of an OGC API page by page; a broken fetch goes on where it stopped.

    Parameters
    ----------
    client : Client
        Knows the host.
    url : str
        Of the collection, without ``/items``.
    folder : Path
        Where ``<name>.geojson`` comes; pages stand in ``<name>.pages`` meanwhile.
    name : str
        Name of the file.
    box : tuple of float or None
        (x0, y0, x1, y1), EPSG:28992; None asks for everything.
    date : str
        ISO date, written into the file.
    keep : callable, optional
        Which features to keep; all by default.
    progress : callable
        Called with (label, features so far, None).

    Returns
    -------
    Path
        A FeatureCollection with the features as served, in EPSG:28992.

    Raises
    ------
    SourceError
        If the service fails, or begins again at its first page.
    """
    query = {"f": "json", "limit": str(LIMIT), "crs": RD_URI}
    if box is not None:
        query |= {"bbox": ",".join(f"{v:.0f}" for v in box), "bbox-crs": RD_URI}
    first = f"{url}/items?{urlencode(query, quote_via=quote)}"
    pages = folder / f"{name}.pages"
    pages.mkdir(parents=True, exist_ok=True)
    features = _Features(name, keep)
    following: str | None = first
    kept = _kept_pages(pages, first)
    for page in kept:
        following = features.add(page)
    count = len(kept)
    while following:
        if count >= MOST_PAGES:
            raise SourceError("fetch.endless", name=name)
        page = client.get_json(following)
        following = features.add(page)
        if following and urlsplit(following).netloc != urlsplit(url).netloc:
            raise SourceError("fetch.host", host=urlsplit(following).netloc)
        _write(pages / f"{count:05}.json", {"asked": first, "page": page})
        count += 1
        progress("fetch.progress", len(features.found), None)
    target = folder / f"{name}.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    about = {"date": date, "source": url}
    _write(
        target,
        {"type": "FeatureCollection", "name": name, "crs": crs, "zds": about,
         "features": list(features.found.values())},
    )  # fmt: skip
    for page_file in pages.iterdir():
        page_file.unlink()
    pages.rmdir()
    return target


class _Features:
    """Features by id, over all pages."""

    def __init__(self, name: str, keep: Callable[[dict[str, Any]], bool] | None) -> None:
        self.name, self._keep = name, keep
        self._seen: set[str] = set()
        self.found: dict[str, dict[str, Any]] = {}

    def add(self, page: dict[str, Any]) -> str | None:
        """Take the features of a page; give the address of the next page."""
        features = page.get("features")
        if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
            raise SourceError("fetch.no_features", name=self.name)
        ids = [str(f.get("id", "")) for f in features]
        if ids and self._seen.issuperset(ids):
            raise SourceError("fetch.again", name=self.name)
        self._seen.update(ids)
        for feature_id, feature in zip(ids, features, strict=True):
            if self._keep is None or self._keep(feature):
                self.found[feature_id] = feature
        links = page.get("links")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("rel") == "next":
                return str(link.get("href", "")) or None
        return None


def _kept_pages(folder: Path, first: str) -> list[dict[str, Any]]:
    """Give the pages of an earlier fetch of the same; others are thrown away."""
    pages = []
    for file in sorted(folder.glob("*.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            content = {}
        if not isinstance(content, dict) or content.get("asked") != first:
            file.unlink()
        else:
            pages.append(content["page"])
    return pages


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_name(f".{path.name}.tmp")
    fresh.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


def fetch_buurten(
    client: Client,
    services: Services,
    *,
    folder: Path,
    gemeenten: Sequence[str],
    date: str,
    progress: Progress,
) -> Path:
    """Fetch the CBS buurten of gemeenten, of the newest year that is there.

    Parameters
    ----------
    client, services : Client, Services
        Whom to ask.
    folder : Path
        Where ``buurten_<year>.geojson`` comes.
    gemeenten : sequence of str
        Codes such as ``GM0200``; empty keeps the whole country.
    date : str
        ISO date.
    progress : callable
        Called with (label, features so far, None).

    Returns
    -------
    Path
        A FeatureCollection in EPSG:28992.

    Raises
    ------
    SourceError
        If no year answers.

    Notes
    -----
    The service filters by place only, so the country is read and the gemeenten are kept.
    """
    wanted = {g.casefold() for g in gemeenten}

    def keep(feature: dict[str, Any]) -> bool:
        properties = feature.get("properties")
        if not isinstance(properties, dict):
            return False
        lower = {str(k).casefold(): v for k, v in properties.items()}
        code = str(lower.get("gemeentecode", lower.get("gm_code", "")))
        return not wanted or code.casefold() in wanted

    fault: SourceError | None = None
    for year in services.years:
        url = f"{services.cbs.format(year=year)}/collections/buurten"
        try:
            return fetch_collection(
                client, url, folder=folder, name=f"buurten_{year}", box=None, date=date, keep=keep,
                progress=progress,
            )  # fmt: skip
        except SourceError as refused:
            if refused.key != "fetch.refused":
                raise
            fault = refused
    raise fault or SourceError("fetch.no_features", name="buurten")


def fetch_streets(
    client: Client, services: Services, *, target: Path, box: Box, progress: Progress
) -> Path:
    """Fetch streets, buildings, water, rails and entrances of a box from Overpass.

    Parameters
    ----------
    client, services : Client, Services
        Whom to ask.
    target : Path
        Where the OSM XML comes.
    box : tuple of float
        (west, south, east, north), degrees.
    progress : callable
        Called with (label, done, total).

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    SourceError
        If the service fails or gives an incomplete answer, which it does with status 200.
    """
    progress("fetch.progress_streets", 0, None)
    west, south, east, north = box
    where = f"({south:.6f},{west:.6f},{north:.6f},{east:.6f})"
    wanted = "".join(
        f"{kind}{where};"
        for kind in (
            'way["highway"]', 'way["building"]', 'relation["building"]', 'way["natural"="water"]',
            'relation["natural"="water"]', 'way["waterway"]', 'way["railway"]', 'node["entrance"]',
        )
    )  # fmt: skip
    script = f"[out:xml][timeout:{OVERPASS_S}];({wanted});(._;>;);out body;"
    body = client.get(services.overpass, post=urlencode({"data": script}).encode())
    # A runtime error or time-out comes as a remark in an answer that looks whole.
    if b"<remark>" in body[-4000:] or not body.rstrip().endswith(b"</osm>"):
        raise SourceError("fetch.incomplete", host=urlsplit(services.overpass).netloc)
    fresh = target.with_name(f".{target.name}.tmp")
    fresh.write_bytes(body)
    fresh.replace(target)
    return target


def fetch_extract(
    client: Client, services: Services, *, target: Path, box: Box, progress: Progress
) -> Path:
    """Download an OSM extract and cut a box out of it; ways and surfaces stay whole.

    Parameters
    ----------
    client, services : Client, Services
        Whom to ask.
    target : Path
        Where the ``.osm.pbf`` of the box comes; the download is kept beside it.
    box : tuple of float
        (west, south, east, north), degrees.
    progress : callable
        Called with (label, done, total).

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    SourceError
        If the service fails or the file is broken.
    """
    whole = target.with_name("extract.osm.pbf")

    def bytes_done(done: int, total: int | None) -> None:
        progress("fetch.progress_extract", done >> 20, None if total is None else total >> 20)

    if not whole.exists():
        client.fetch_file(services.extract, whole, progress=bytes_done)
    from zds_geo.sources._osm import cut_box

    cut_box(whole, target, box=box)
    return target
