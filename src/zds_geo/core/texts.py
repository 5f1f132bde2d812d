"""The one catalogue of texts that users see: ``core/catalogue/*.toml``.

Each file holds the texts of one room or face. An entry is ``key = {nl = "…", en = "…"}``
with ``{name}`` placeholders. Keys are unique over all files.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("nl", "en")


@cache
def load_catalogue() -> dict[str, dict[str, str]]:
    """Read every file of the catalogue.

    Returns
    -------
    dict of str to dict of str to str
        Key → language → text.

    Raises
    ------
    ValueError
        If a key stands in two files or misses a language.
    """
    texts: dict[str, dict[str, str]] = {}
    folder = files("zds_geo.core").joinpath("catalogue")
    for part in sorted(folder.iterdir(), key=lambda p: p.name):
        if not part.name.endswith(".toml"):
            continue
        for key, entry in tomllib.loads(part.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"catalogue key twice: {key}")
            if set(entry) != set(LANGUAGES):
                raise ValueError(f"catalogue key {key} must have exactly nl and en")
            texts[key] = entry
    return texts


def say(key: str, *, lang: str = "nl", **facts: object) -> str:
    """Give the text of ``key`` in one language, with its facts filled in.

    Parameters
    ----------
    key : str
        Key in the catalogue.
    lang : str
        ``nl`` (default) or ``en``.
    **facts
        Values for the ``{placeholders}``.

    Returns
    -------
    str
        The text.

    Raises
    ------
    KeyError
        If the key or a fact is missing: a programming error, not a user's.

    Examples
    --------
    >>> say("outcome.talked")
    'Gesproken'
    >>> say("outcome.talked", lang="en")
    'Talked'
    """
    return load_catalogue()[key][lang].format(**facts)
