"""Reading ``zds.toml``: every key is checked, unknown keys are errors."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path

from zds_geo.app._privacy_settings import read_privacy
from zds_geo.app._toml import Table
from zds_geo.app.settings import (
    LATEST_BELL,
    LONGEST_CYCLE,
    AreaSettings,
    Assistant,
    CardSettings,
    ChanceSettings,
    CycleSettings,
    MeetingPoint,
    ServiceTimes,
    Settings,
    ShiftRule,
)
from zds_geo.core.errors import SettingsError
from zds_geo.core.ids import BUURT_CODE, GEMEENTE_CODE, WIJK_CODE
from zds_geo.core.model import Services
from zds_geo.core.retention import CEILINGS, Retention
from zds_geo.core.windows import (
    DEFAULT_WINDOWS,
    WEEKDAYS,
    TimeWindow,
    WindowKind,
    WindowScheme,
)


def read_settings(path: Path) -> Settings:
    """Read and check ``zds.toml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Settings
        Checked: codes have their pattern, names refer to each other, no key is unknown.

    Raises
    ------
    SettingsError
        With the file, the key, what was expected and what came.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError("settings.no_file", path=path.parent) from None
    except (ValueError, RecursionError) as fault:  # no TOML, no text, or far too long or deep
        raise SettingsError("settings.not_toml", path=path, fault=fault) from None
    top = Table(raw, where="")
    settings = Settings(
        area=_read_area(top.table("area", required=True)),
        cycle=_read_cycle(top.table("cycle")),
        meeting_points=tuple(_read_point(t) for t in top.tables("meeting_points")),
        assistants=tuple(_read_assistant(t) for t in top.tables("assistants")),
        shifts=tuple(_read_shift(t) for t in top.tables("shifts")),
        windows=_read_windows(top.tables("windows")),
        history=_read_history(top.table("history")),
        services=_read_services(top.table("services")),
        chance=_read_chance(top.table("chance")),
        retention=_read_retention(top.table("retention")),
        cards=_read_cards(top.table("cards")),
        privacy=read_privacy(top.table("privacy")),
    )
    settings = _with_calendar(settings, top.table("calendar"))
    settings = _with_rules(settings, top)
    top.refuse_unknown()
    _check_references(settings)
    return settings


def _read_history(table: Table) -> str:
    location = table.text("location", default="knocks.sqlite")
    table.refuse_unknown()
    return location


def _read_services(table: Table) -> Services:
    usual = Services()
    services = Services(
        bag=table.text("bag", default=usual.bag).rstrip("/"),
        cbs=table.text("cbs", default=usual.cbs).rstrip("/"),
        overpass=table.text("overpass", default=usual.overpass),
        extract=table.text("extract", default=usual.extract),
    )
    table.refuse_unknown()
    return services


def _read_chance(table: Table) -> ChanceSettings:
    chance = ChanceSettings(
        learn=table.flag("learn", default=False),
        plain_share=table.number("plain_share", low=0.0, high=1.0) or 0.0,
    )
    table.refuse_unknown()
    return chance


def _read_retention(table: Table) -> Retention:
    usual = Retention()
    chosen = {
        name: table.whole(name, low=1, high=most, default=getattr(usual, name))
        for name, most in CEILINGS.items()
    }
    table.refuse_unknown()
    return replace(usual, **chosen)  # type: ignore[arg-type]  # whole gives no None with a default


def _read_cards(table: Table) -> CardSettings:
    cards = CardSettings(**{f.name: table.text(f.name) for f in fields(CardSettings)})
    table.refuse_unknown()
    return cards


def _read_area(table: Table) -> AreaSettings:
    area = AreaSettings(
        name=table.text("name", required=True),
        buurt_codes=tuple(table.texts("buurt_codes", pattern=BUURT_CODE)),
        wijk_codes=tuple(table.texts("wijk_codes", pattern=WIJK_CODE)),
        gemeente_code=table.text("gemeente_code", pattern=GEMEENTE_CODE),
        buurt_names=tuple(table.texts("buurt_names")),
        gemeente_name=table.text("gemeente_name"),
    )
    table.refuse_unknown()
    if not area.is_chosen:
        raise SettingsError("settings.no_area")
    return area


def _read_cycle(table: Table) -> CycleSettings:
    cycle = CycleSettings(
        started_on=table.day("started_on"), weeks=table.whole("weeks", low=1, high=LONGEST_CYCLE)
    )
    table.refuse_unknown()
    return cycle


def _read_point(table: Table) -> MeetingPoint:
    point_id = table.text("id", required=True)
    point = MeetingPoint(
        id=point_id,
        label=table.text("label", default=point_id),
        lon=table.number("lon", low=3.0, high=7.5),
        lat=table.number("lat", low=50.5, high=54.0),
        address=table.text("address"),
    )
    table.refuse_unknown()
    if not point.address and (point.lon is None or point.lat is None):
        raise SettingsError("settings.point_nowhere", point=point_id)
    return point


def _read_assistant(table: Table) -> Assistant:
    start = table.text("start", required=True)
    assistant = Assistant(
        id=table.text("id", required=True),
        buurt_codes=tuple(table.texts("buurt_codes", pattern=BUURT_CODE)),
        start=start,
        end=table.text("end", default=start),
        max_metres=table.whole("max_metres", low=100, high=100_000),
        stairs=table.flag("stairs", default=True),
        large_print=table.flag("large_print", default=False),
    )
    table.refuse_unknown()
    return assistant


def _read_shift(table: Table) -> ShiftRule:
    days = table.texts("days")
    wrong = [d for d in days if d not in WEEKDAYS]
    if wrong:
        raise SettingsError(
            "settings.value", where="shifts.days", expected=" ".join(WEEKDAYS), got=wrong[0]
        )
    rule = ShiftRule(
        assistant=table.text("assistant", required=True),
        weekdays=frozenset(WEEKDAYS.index(d) for d in days),
        dates=frozenset(table.days("dates")),
        starts=table.clock("from"),
        ends=table.clock("to"),
        break_min=table.whole("break_min", low=5, high=90) or 0,
        break_at=table.text("break_at"),
        break_from=table.find_clock("break_from"),
        break_to=table.find_clock("break_to"),
    )
    table.refuse_unknown()
    if rule.starts >= rule.ends:
        raise SettingsError(
            "settings.value",
            where="shifts.to",
            expected=f"> {rule.starts:%H:%M}",
            got=f"{rule.ends:%H:%M}",
        )
    if not rule.weekdays and not rule.dates:
        raise SettingsError(
            "settings.value",
            where="shifts.days",
            expected='days = ["ma"] / dates = [2026-11-23]',
            got="-",
        )
    return rule


def _read_windows(tables: list[Table]) -> WindowScheme:
    if not tables:
        return DEFAULT_WINDOWS
    windows = []
    for table in tables:
        kind = table.text("kind", required=True)
        if kind not in set(WindowKind):
            raise SettingsError(
                "settings.value", where="windows.kind", expected=" ".join(WindowKind), got=kind
            )
        days = table.texts("days")
        wrong = [d for d in days if d not in WEEKDAYS]
        if wrong:
            raise SettingsError(
                "settings.value", where="windows.days", expected=" ".join(WEEKDAYS), got=wrong[0]
            )
        windows.append(
            TimeWindow(
                name=table.text("name", required=True),
                kind=WindowKind(kind),
                weekdays=frozenset(WEEKDAYS.index(d) for d in days),
                starts=table.clock("from"),
                ends=table.clock("to"),
            )
        )
        table.refuse_unknown()
    return WindowScheme(tuple(windows))


def _with_calendar(settings: Settings, table: Table) -> Settings:
    bells = table.clocks("latest_bell")
    if bells and len(bells) != 12:
        raise SettingsError(
            "settings.value", where="calendar.latest_bell", expected='12 × "HH:MM"', got=len(bells)
        )
    closed = frozenset(table.days("closed_days"))
    table.refuse_unknown()
    return replace(settings, closed_days=closed, latest_bell=tuple(bells) or LATEST_BELL)


def _with_rules(settings: Settings, top: Table) -> Settings:
    service, contact = top.table("service"), top.table("contact")
    times = ServiceTimes(
        walk_m_s=service.number("walk_m_s", low=0.3, high=2.0) or ServiceTimes().walk_m_s,
        closed_s=service.whole("closed_s", low=10, high=900) or ServiceTimes().closed_s,
        talk_s=service.whole("talk_s", low=30, high=3600) or ServiceTimes().talk_s,
        margin_min=service.whole("margin_min", low=0, high=60, default=5) or 0,
    )
    service.refuse_unknown()
    days = contact.wholes("min_days_after_misses", low=1, high=365)
    result = replace(
        settings,
        service=times,
        min_days_after_misses=tuple(days) or settings.min_days_after_misses,
        max_misses=contact.whole("max_misses", low=1, high=20) or settings.max_misses,
    )
    contact.refuse_unknown()
    return result


def _check_references(settings: Settings) -> None:
    for kind, ids in (
        ("meeting_points", [p.id for p in settings.meeting_points]),
        ("assistants", [a.id for a in settings.assistants]),
    ):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise SettingsError("settings.twice", where=kind, got=twice[0])
    for assistant in settings.assistants:
        settings.meeting_point(assistant.start)
        settings.meeting_point(assistant.end)
    for shift in settings.shifts:
        settings.assistant(shift.assistant)
        if shift.break_at:
            settings.meeting_point(shift.break_at)
