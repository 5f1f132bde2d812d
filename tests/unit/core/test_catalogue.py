"""Everything users read comes from the one catalogue, in both languages, and all of it is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from zds_geo.cli import run
from zds_geo.cli.commands import app
from zds_geo.core.texts import load_catalogue

SOURCE = Path(__file__).resolve().parents[3] / "src" / "zds_geo"
# Words that no English text and no identifier has, and that hardly a Dutch sentence goes without.
DUTCH = frozenset(
    {"aan", "alle", "alleen", "als", "bij", "dan", "dat", "de", "deze", "dit", "een",
     "geen", "geef", "het", "hoe", "iets", "kan", "kies", "maar", "mag", "met", "naar",
     "niet", "niets", "nog", "om", "ook", "staat", "staan", "te", "tot", "uit", "uw", "van",
     "voor", "waar", "wat", "wel", "werd", "wie", "wij", "wordt", "zijn", "zonder", "zoals"}
)  # fmt: skip
ENGLISH = frozenset(
    {"and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "it", "not",
     "nothing", "such", "than", "that", "the", "there", "they", "this", "to", "which",
     "with", "without", "you", "your"}
)  # fmt: skip
# Dutch that is no text for users: what publishers, people and files write, and we read.
READ_NOT_SAID = {
    "sources": "names and values of Dutch registers and of files that people keep",
    "places/doors.py": "a status of the BAG",
    "app/fetch_places.py": "the credit lines that publishers ask for",
    "contact/people.py": "names of simulated worlds, typed as such",
    "app/write_documents.py": "documents under Dutch law, which are in Dutch",
    "cli/_ask.py": "what people could have typed from a sheet",
    "outputs/entry_form.py": "the words that the form takes back",
    "store/backup_key.py": "the head of a file that lies in a Dutch workspace",
    "app/_sheet": "what people type from a sheet",
    "app/sheet_": "what people type from a sheet",
    "app/_history_words.py": "what people write in lists of their own",
}
# One word each: names in files and on the command line, the same in every language (DESIGN 2, 4).
NAMES_IN_FILES = ("app/record_knocks.py", "app/_roster_text.py")
# The words of core are there for every face; not each is shown by one already.
NOUNS = ("outcome.", "kind.")


@cache
def trees() -> dict[str, ast.Module]:
    return {
        p.relative_to(SOURCE).as_posix(): ast.parse(p.read_text("utf-8"))
        for p in sorted(SOURCE.rglob("*.py"))
    }


def docstrings(tree: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    skip = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip:
            yield node.lineno, node.value


def patterns(tree: ast.Module) -> Iterator[str]:
    """Give what an f-string such as ``f"window.{name}"`` can become."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-zA-Z0-9_.\\[\\]]+"
                for p in node.values
            ]
            if re.match(r"[a-z_]+\\\.", parts[0]):
                yield "".join(parts)


def words_of(text: str) -> set[str]:
    plain = re.sub(r"<[^>]*>|\{[^}]*\}|'[^']*'|\"[^\"]*\"", " ", text)
    return set(re.findall(r"(?<![\w.-])[a-zà-ÿ]+(?![\w-])", plain.casefold()))


def test_every_key_that_code_names_is_in_the_catalogue() -> None:
    known = load_catalogue()
    families = {k.partition(".")[0] for k in known}
    files = (".js", ".json", ".gpkg", ".sqlite", ".csv", ".toml", ".html", ".pdf", ".typ", ".db")
    lost = [
        (name, line, text)
        for name, tree in trees().items()
        for line, text in literals(tree)
        if re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", text)
        and text.partition(".")[0]
        in families - {"sources", "places", "planner", "contact", "store"}
        and not text.endswith((*files, "_"))  # the beginning of a key that is made
        and text not in known
        and not any(k.startswith(f"{text}.") for k in known)
    ]
    assert [
        x for x in lost if not x[2].startswith(("shifts.", "windows.", "calendar.latest"))
    ] == []


def test_every_text_of_the_catalogue_is_used() -> None:
    named = {text for tree in trees().values() for _, text in literals(tree)}
    made = [re.compile(p) for tree in trees().values() for p in set(patterns(tree))]
    unused = [
        key
        for key in load_catalogue()
        if key not in named
        and not key.startswith(NOUNS)
        and not any(p.fullmatch(key) for p in made)
    ]
    assert unused == []


def test_no_key_stands_twice_and_none_is_empty() -> None:
    for key, entry in load_catalogue().items():
        assert set(entry) == {"nl", "en"}, key
        assert all(text.strip() for text in entry.values()), key


@pytest.mark.parametrize(
    ("lang", "other"), [("nl", ENGLISH - {"at"}), ("en", DUTCH - {"van", "tot"})]
)
def test_a_text_speaks_one_language(lang: str, other: frozenset[str]) -> None:
    strange = {
        key: found
        for key, entry in load_catalogue().items()
        if len(found := words_of(re.sub(r"\([^)]*\)|\b[A-Z][a-z]+\b", " ", entry[lang])) & other)
        > 1
    }
    assert strange == {}


def test_no_dutch_text_stands_in_code() -> None:
    found = [
        (name, line, text[:60])
        for name, tree in trees().items()
        if not name.startswith(tuple(READ_NOT_SAID))
        for line, text in literals(tree)
        if len(words_of(text)) > 1 and words_of(text) & DUTCH and name not in NAMES_IN_FILES
    ]
    # The settings file and its parts are Dutch documents, not messages.
    assert [f for f in found if f[0] not in {"app/make_workspace.py", "app/make_example.py"}] == []


def written_by(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give literal parts of what is printed without the catalogue."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        target = ast.unparse(node.func)
        if not re.fullmatch(
            r"(face|self)\.write|sys\.std(out|err)\.write|typer\.echo|print", target
        ):
            continue
        inner = {
            id(part)
            for call in ast.walk(node)
            if isinstance(call, ast.Call | ast.Subscript) and call is not node
            for part in ast.walk(call)
        }
        for part in ast.walk(node):
            if (
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and id(part) not in inner
            ):
                yield part.lineno, part.value


def test_what_is_printed_as_it_is_holds_no_words() -> None:
    found = [
        (name, line, text)
        for name, tree in trees().items()
        if name.startswith("cli/")
        for line, text in written_by(tree)
        if re.search(r"[A-Za-zÀ-ÿ]{2,}", text)
    ]
    assert found == []


def test_these_tests_see_what_they_look_for() -> None:
    code = """
face.write("Er is niets gevonden")
face.write(f"{n:>6} deuren {face.say('een.sleutel')}")
x = "dit is geen sleutel"
"""
    tree = ast.parse(code)
    printed = [text.strip() for _, text in written_by(tree)]
    assert {"Er is niets gevonden", "deuren"} <= set(printed)
    assert "een.sleutel" not in printed
    said = sorted(t for _, t in literals(tree) if len(words_of(t)) > 2 and words_of(t) & DUTCH)
    assert said == ["Er is niets gevonden", "dit is geen sleutel"]


def test_pages_hold_no_words_of_their_own() -> None:
    """Between the tags of what code writes as HTML or SVG stand no words."""
    found = [
        (name, line, between)
        for name, tree in trees().items()
        if name.startswith("outputs/")
        for line, text in literals(tree)
        if "<" in text and ">" in text and not re.search(r"<style|<!DOCTYPE", text)
        for between in re.findall(r">([^<>{}]*)<", text)
        if re.search(r"[A-Za-zÀ-ÿ]{3,}", between)
    ]
    assert found == []


def test_the_templates_of_sheets_hold_no_words_of_their_own() -> None:
    for path in SOURCE.rglob("*.typ"):
        code = re.sub(r"//.*", "", path.read_text("utf-8"))
        for text in re.findall(r'"([^"\n]*)"', code) + re.findall(r"\[([^\[\]#\n]*)\]", code):
            assert not (words_of(text) & DUTCH), (path.name, text)
            assert not (len(words_of(text)) > 2 and words_of(text) & ENGLISH), (path.name, text)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


def test_every_help_text_is_a_key_of_the_catalogue() -> None:
    known = load_catalogue()
    for path, command in commands(get_command(app)):
        assert command.help in known, path
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help in known, (path, parameter.name)
            if parameter.metavar:
                assert f"metavar.{parameter.metavar}" in known, (path, parameter.metavar)


@pytest.mark.parametrize(("lang", "other"), [("en", DUTCH), ("nl", ENGLISH - {"at", "has"})])
def test_the_help_of_every_command_speaks_the_language_asked(
    capsys: pytest.CaptureFixture[str], lang: str, other: frozenset[str]
) -> None:
    for path, _ in commands(get_command(app)):
        assert run([*path, "--help", "--lang", lang]) == 0
        shown = capsys.readouterr().out
        assert not re.search(r"\b(help|metavar)\.[a-zA-Z]|<(str|int|float|path|list)|<=x", shown), (
            path
        )
        for line in shown.splitlines()[1:]:
            text = re.sub(r"--[a-z-]+|'[^']*'|\"[^\"]*\"|^  \S+", " ", line)
            strange = set(re.findall(r"[a-zà-ÿ]+", text.casefold())) & other
            assert len(strange) < 2, (path, line)
