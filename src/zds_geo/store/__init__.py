"""The store: knock history (SQLite or PostgreSQL), ``places.gpkg`` and the knocks CSV.

The history cannot be rebuilt; the places can. Nothing here deletes a knock.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.store.facts import SCHEMA_VERSION, Cycle, RecordResult
    from zds_geo.store.history import HistoryStore, open_history
    from zds_geo.store.knocks_csv import CsvFault, KnocksFile, read_knocks_csv, write_knocks_csv
    from zds_geo.store.lineage import resolve_lineage
    from zds_geo.store.places_file import read_layer, read_table, write_places

_HOMES: Final = {
    "CsvFault": "knocks_csv",
    "Cycle": "facts",
    "HistoryStore": "history",
    "KnocksFile": "knocks_csv",
    "RecordResult": "facts",
    "SCHEMA_VERSION": "facts",
    "open_history": "history",
    "read_knocks_csv": "knocks_csv",
    "read_layer": "places_file",
    "read_table": "places_file",
    "resolve_lineage": "lineage",
    "write_knocks_csv": "knocks_csv",
    "write_places": "places_file",
}

__all__ = [
    "SCHEMA_VERSION",
    "CsvFault",
    "Cycle",
    "HistoryStore",
    "KnocksFile",
    "RecordResult",
    "open_history",
    "read_knocks_csv",
    "read_layer",
    "read_table",
    "resolve_lineage",
    "write_knocks_csv",
    "write_places",
]


def __getattr__(name: str) -> Any:
    """Load a function when it is first asked for, so that importing stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.store' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.store.{_HOMES[name]}"), name)
