"""``zds documents``: the Dutch documents of P16, from the data catalogue and the settings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import OutputError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import DataCatalogue
    from zds_geo.store.data_catalogue import Item, Retention

FOLDER: Final = "documenten"
_MARK: Final = "<!-- zds "  # with a hash of the text above it: tells whether people wrote in it
_UNITS: Final = {"days": ("dag", "dagen"), "months": ("maand", "maanden")}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDocument:
    """A document: its files, what is left to fill in, and whether people's own text was kept."""

    name: str
    text_path: Path
    pdf_path: Path
    n_open: int
    yours: bool
    old_path: Path | None = None


def write_documents(
    workspace: Workspace, *, folder: Path | None = None, again: bool = False, now: datetime
) -> list[WrittenDocument]:
    """Write the documents as text and as PDF; what people wrote in a text stays.

    Parameters
    ----------
    workspace : Workspace
        Its settings fill in names, dates and area.
    folder : Path, optional
        ``documenten`` in the workspace by default; made when it is not there.
    again : bool
        Start anew, also where people wrote: their text is kept as ``….oud.md``.
    now : datetime
        Aware.

    Returns
    -------
    list of WrittenDocument
        By the order in which one needs them.

    Raises
    ------
    OutputError
        If a file cannot be read or written.
    """
    from zds_geo.outputs.document import NAMES, OPEN, fill_document, write_document_pdf
    from zds_geo.store import Action, read_data_catalogue

    target = folder or workspace.root / FOLDER
    on = now.astimezone(AMSTERDAM).date()
    facts = gather_facts(workspace, read_data_catalogue(), on=on)
    written = []
    for name in NAMES:
        path = target / f"{name}.md"
        fresh = fill_document(name, facts)
        try:
            target.mkdir(parents=True, exist_ok=True)
            text, yours, old = _choose(path, fresh, again=again)
            if not yours:
                path.write_text(_marked(fresh), encoding="utf-8", newline="\n")
        except OSError as fault:
            raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
        pdf = path.with_suffix(".pdf")
        write_document_pdf(text, pdf, on=on)
        written.append(
            WrittenDocument(
                name=name,
                text_path=path,
                pdf_path=pdf,
                n_open=len(OPEN.findall(text)),
                yours=yours,
                old_path=old,
            )
        )
    with open_store(workspace, now=now) as store:
        store.note(Action.DOCUMENTS_WRITTEN, len(written), now=now)
    return written


def _marked(text: str) -> str:
    return f"{text}\n{_MARK}{hashlib.sha256(text.encode()).hexdigest()[:16]} -->\n"


def _choose(path: Path, fresh: str, *, again: bool) -> tuple[str, bool, Path | None]:
    """Choose between the fresh text and what people made of it; keep theirs where it must go."""
    if not path.exists():
        return fresh, False, None
    try:
        there = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise OutputError("documents.not_text", path=path) from None
    text = there.partition(f"\n{_MARK}")[0]
    if _marked(text).strip() == there.strip():
        return fresh, False, None
    if not again:
        return text, True, None
    old = path.with_suffix(".oud.md")
    old.write_text(there, encoding="utf-8", newline="\n")
    return fresh, False, old


def gather_facts(workspace: Workspace, catalogue: DataCatalogue, *, on: date) -> dict[str, str]:
    """Gather what the documents can be filled in with.

    Parameters
    ----------
    workspace : Workspace
        For names, dates and the area.
    catalogue : DataCatalogue
        For the tables and terms.
    on : date
        Date of the documents.

    Returns
    -------
    dict of str to str
        Field → text with its marks; what is not known is ``[VUL IN: …]``.
    """
    from zds_geo.outputs.document import escape

    settings = workspace.settings
    privacy = settings.privacy
    facts = {
        "organisatie": escape(privacy.organisation) or "[VUL IN: naam van de organisatie]",
        "contact": escape(privacy.contact) or "[VUL IN: telefoon en mailadres]",
        "functionaris": escape(privacy.officer) or "[VUL IN: naam en telefoon]",
        "gebied": escape(settings.area.name),
        "datum": day_text(on),
        "dpia_datum": day_text(privacy.dpia_on) or "[VUL IN: datum]",
        "instemming_datum": day_text(privacy.consent_on) or "[VUL IN: datum]",
        "assistenten": str(len(settings.assistants)) if settings.assistants else "[VUL IN]",
        "opslag": (
            "in een PostgreSQL-database op [VUL IN: welke server, en waar die staat]"
            if "://" in settings.history
            else f"in het bestand {escape(settings.history)} in de werkmap op één computer"
        ),
        **_tables(catalogue),
    }
    for name, rule in catalogue.retention.items():
        if rule.default is not None:
            facts[f"dagen:{name}"] = str(rule.default_days)
            facts[f"plafond:{name}"] = _span(rule, ceiling=True)
            facts[f"termijn:{name}"] = f"{_span(rule)}, hoogstens {_span(rule, ceiling=True)}"
    return facts


def day_text(day: date | None) -> str:
    """Write a date as people do; empty without one.

    Parameters
    ----------
    day : date or None
        The date.

    Returns
    -------
    str
        Such as ``23-11-2026``.

    Examples
    --------
    >>> day_text(date(2026, 11, 23))
    '23-11-2026'
    """
    return "" if day is None else f"{day:%d-%m-%Y}"


def _span(rule: Retention, *, ceiling: bool = False) -> str:
    count = rule.ceiling if ceiling else rule.default
    one, more = _UNITS[rule.unit]
    return f"{count} {one if count == 1 else more}"


def _term(rule: Retention) -> str:
    if rule.default is None:
        return rule.until
    if rule.default == rule.ceiling:
        return _span(rule)
    return f"{_span(rule)} (plafond {rule.ceiling})"


def _tables(catalogue: DataCatalogue) -> dict[str, str]:
    from zds_geo.outputs.document import table

    terms = [["Wat", "Standaard", "Nooit langer dan"]]
    for rule in catalogue.retention.values():
        if rule.default is None:
            terms.append([rule.what, rule.until, ""])
        else:
            terms.append([rule.what, _span(rule), _span(rule, ceiling=True)])
    classes = [["Klasse", "Wat"], *([c, w] for c, w in catalogue.classes.items())]
    layers = [["Laag", "Wat", "Gegevens"]]
    first: dict[tuple[str, ...], str] = {}
    for item in catalogue.layers.values():
        like = first.setdefault(tuple(item.columns), item.name)
        names = ", ".join(item.columns) if like == item.name else f"zelfde als {like}"
        layers.append([item.name, item.what, names])
    files = [["Bestand", "Wat", "Klasse", "Hoe lang"]]
    for item in catalogue.files.values():
        name = item.name.removeprefix("* ").replace("/**", "/…")
        files.append([name, item.what, item.data_class, _term(item.retention)])
    per_table = [["Tabel", "Wat", "Hoe lang"]]
    for item in catalogue.tables.values():
        per_table.append([item.name, item.what, _term(item.retention)])
        for column in item.columns.values():
            if column.retention is not item.retention:
                name = f"{item.name}, {column.name}"
                per_table.append([name, column.what, _term(column.retention)])
    return {
        "tabel:bewaartermijnen": table(terms),
        "tabel:klassen": table(classes),
        "tabel:lagen": table(layers),
        "tabel:bestanden": table(files),
        "tabel:termijn_per_tabel": table(per_table),
        "tabel:doelen": table(_purposes(catalogue.tables)),
        "tabel:tabellen": "\n\n".join(_one_table(t) for t in catalogue.tables.values()),
    }


def _purposes(items: Mapping[str, Item]) -> list[list[str]]:
    found: dict[str, list[Item]] = {}
    for item in items.values():
        if item.about != "niemand":
            found.setdefault(item.purpose, []).append(item)
    rows = [["Doel", "Over wie", "Welke gegevens", "Hoe lang"]]
    for purpose, group in found.items():
        for about in _unique(i.about for i in group):
            own = [i for i in group if i.about == about]
            rows.append(
                [
                    purpose,
                    about,
                    "; ".join(i.what[0].lower() + i.what[1:] for i in own),
                    "; ".join(_unique(_term(i.retention) for i in own)),
                ]
            )
    return rows


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _one_table(item: Item) -> str:
    from zds_geo.outputs.document import table

    rows = [["Gegeven", "Wat", "Klasse", "Hoe lang"]]
    for column in item.columns.values():
        rows.append([column.name, column.what, column.data_class, _term(column.retention)])
    head = f"### {item.name}\n\n{item.what}. Doel: {item.purpose.lower()}. Over: {item.about}."
    return f"{head}\n\n{table(rows)}"
