"""Help in the user's language: Typer's own words and ours come from the catalogue."""

import re
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from zds_geo.core.texts import load_catalogue, say

# Typer's own words, in the order in which they are replaced.
_WORDS = (
    ("Usage: ", "cli.word.usage"),
    ("Options:", "cli.word.options"),
    ("Arguments:", "cli.word.arguments"),
    ("Commands:", "cli.word.commands"),
    ("Show this message and exit.", "cli.word.show_help"),
    ("[required]", "cli.word.required"),
    ("; required]", "cli.word.and_required"),
    ("[default: ", "cli.word.default"),
    ("[OPTIONS]", "cli.word.options_mark"),
    (" COMMAND [ARGS]...", "cli.word.command_mark"),
)

# An address may be typed without quotes: its words are joined.
Address = Annotated[list[str], typer.Argument(metavar="ADRES", help="help.door")]

# Typer writes the bounds of a number as 1<=x<=52, x>=1 or x<=52.
_BOUNDS = re.compile(r"(?:(\d+)<=x<=(\d+))|x>=(\d+)|x<=(\d+)")


def _translate(formatter: Any, lang: str) -> None:
    def bounds(found: re.Match[str]) -> str:
        if found[1]:
            return f"{found[1]}-{found[2]}"
        if found[3]:
            return say("cli.word.at_least", lang=lang, n=found[3])
        return say("cli.word.at_most", lang=lang, n=found[4])

    text = _BOUNDS.sub(bounds, "".join(formatter.buffer))
    for word, key in _WORDS:
        text = text.replace(word, say(key, lang=lang))
    formatter.buffer[:] = [text, "\n", say("cli.everywhere", lang=lang), "\n"]


class Command(TyperCommand):
    """A command whose help speaks the user's language."""

    lang = "nl"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, then say Typer's words in the user's language."""
        super().format_help(ctx, formatter)
        _translate(formatter, self.lang)


class Group(TyperGroup):
    """A group of commands whose help speaks the user's language."""

    lang = "nl"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, then say Typer's words in the user's language."""
        super().format_help(ctx, formatter)
        _translate(formatter, self.lang)


def translate(command: Any, lang: str) -> None:
    """Fill in the help texts of a command and everything below it.

    Parameters
    ----------
    command : Command or Group
        Its help and the help of its parameters are catalogue keys.
    lang : str
        ``nl`` or ``en``.
    """
    known = load_catalogue()
    command.lang = lang
    if command.help in known:
        command.help = say(command.help, lang=lang)
        command.short_help = command.help.partition("\n\n")[0]  # whole, not cut off
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text in known:
            parameter.help = say(text, lang=lang)
        _name_value(parameter, lang)
    for child in getattr(command, "commands", {}).values():
        translate(child, lang)


def _name_value(parameter: Any, lang: str) -> None:
    """Name what is to be typed: a word of ours instead of the type in Python."""
    if parameter.param_type_name == "argument":
        parameter.display_type_rich = lambda ctx: None  # noqa: ARG005  (called by that name)
    elif parameter.metavar is None and not parameter.is_flag:
        number = parameter.type_descriptor.is_ranged or parameter.bare_type() in {"int", "float"}
        parameter.metavar = "GETAL" if number else "TEKST"
    key = f"metavar.{parameter.metavar}"
    if key in load_catalogue():
        parameter.metavar = say(key, lang=lang)
