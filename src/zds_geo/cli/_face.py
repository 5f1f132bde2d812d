"""What every command shares: language, workspace folder, clock, and how it prints."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from zds_geo.app.workspace import Progress, Workspace, no_progress, open_workspace
from zds_geo.core.errors import UsageError
from zds_geo.core.texts import LANGUAGES, say, write_fact
from zds_geo.core.windows import AMSTERDAM

# Options that may stand anywhere on the line; True where a value follows.
GLOBALS = {"--lang": True, "--workspace": True, "--now": True, "--json": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How to speak to this user."""

    lang: str
    as_json: bool
    root: Path
    now: datetime

    def open(self) -> Workspace:
        """Open the workspace of this command."""
        return open_workspace(self.root)

    def say(self, key: str, **facts: object) -> str:
        """Give a text in the user's language."""
        return say(key, lang=self.lang, **facts)

    def fact(self, value: object, spec: str = "") -> str:
        """Write a date, time or number as in the user's language."""
        return write_fact(value, self.lang, spec)

    def print(self, key: str, **facts: object) -> None:
        """Print a text, unless a program is reading."""
        if not self.as_json:
            sys.stdout.write(self.say(key, **facts) + "\n")

    def write(self, text: str) -> None:
        """Print a line as it is, unless a program is reading."""
        if not self.as_json:
            sys.stdout.write(text + "\n")

    def data(self, content: Mapping[str, object]) -> None:
        """Print the answer as JSON when a program is reading."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show a progress bar on the error channel when a person is looking."""
        if self.as_json or not sys.stderr.isatty():
            yield no_progress
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        with Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as bar:
            tasks: dict[str, Any] = {}

            def show(label: str, done: int, total: int | None) -> None:
                if label not in tasks:
                    tasks[label] = bar.add_task(self.say(label), total=total)
                bar.update(tasks[label], completed=done, total=total)

            yield show


def split_globals(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Take the options that may stand anywhere out of a command line.

    Parameters
    ----------
    argv : sequence of str
        Arguments without the program's name.

    Returns
    -------
    found, rest : dict of str to str, list of str
        The global options with their value, and what is left.

    Raises
    ------
    UsageError
        If a value is missing.

    Examples
    --------
    >>> split_globals(["plan", "--lang", "en", "--json"])
    ({'--lang': 'en', '--json': 'yes'}, ['plan'])
    """
    found: dict[str, str] = {}
    rest: list[str] = []
    pieces = iter(argv)
    for piece in pieces:
        name, equals, value = piece.partition("=")
        if name not in GLOBALS:
            rest.append(piece)
        elif not GLOBALS[name]:
            found[name] = "yes"
        elif equals:
            found[name] = value
        else:
            following = next(pieces, None)
            if following is None:
                raise UsageError("cli.error.value", option=name)
            found[name] = following
    return found, rest


def make_face(found: Mapping[str, str]) -> Face:
    """Make the face from the global options.

    Parameters
    ----------
    found : mapping of str to str
        As from ``split_globals``.

    Returns
    -------
    Face
        With today's clock unless ``--now`` was given.

    Raises
    ------
    UsageError
        If a language or time is not understood.
    """
    lang = found.get("--lang", "nl")
    if lang not in LANGUAGES:
        raise UsageError("cli.error.lang", got=lang)
    return Face(
        lang=lang,
        as_json="--json" in found,
        root=Path(found.get("--workspace", ".")),
        now=_read_now(found.get("--now", "")),
    )


def _read_now(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("cli.error.now", got=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)


def read_date(text: str) -> date:
    """Read a date as people type it: ``2026-11-23`` or ``23-11-2026``."""
    for shape in ("%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(text.strip(), shape).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise UsageError("cli.error.date", got=text)


def read_clock(text: str) -> time:
    """Read a wall time such as ``13:00``."""
    try:
        moment = datetime.strptime(text.strip().replace(".", ":"), "%H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError("cli.error.clock", got=text) from None
    return moment.time()
