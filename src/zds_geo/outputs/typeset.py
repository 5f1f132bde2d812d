"""One way to make a PDF: a template, data as JSON, our own font, PDF/UA, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from zds_geo.core.errors import OutputError


def typeset(
    template: str,
    path: Path,
    *,
    data: Mapping[str, Any],
    day: date,
    drawings: Mapping[str, str] | None = None,
    failed: str = "sheet.failed",
) -> None:
    """Write a PDF that everybody can read, also with a screen reader.

    Parameters
    ----------
    template : str
        Name of a Typst file of this room.
    path : Path
        PDF to write.
    data : mapping
        What the template shows; reaches it as JSON.
    day : date
        Of the document: the same input gives the same bytes on any day.
    drawings : mapping of str to str, optional
        Further inputs by name, such as SVG.
    failed : str
        Key of the sentence that says that it cannot be made.

    Raises
    ------
    OutputError
        If the PDF cannot be made or written.
    """
    pdf = make_pdf(template, path, data=data, day=day, drawings=drawings, failed=failed)
    try:
        path.write_bytes(pdf)
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None


def make_pdf(
    template: str,
    path: Path,
    *,
    data: Mapping[str, Any],
    day: date,
    drawings: Mapping[str, str] | None = None,
    failed: str = "sheet.failed",
) -> bytes:
    """Make the PDF of ``typeset`` in memory.

    Parameters
    ----------
    template : str
        As for ``typeset``, and so the others.
    path : Path
        Only names it where it fails.
    data : mapping
        What the template shows.
    day : date
        Of the document.
    drawings : mapping of str to str, optional
        Further inputs.
    failed : str
        Key of the sentence that says that it cannot be made.

    Returns
    -------
    bytes
        PDF/UA.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    import typst

    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
    text = files("zds_geo.outputs").joinpath(template).read_bytes()
    with as_file(files("font_source_sans_pro").joinpath("files")) as fonts:
        try:
            pdf: bytes = typst.compile(  # type: ignore[misc]  # its stub leaves the result open
                text,
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data), **(drawings or {})},
                pdf_standards=["ua-1"],
                timestamp=int(stamp.timestamp()),
            )
        except typst.TypstError as fault:
            raise OutputError(failed, path=path, fault=fault) from None
    return pdf
