"""The knock history (SQLite or PostgreSQL), the places file, and the knocks CSV."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.store.data_catalogue import DataCatalogue, read_data_catalogue
    from zds_geo.store.history import (
        Action,
        AuditCheck,
        Cycle,
        HeldKnocks,
        HistoryStore,
        RecordResult,
        Sheet,
        SheetStatus,
        open_history,
    )
    from zds_geo.store.knocks_csv import KnocksFile, read_knocks_csv, write_knocks_csv
    from zds_geo.store.places_file import (
        list_layers,
        read_layer,
        read_table,
        swap_previous,
        write_places,
    )

_HOMES: Final = {
    "Action": "history",
    "AuditCheck": "history",
    "Cycle": "history",
    "DataCatalogue": "data_catalogue",
    "HeldKnocks": "history",
    "HistoryStore": "history",
    "KnocksFile": "knocks_csv",
    "RecordResult": "history",
    "Sheet": "history",
    "SheetStatus": "history",
    "list_layers": "places_file",
    "open_history": "history",
    "read_data_catalogue": "data_catalogue",
    "read_knocks_csv": "knocks_csv",
    "read_layer": "places_file",
    "read_table": "places_file",
    "swap_previous": "places_file",
    "write_knocks_csv": "knocks_csv",
    "write_places": "places_file",
}

__all__ = [
    "Action",
    "AuditCheck",
    "Cycle",
    "DataCatalogue",
    "HeldKnocks",
    "HistoryStore",
    "KnocksFile",
    "RecordResult",
    "Sheet",
    "SheetStatus",
    "list_layers",
    "open_history",
    "read_data_catalogue",
    "read_knocks_csv",
    "read_layer",
    "read_table",
    "swap_previous",
    "write_knocks_csv",
    "write_places",
]


def __getattr__(name: str) -> Any:
    """Load a part of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.store' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.store.{_HOMES[name]}"), name)
