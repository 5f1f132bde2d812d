"""The whole loop with the history on a PostgreSQL server, set beside the same loop on SQLite."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.test_loop import zds
from zds_geo.app.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from tests.postgres import Server

WORDS = ("knocks", "enter", "{code}", "1-3 nt, 4 g, 5 kt avond, 6 nm, rest niet gedaan")


def answer(workspace: Workspace, *words: str) -> Any:
    code, out, err = zds(workspace, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def on_server(workspace: Workspace, root: Path, server: Server) -> Workspace:
    """Copy a workspace and move its history to a server: export there, import here."""
    shutil.copytree(workspace.root, root)
    csv = root.parent / "knocks.csv"
    assert zds(workspace, "knocks", "export", str(csv))[0] == 0
    (root / "knocks.sqlite").unlink()
    settings = root / "zds.toml"
    text = settings.read_text("utf-8")
    moved = text.replace('location = "knocks.sqlite"', f'location = "{server.make_database()}"')
    assert moved != text
    settings.write_text(moved, encoding="utf-8")
    found = open_workspace(root)
    assert answer(found, "knocks", "import", str(csv))["stored"] > 1000
    assert zds(found, "do-not-knock", "none")[0] == 0
    return found


@pytest.mark.req("R03")
@pytest.mark.req("R02")
def test_the_whole_loop_is_the_same_on_a_server(
    own_example: Workspace, tmp_path: Path, server: Server
) -> None:
    other = on_server(own_example, tmp_path / "server", server)
    seen: list[list[Any]] = [[], []]
    for workspace, told in zip((own_example, other), seen, strict=True):
        folder = Path(answer(workspace, "plan")["folder"])
        plan = json.loads((folder / "plan.json").read_text("utf-8"))
        told.append({k: v for k, v in plan.items() if k != "inputs"})
        code = plan["rounds"][0]["round_id"]
        words = [w.format(code=code) for w in WORDS]
        entered = answer(workspace, *words, "--date", "2026-11-22")
        batch = entered.pop("batch")  # one import there, one batch a week here
        told.append(entered)
        told.append(answer(workspace, "coverage"))
        told.append(answer(workspace, "knocks", "undo", batch)["undone"])
        told.append(answer(workspace, "coverage"))
        assert zds(workspace, "shift", "cancel", "a01", "--date", "2026-11-24")[0] == 0
        told.append(answer(workspace, "plan", "--date", "2026-11-24")["rounds"])
        assert zds(workspace, "knocks", "export", str(tmp_path / "k.csv"))[0] == 0
        told.append((tmp_path / "k.csv").read_bytes())
        _, out, err = zds(workspace, "doctor")
        assert "De geschiedenis is in orde" in out, out + err
        assert "Het logboek is heel" in out
    for one, two in zip(*seen, strict=True):
        assert one == two
    assert not (other.root / "knocks.sqlite").exists()
