"""The command ``zds``: parse, call one use case, show. Heavy libraries load in the use cases."""

import sys
from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from zds_geo.cli._face import Face, make_face, split_globals
from zds_geo.cli._help import translate
from zds_geo.core.errors import UsageError, ZdsGeoError
from zds_geo.core.texts import say


def run(argv: Sequence[str]) -> int:
    """Run one command line.

    Parameters
    ----------
    argv : sequence of str
        Arguments without the program's name.

    Returns
    -------
    int
        Exit code: 0, or that of the error family (see ``core/errors.py``).
    """
    lang = "nl"
    try:
        found, rest = split_globals(argv)
        lang = found.get("--lang", "nl")
        face = make_face(found)
        return _invoke(face, rest)
    except ZdsGeoError as error:
        sys.stderr.write(error.sentence(lang if lang in {"nl", "en"} else "nl") + "\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\n" + say("cli.stopped", lang=lang) + "\n")
        return 130


def _invoke(face: Face, rest: list[str]) -> int:
    from typer.exceptions import TyperException

    from zds_geo.cli.commands import app

    command: Any = get_command(app)
    translate(command, face.lang)
    try:
        code = command.main(args=rest, prog_name="zds", standalone_mode=False, obj=face)
    except TyperException as fault:
        raise _as_usage_error(fault) from None
    return code if isinstance(code, int) else 0


def _as_usage_error(fault: Any) -> UsageError:
    kind = type(fault).__name__
    if kind == "NoSuchOption":
        return UsageError("cli.error.no_option", got=fault.option_name)
    if kind == "MissingParameter":
        return UsageError("cli.error.missing", got=_name_of(fault.param))
    if kind == "BadParameter" and fault.param is not None:
        return _as_bad_value(fault.param)
    if kind == "BadOptionUsage":
        return UsageError("cli.error.value", option=fault.option_name)
    if kind == "NoArgsIsHelpError":
        return UsageError("cli.error.no_args", help=fault.message)
    if "No such command" in fault.format_message():
        return UsageError("cli.error.no_command", got=fault.format_message().split("'")[1])
    if "unexpected extra argument" in fault.format_message():
        extra = fault.format_message().partition("(")[2].partition("(")[2].strip("()")
        return UsageError("cli.error.extra", got=extra)
    return UsageError("cli.error.other", fault=fault.format_message())


def _name_of(parameter: Any) -> str:
    """Name a parameter as its help does."""
    if parameter is None:
        return "?"
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name).upper()
    return str(parameter.opts[0])


def _as_bad_value(parameter: Any) -> UsageError:
    low, high = getattr(parameter, "min", None), getattr(parameter, "max", None)
    name = _name_of(parameter)
    if low is not None and high is not None:
        return UsageError("cli.error.between", option=name, low=low, high=high)
    if low is not None:
        return UsageError("cli.error.at_least", option=name, low=low)
    if parameter.bare_type() in {"int", "float"}:
        return UsageError("cli.error.number", option=name)
    return UsageError("cli.error.bad_value", option=name)


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(sys.argv[1:]))
