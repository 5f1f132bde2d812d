"""A user's list against the doors: matched only when nothing speaks against it."""

from __future__ import annotations

import pandas as pd
import pytest

from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import FrameError
from zds_geo.core.frames import MATCHES, OWN_LIST, require
from zds_geo.places import match_list
from zds_geo.store import read_layer

TEXTS = ("straat", "huisletter", "toevoeging", "postcode", "woonplaats")
# Invented doors.
DOORS = pd.DataFrame(
    [
        ("d1", "Merelstraat", 12, "", "", "7331ZZ", "Apeldoorn"),
        ("d2", "Merelstraat", 12, "A", "", "7331ZZ", "Apeldoorn"),
        ("d3", "Merelstraat", 14, "", "1", "7331ZZ", "Apeldoorn"),
        ("d4", "Merelstraat", 14, "", "2", "7331ZZ", "Apeldoorn"),
        ("d5", "Burgemeester de Vriesstraat", 12, "", "", "7331YY", "Apeldoorn"),
        ("d6", "Merelstraat", 12, "", "", "8261ZZ", "Kampen"),
    ],
    columns=[
        "door_id",
        "straat",
        "huisnummer",
        "huisletter",
        "toevoeging",
        "postcode",
        "woonplaats",
    ],
).set_index("door_id")


def match(number: int, **texts: str) -> dict[str, str]:
    row = {name: texts.get(name, "") for name in TEXTS} | {"huisnummer": number, "label": "x"}
    rows = pd.DataFrame([row], index=pd.Index(["regel 2"], name="row"))
    found = match_list(rows, DOORS)
    require(found, MATCHES)
    return {str(k): str(v) for k, v in found.iloc[0].items()}


@pytest.mark.parametrize(
    ("number", "texts", "door"),
    [
        (12, {"postcode": "7331ZZ"}, "d1"),
        (12, {"postcode": "7331ZZ", "huisletter": "A"}, "d2"),
        (12, {"postcode": "7331ZZ", "toevoeging": "a"}, "d2"),
        (14, {"straat": "merelstr.", "toevoeging": "2"}, "d4"),
        (12, {"straat": "Burg. de Vriesstr"}, "d5"),
        (12, {"straat": "Merelstraat", "woonplaats": "KAMPEN"}, "d6"),
        (12, {"straat": "Merelstraat", "postcode": "8261ZZ"}, "d6"),
    ],
)
def test_one_door_that_fits_is_matched(number: int, texts: dict[str, str], door: str) -> None:
    found = match(number, **texts)
    assert (found["result"], found["door_id"]) == ("matched", door)
    assert (found["reason"], found["candidates"]) == ("", "")


@pytest.mark.parametrize(
    ("number", "texts", "reason", "candidates"),
    [
        (14, {"postcode": "7331ZZ"}, "match.other_addition", "d3 d4"),
        (12, {"postcode": "7331ZZ", "huisletter": "B"}, "match.other_addition", "d1 d2"),
        (12, {"straat": "Merelstraat"}, "match.several", "d1 d6"),
        (12, {"straat": "Merelstraat", "postcode": "7331YY"}, "match.street_and_postcode",
         "d1 d5 d6"),
        (12, {"postcode": "7331YY", "woonplaats": "Kampen"}, "match.other_town", "d5"),
    ],
)  # fmt: skip
def test_a_doubt_is_never_settled_silently(
    number: int, texts: dict[str, str], reason: str, candidates: str
) -> None:
    found = match(number, **texts)
    assert (found["result"], found["reason"]) == ("doubtful", reason)
    assert (found["door_id"], found["candidates"]) == ("", candidates)


@pytest.mark.parametrize(
    ("number", "texts", "reason"),
    [
        (0, {"postcode": "7331ZZ"}, "match.no_number"),
        (99, {"postcode": "7331ZZ"}, "match.no_such_number"),
        (99, {"straat": "Merelstraat"}, "match.no_such_number"),
        (12, {"straat": "Elders"}, "match.no_such_street"),
        (12, {}, "match.no_such_street"),
    ],
)
def test_what_is_not_there_is_unknown_with_its_reason(
    number: int, texts: dict[str, str], reason: str
) -> None:
    found = match(number, **texts)
    assert (found["result"], found["reason"], found["door_id"]) == ("unknown", reason, "")


def test_a_frame_that_is_no_list_is_refused() -> None:
    with pytest.raises(FrameError, match="own_list"):
        match_list(DOORS, DOORS)


def test_every_door_of_the_example_finds_itself(example: Workspace) -> None:
    doors = read_layer(example.require_places(), "doors")
    rows = pd.DataFrame(doors[[*TEXTS, "huisnummer"]]).assign(label="x")
    rows.index = pd.Index([f"regel {i}" for i in range(len(rows))], name="row")
    require(rows, OWN_LIST)
    found = match_list(rows, doors)
    matched = (found["result"] == "matched").to_numpy()
    assert matched.all()
    assert (found["door_id"].to_numpy() == doors.index.to_numpy()).all()
