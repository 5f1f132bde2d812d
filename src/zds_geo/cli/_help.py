"""Help in the user's language: Typer's own words and ours come from the catalogue."""

from typing import Any

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
    ("[default: ", "cli.word.default"),
    ("[OPTIONS]", "cli.word.options_mark"),
    (" COMMAND [ARGS]...", "cli.word.command_mark"),
)


def _translate(formatter: Any, lang: str) -> None:
    text = "".join(formatter.buffer)
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
        command.short_help = command.help  # whole, not cut off
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text in known:
            parameter.help = say(text, lang=lang)
    for child in getattr(command, "commands", {}).values():
        translate(child, lang)
