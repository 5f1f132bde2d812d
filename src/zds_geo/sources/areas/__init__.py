"""Shipped areas: small files of codes and names, easily changed after ``zds init``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from zds_geo.core.errors import SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaGroup:
    """A wijk and its buurten (code, name)."""

    wijk_code: str
    wijk_naam: str
    inhabitants: int
    buurten: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A named area: wijken to choose from, and which of them are taken by default."""

    id: str
    name: str
    gemeente_code: str
    groups: tuple[AreaGroup, ...]
    default_groups: tuple[str, ...]


def list_areas() -> tuple[Area, ...]:
    """List the shipped areas.

    Returns
    -------
    tuple of Area
        By id.

    Examples
    --------
    >>> [area.id for area in list_areas()]
    ['apeldoorn-zuid']
    """
    folder = files("zds_geo.sources.areas")
    found = []
    for part in sorted(folder.iterdir(), key=lambda p: p.name):
        if part.name.endswith(".toml"):
            found.append(_read(part.name.removesuffix(".toml"), part.read_text(encoding="utf-8")))
    return tuple(found)


def _read(area_id: str, text: str) -> Area:
    raw = tomllib.loads(text)
    groups = tuple(
        AreaGroup(
            wijk_code=wijk["code"],
            wijk_naam=wijk["naam"],
            inhabitants=wijk["inwoners"],
            buurten=tuple((code, name) for code, name in wijk["buurten"].items()),
        )
        for wijk in raw["wijken"]
    )
    return Area(
        id=area_id,
        name=raw["naam"],
        gemeente_code=raw["gemeente_code"],
        groups=groups,
        default_groups=tuple(raw["standaard"]),
    )


def find_area(name: str) -> Area:
    """Find a shipped area by id or name.

    Parameters
    ----------
    name : str
        Such as ``apeldoorn-zuid``.

    Returns
    -------
    Area
        Codes and names.

    Raises
    ------
    SourceError
        Naming the areas there are.
    """
    wanted = name.strip().casefold()
    areas = list_areas()
    for area in areas:
        if wanted in {area.id.casefold(), area.name.casefold()}:
            return area
    raise SourceError("sources.no_area", got=name, known=", ".join(a.id for a in areas))
