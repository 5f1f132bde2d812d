"""The knock history (SQLite or PostgreSQL), the places file, and the knocks CSV."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.store._image import fill_server, take_image
    from zds_geo.store._retention import LATE_DAYS
    from zds_geo.store._sealed import read_header
    from zds_geo.store._swap import swap_history
    from zds_geo.store._upgrade import known_versions, rehearse_migration, remove_old_copies
    from zds_geo.store.backup import (
        BACKUP_SUFFIX,
        Backup,
        find_backups,
        open_backup,
        remove_old_backups,
        write_backup,
    )
    from zds_geo.store.backup_key import (
        BackupKey,
        key_lines,
        make_key,
        read_key,
        read_key_line,
        read_key_lines,
        write_key,
        write_private,
    )
    from zds_geo.store.data_catalogue import DataCatalogue, read_data_catalogue
    from zds_geo.store.history import (
        Action,
        AuditCheck,
        Cycle,
        DoorRecord,
        HeldKnocks,
        HistoryStore,
        PruneReport,
        RecordResult,
        Sheet,
        SheetStatus,
        StoredKnock,
        open_history,
    )
    from zds_geo.store.knocks_csv import KnocksFile, read_knocks_csv, write_knocks_csv
    from zds_geo.store.layers_file import write_layers
    from zds_geo.store.map_file import write_map_file
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
    "BACKUP_SUFFIX": "backup",
    "Backup": "backup",
    "BackupKey": "backup_key",
    "Cycle": "history",
    "DataCatalogue": "data_catalogue",
    "DoorRecord": "history",
    "HeldKnocks": "history",
    "HistoryStore": "history",
    "KnocksFile": "knocks_csv",
    "LATE_DAYS": "_retention",
    "PruneReport": "history",
    "RecordResult": "history",
    "Sheet": "history",
    "SheetStatus": "history",
    "StoredKnock": "history",
    "fill_server": "_image",
    "find_backups": "backup",
    "key_lines": "backup_key",
    "known_versions": "_upgrade",
    "list_layers": "places_file",
    "make_key": "backup_key",
    "open_backup": "backup",
    "open_history": "history",
    "read_data_catalogue": "data_catalogue",
    "read_header": "_sealed",
    "read_key": "backup_key",
    "read_key_line": "backup_key",
    "read_key_lines": "backup_key",
    "read_knocks_csv": "knocks_csv",
    "read_layer": "places_file",
    "read_table": "places_file",
    "rehearse_migration": "_upgrade",
    "remove_old_backups": "backup",
    "remove_old_copies": "_upgrade",
    "swap_history": "_swap",
    "swap_previous": "places_file",
    "take_image": "_image",
    "write_backup": "backup",
    "write_key": "backup_key",
    "write_knocks_csv": "knocks_csv",
    "write_layers": "layers_file",
    "write_map_file": "map_file",
    "write_places": "places_file",
    "write_private": "backup_key",
}

__all__ = [
    "BACKUP_SUFFIX",
    "LATE_DAYS",
    "Action",
    "AuditCheck",
    "Backup",
    "BackupKey",
    "Cycle",
    "DataCatalogue",
    "DoorRecord",
    "HeldKnocks",
    "HistoryStore",
    "KnocksFile",
    "PruneReport",
    "RecordResult",
    "Sheet",
    "SheetStatus",
    "StoredKnock",
    "fill_server",
    "find_backups",
    "key_lines",
    "known_versions",
    "list_layers",
    "make_key",
    "open_backup",
    "open_history",
    "read_data_catalogue",
    "read_header",
    "read_key",
    "read_key_line",
    "read_key_lines",
    "read_knocks_csv",
    "read_layer",
    "read_table",
    "rehearse_migration",
    "remove_old_backups",
    "remove_old_copies",
    "swap_history",
    "swap_previous",
    "take_image",
    "write_backup",
    "write_key",
    "write_knocks_csv",
    "write_layers",
    "write_map_file",
    "write_places",
    "write_private",
]


def __getattr__(name: str) -> Any:
    """Load a part of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.store' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.store.{_HOMES[name]}"), name)
