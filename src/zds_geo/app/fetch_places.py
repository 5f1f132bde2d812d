"""``zds places fetch``: the area's open data from the services that publish it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zds_geo.app.import_places import find_box
from zds_geo.app.workspace import Progress, Workspace, no_progress
from zds_geo.core.errors import PlacesError
from zds_geo.core.model import Services
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.sources import Client

EXTRACT_KM2 = 150.0  # a larger area is cut out of a national extract: Overpass would give up


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFiles:
    """What ``import_places`` needs, as files."""

    addresses: Path
    buurten: Path
    streets: Path


def fetch_places(
    workspace: Workspace,
    *,
    now: datetime,
    again: bool = False,
    services: Services | None = None,
    client: Client | None = None,
    progress: Progress = no_progress,
) -> FetchedFiles:
    """Fetch buurten, addresses with buildings, and streets of the workspace's area.

    Parameters
    ----------
    workspace : Workspace
        Its ``[area]`` says what; ``[services]`` may say from where.
    now : datetime
        Aware; files of the same day are kept and not asked for again.
    again : bool
        Ask again all the same.
    services : Services, optional
        From where; by default as in ``zds.toml``.
    client : Client, optional
        For other waiting times.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    FetchedFiles
        Under ``data/<date>/``, beside ``sources.json`` with address, date, sha256 and licence.

    Raises
    ------
    SourceError
        If a service fails. What was fetched stays for the next try; places are not touched.
    PlacesError
        If ``[area]`` names nothing.

    Notes
    -----
    Only a box is sent, never an address: a service learns no more than the part of town.
    """
    from zds_geo.sources import (
        BAG_COLLECTIONS,
        LimitedReader,
        fetch_buurten,
        fetch_collection,
        open_client,
    )

    area = workspace.settings.area
    if not area.is_chosen:
        raise PlacesError("fetch.no_area")
    chosen = services or workspace.settings.services
    asker = client or open_client(chosen, seed=0)
    day = now.astimezone(AMSTERDAM).date().isoformat()
    folder = workspace.root / "data" / day
    book = _Book(folder, again=again)
    gemeenten = _gemeenten(workspace)
    buurten = book.file(
        "buurten",
        lambda: fetch_buurten(
            asker, chosen, folder=folder, gemeenten=gemeenten, date=day, progress=progress
        ),
        asked=[chosen.cbs, *gemeenten],
    )
    with LimitedReader() as reader:
        _, box = find_box(area, reader.read_buurten(buurten).buurten)
    for name in BAG_COLLECTIONS:
        fetch = partial(
            fetch_collection, asker, f"{chosen.bag}/collections/{name}", folder=folder / "bag",
            name=name, box=box, date=day, progress=progress,
        )  # fmt: skip
        book.file(name, fetch, asked=[chosen.bag, *box])
    size = (box[2] - box[0]) * (box[3] - box[1]) / 1e6
    streets = book.file(
        "streets",
        lambda: _streets(asker, chosen, folder, box=box, km2=size, progress=progress),
        asked=[chosen.overpass, chosen.extract, *box],
    )
    book.write(chosen, day=day)
    return FetchedFiles(addresses=folder / "bag", buurten=buurten, streets=streets)


def _gemeenten(workspace: Workspace) -> list[str]:
    """Give the codes of the area's gemeenten; none where only names are known."""
    area = workspace.settings.area
    codes = {f"GM{code[2:6]}" for code in (*area.buurt_codes, *area.wijk_codes)}
    if area.gemeente_code:
        codes.add(area.gemeente_code)
    if area.buurt_names or area.gemeente_name:
        codes = set()  # a name may be anywhere
    return sorted(codes)


def _streets(
    client: Client,
    services: Services,
    folder: Path,
    *,
    box: tuple[float, float, float, float],
    km2: float,
    progress: Progress,
) -> Path:
    from zds_geo.core.crs import to_lonlat
    from zds_geo.sources import fetch_extract, fetch_streets

    lon, lat = to_lonlat([box[0], box[2], box[0], box[2]], [box[1], box[3], box[3], box[1]])
    degrees = (float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat)))
    if km2 > EXTRACT_KM2:
        target = folder / "straten.osm.pbf"
        return fetch_extract(client, services, target=target, box=degrees, progress=progress)
    target = folder / "straten.osm"
    return fetch_streets(client, services, target=target, box=degrees, progress=progress)


class _Book:
    """Which files of today are whole, and where they came from."""

    def __init__(self, folder: Path, *, again: bool) -> None:
        self._folder = folder
        self._path = folder / "sources.json"
        folder.mkdir(parents=True, exist_ok=True)
        if again:
            for pages in folder.glob("**/*.pages"):
                shutil.rmtree(pages)
            for left in folder.glob("extract.osm.pbf*"):
                left.unlink()
        self._known: dict[str, Any] = {}
        if self._path.is_file() and not again:
            self._known = dict(json.loads(self._path.read_text(encoding="utf-8")).get("files", {}))

    def file(self, name: str, fetch: Callable[[], Path], *, asked: Sequence[object]) -> Path:
        """Give a file of today; fetch it when it is not there, was changed or answers else."""
        from zds_geo.sources import sha256_of

        question = [str(part) for part in asked]
        entry = self._known.get(name)
        if entry is not None and entry.get("asked") == question:
            path = self._folder / entry["file"]
            if path.is_file() and sha256_of(path) == entry["sha256"]:
                return path
        path = fetch()
        self._known[name] = {
            "file": path.relative_to(self._folder).as_posix(),
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
            "asked": question,
        }
        self._save({})
        return path

    def write(self, services: Services, *, day: str) -> None:
        """Write the provenance of all files."""
        from zds_geo.sources import BAG_COLLECTIONS

        for name, entry in self._known.items():
            if name in BAG_COLLECTIONS:
                facts = (services.bag, "CC0 1.0", "Bron: BAG, Kadaster")
            elif name == "buurten":
                year = Path(entry["file"]).stem.removeprefix("buurten_")
                credit = f"Kadaster / Centraal Bureau voor de Statistiek, {year}"
                facts = (services.cbs.format(year=year), "CC BY 4.0", credit)
            else:
                whole = entry["file"].endswith(".pbf")
                url = services.extract if whole else services.overpass
                facts = (url, "ODbL 1.0", "© OpenStreetMap-bijdragers")
            entry.update(url=facts[0], licence=facts[1], credit=facts[2], date=day)
        self._save({"date": day})

    def _save(self, more: dict[str, Any]) -> None:
        text = json.dumps({**more, "files": self._known}, ensure_ascii=False, indent=1)
        fresh = self._path.with_name(".sources.tmp")
        fresh.write_text(text + "\n", encoding="utf-8")
        fresh.replace(self._path)
