"""A table of ``zds.toml`` that knows where it is, checks values and remembers what was read."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from zds_geo.core.errors import SettingsError


class Table:
    """One table: every getter checks the value; ``refuse_unknown`` names keys nobody asked for."""

    def __init__(self, raw: dict[str, Any], *, where: str) -> None:
        self._raw = raw
        self._where = where
        self._asked: set[str] = set()

    def _at(self, key: str) -> str:
        return f"{self._where}.{key}".lstrip(".")

    def _wrong(self, key: str, *, expected: str, got: object) -> SettingsError:
        return SettingsError("settings.value", where=self._at(key), expected=expected, got=got)

    def _get(self, key: str, *, required: bool) -> Any:
        self._asked.add(key)
        if required and key not in self._raw:
            raise SettingsError("settings.missing", where=self._at(key))
        return self._raw.get(key)

    def refuse_unknown(self) -> None:
        """Raise SettingsError for the first key that is not a setting."""
        unknown = sorted(set(self._raw) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise SettingsError("settings.unknown", where=self._at(unknown[0]), known=known)

    def table(self, key: str, *, required: bool = False) -> Table:
        """Give a sub-table; empty when absent."""
        value = self._get(key, required=required)
        if value is not None and not isinstance(value, dict):
            raise self._wrong(key, expected=f"[{key}]", got=value)
        return Table(value or {}, where=self._at(key))

    def tables(self, key: str) -> list[Table]:
        """Give an array of tables; empty when absent."""
        value = self._get(key, required=False) or []
        if not isinstance(value, list) or any(not isinstance(v, dict) for v in value):
            raise self._wrong(key, expected=f"[[{key}]]", got=value)
        return [Table(v, where=self._at(key)) for v in value]

    def text(
        self,
        key: str,
        *,
        required: bool = False,
        default: str = "",
        pattern: re.Pattern[str] | None = None,
    ) -> str:
        """Give a text, stripped."""
        value = self._get(key, required=required)
        if value is None:
            return default
        if not isinstance(value, str) or (required and not value.strip()):
            raise self._wrong(key, expected='"tekst"', got=repr(value))
        if pattern is not None and value and not pattern.fullmatch(value):
            raise self._wrong(key, expected=pattern.pattern, got=value)
        return value.strip()

    def texts(self, key: str, *, pattern: re.Pattern[str] | None = None) -> list[str]:
        """Give a list of texts."""
        value = self._get(key, required=False) or []
        if not isinstance(value, list) or any(not isinstance(v, str) for v in value):
            raise self._wrong(key, expected='["tekst", …]', got=repr(value))
        for item in value:
            if pattern is not None and not pattern.fullmatch(item):
                raise self._wrong(key, expected=pattern.pattern, got=item)
        return list(value)

    def number(self, key: str, *, low: float, high: float) -> float | None:
        """Give a number within bounds, or None when absent."""
        value = self._get(key, required=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, expected=f"{low} … {high}", got=repr(value))
        if not low <= value <= high:
            raise self._wrong(key, expected=f"{low} … {high}", got=value)
        return float(value)

    def whole(self, key: str, *, low: int, high: int, default: int | None = None) -> int | None:
        """Give a whole number within bounds."""
        value = self._get(key, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(key, expected=f"{low} … {high}", got=repr(value))
        return value

    def wholes(self, key: str, *, low: int, high: int) -> list[int]:
        """Give a list of whole numbers within bounds."""
        value = self._get(key, required=False) or []
        good = isinstance(value, list) and all(
            isinstance(v, int) and not isinstance(v, bool) and low <= v <= high for v in value
        )
        if not good:
            raise self._wrong(key, expected=f"[{low} … {high}]", got=repr(value))
        return list(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Give true or false."""
        value = self._get(key, required=False)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(key, expected="true / false", got=repr(value))
        return value

    def day(self, key: str) -> date | None:
        """Give a date, or None when absent."""
        value = self._get(key, required=False)
        return None if value is None else self._as_day(key, value)

    def days(self, key: str) -> list[date]:
        """Give a list of dates."""
        value = self._get(key, required=False) or []
        if not isinstance(value, list):
            raise self._wrong(key, expected="[2026-11-23, …]", got=repr(value))
        return [self._as_day(key, v) for v in value]

    def _as_day(self, key: str, value: object) -> date:
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise self._wrong(key, expected="2026-11-23", got=repr(value)) from None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._wrong(key, expected="2026-11-23", got=repr(value))
        return value

    def clock(self, key: str) -> time:
        """Give a wall time such as "13:00"."""
        return self._as_clock(key, self._get(key, required=True))

    def find_clock(self, key: str) -> time | None:
        """Give a wall time such as "13:00", or None when absent."""
        value = self._get(key, required=False)
        return None if value is None else self._as_clock(key, value)

    def clocks(self, key: str) -> list[time]:
        """Give a list of wall times."""
        value = self._get(key, required=False) or []
        if not isinstance(value, list):
            raise self._wrong(key, expected='["20:00", …]', got=repr(value))
        return [self._as_clock(key, v) for v in value]

    def _as_clock(self, key: str, value: object) -> time:
        if isinstance(value, time):
            return value
        if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", value):
            hours, minutes = re.split(r"[:.]", value)
            return time(int(hours), int(minutes))
        raise self._wrong(key, expected='"13:00"', got=repr(value))
