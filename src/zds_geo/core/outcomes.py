"""The closed list of outcomes of a knock (P01): values never change once used."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What happened at a door. The value is what files and the store hold."""

    TALKED = "talked"
    NO_TALK = "no_talk"
    COME_BACK = "come_back"
    DO_NOT_KNOCK = "do_not_knock"
    NOT_HOME = "not_home"
    NO_ACCESS = "no_access"
    VACANT = "vacant"
    NOT_A_HOME = "not_a_home"


class Source(StrEnum):
    """Where a knock was recorded."""

    PAPER = "paper"
    PHONE = "phone"
    IMPORT = "import"
    ELSEWHERE = "elsewhere"
    REQUEST = "request"


CONTACTS: Final = frozenset(
    {Outcome.TALKED, Outcome.NO_TALK, Outcome.COME_BACK, Outcome.DO_NOT_KNOCK}
)
ATTEMPTS: Final = CONTACTS | {Outcome.NOT_HOME}
# Letter, entered short by hand on paper, Dutch button text in the catalogue.
SHORT_CODES: Final = {
    "g": Outcome.TALKED,
    "gg": Outcome.NO_TALK,
    "nt": Outcome.NOT_HOME,
    "kt": Outcome.COME_BACK,
    "nm": Outcome.DO_NOT_KNOCK,
    "dicht": Outcome.NO_ACCESS,
    "leeg": Outcome.VACANT,
    "gw": Outcome.NOT_A_HOME,
}


def short_code(outcome: Outcome) -> str:
    """Give what one types for an outcome.

    Parameters
    ----------
    outcome : Outcome
        What happened.

    Returns
    -------
    str
        Its code, the same in every language.

    Examples
    --------
    >>> short_code(Outcome.NOT_HOME)
    'nt'
    """
    return next(code for code, meant in SHORT_CODES.items() if meant is outcome)


def is_attempt(outcome: Outcome, source: Source) -> bool:
    """Tell whether a knock counts as an attempt (DESIGN §4).

    Parameters
    ----------
    outcome : Outcome
        What happened.
    source : Source
        Where it was recorded; a contact elsewhere and a request are no attempt.

    Returns
    -------
    bool
        True for a bell that was rung and could be heard.

    Examples
    --------
    >>> is_attempt(Outcome.NOT_HOME, Source.PAPER)
    True
    >>> is_attempt(Outcome.TALKED, Source.ELSEWHERE)
    False
    """
    return outcome in ATTEMPTS and source not in {Source.ELSEWHERE, Source.REQUEST}


def is_contact(outcome: Outcome, source: Source) -> bool:
    """Tell whether someone answered us (DESIGN §4).

    Parameters
    ----------
    outcome : Outcome
        What happened.
    source : Source
        Where it was recorded; a request by letter is no contact.

    Returns
    -------
    bool
        True where someone answered.

    Examples
    --------
    >>> is_contact(Outcome.DO_NOT_KNOCK, Source.REQUEST)
    False
    """
    return outcome in CONTACTS and source is not Source.REQUEST
