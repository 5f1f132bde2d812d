"""``[privacy]`` of ``zds.toml``: dates that the banner asks for, and names for the documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zds_geo.app._toml import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """Dates of the DPIA and of the works council's consent, and names for the documents (P16)."""

    dpia_on: date | None = None
    consent_on: date | None = None
    organisation: str = ""
    contact: str = ""
    officer: str = ""


def read_privacy(table: Table) -> PrivacySettings:
    """Read the table; SettingsError names a key or a date that is not right."""
    privacy = PrivacySettings(
        dpia_on=table.day("dpia_on"),
        consent_on=table.day("consent_on"),
        organisation=table.text("organisation"),
        contact=table.text("contact"),
        officer=table.text("officer"),
    )
    table.refuse_unknown()
    return privacy
