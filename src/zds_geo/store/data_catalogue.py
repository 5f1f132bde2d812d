"""The data catalogue (P02): class, purpose and retention of all that is kept or written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

CLASSES: Final = ("C0", "C1", "C2", "C3", "C4")
ABOUT: Final = ("bewoners", "buurtassistenten", "bewoners en buurtassistenten", "niemand")
_MONTH_DAYS: Final = 365 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long: default and ceiling in days or months, or ``until`` where no clock decides."""

    name: str
    what: str
    unit: str = ""
    default: int | None = None
    ceiling: int | None = None
    until: str = ""

    @property
    def default_days(self) -> int | None:
        """The default in days; None where no clock decides."""
        return self._days(self.default)

    @property
    def ceiling_days(self) -> int | None:
        """The ceiling in days; None where no clock decides."""
        return self._days(self.ceiling)

    def _days(self, count: int | None) -> int | None:
        if count is None:
            return None
        return round(count * _MONTH_DAYS) if self.unit == "months" else count


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table or layer."""

    name: str
    what: str
    data_class: str
    retention: Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A table, a layer or a file, with its columns where it has any."""

    name: str
    what: str
    data_class: str
    purpose: str
    about: str
    retention: Retention
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCatalogue:
    """Everything that is kept or written; texts are Dutch, for the documents of P16."""

    classes: Mapping[str, str]
    retention: Mapping[str, Retention]
    tables: Mapping[str, Item]
    layers: Mapping[str, Item]
    files: Mapping[str, Item]


@cache
def read_data_catalogue() -> DataCatalogue:
    """Read the catalogue that is shipped with the store.

    Returns
    -------
    DataCatalogue
        Columns have the class and retention of their table unless they say otherwise.

    Raises
    ------
    KeyError
        If an entry misses a field or names an unknown purpose or retention: a fault in the
        package, found by the tests.
    ValueError
        If a class or ``about`` is not one of the closed lists.
    """
    text = files("zds_geo.store").joinpath("data_catalogue.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    rules = {name: _retention(name, rule) for name, rule in raw["retention"].items()}
    purposes: dict[str, str] = raw["purposes"]
    tables = {n: _item(n, t, rules=rules, purposes=purposes) for n, t in raw["tables"].items()}
    open_data = {"class": "C4", "purpose": "kaart", "about": "niemand", "retention": "delivery"}
    layers = {}
    for name, layer in raw["layers"].items():
        columns = raw["layers"][layer["same"]]["columns"] if "same" in layer else layer["columns"]
        entry = {**open_data, "what": layer["what"], "columns": columns}
        layers[name] = _item(name, entry, rules=rules, purposes=purposes)
    written = {f["path"]: _item(f["path"], f, rules=rules, purposes=purposes) for f in raw["files"]}
    if len(written) != len(raw["files"]):
        raise ValueError("a file stands in the data catalogue twice")
    return DataCatalogue(
        classes=raw["classes"], retention=rules, tables=tables, layers=layers, files=written
    )


def _retention(name: str, raw: Mapping[str, Any]) -> Retention:
    for unit in ("days", "months"):
        if unit in raw:
            default, ceiling = raw[unit]
            if not 0 < default <= ceiling:
                raise ValueError(f"retention {name}: {default} is over its ceiling {ceiling}")
            return Retention(
                name=name, what=raw["what"], unit=unit, default=default, ceiling=ceiling
            )
    return Retention(name=name, what=raw["what"], until=raw["until"])


def _item(
    name: str,
    raw: Mapping[str, Any],
    *,
    rules: Mapping[str, Retention],
    purposes: Mapping[str, str],
) -> Item:
    if raw["class"] not in CLASSES or raw["about"] not in ABOUT:
        raise ValueError(f"{name}: class {raw['class']!r}, about {raw['about']!r}")
    columns = {}
    for column, entry in raw.get("columns", {}).items():
        given = {"what": entry} if isinstance(entry, str) else entry
        columns[column] = Column(
            name=column,
            what=given["what"],
            data_class=given.get("class", raw["class"]),
            retention=rules[given.get("retention", raw["retention"])],
        )
        if columns[column].data_class not in CLASSES:
            raise ValueError(f"{name}.{column}: class {columns[column].data_class!r}")
    return Item(
        name=name,
        what=raw["what"],
        data_class=raw["class"],
        purpose=purposes[raw["purpose"]],
        about=raw["about"],
        retention=rules[raw["retention"]],
        columns=columns,
    )
