"""Each notebook runs offline, is kept without outputs, and shows what a user opens it for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(p.stem for p in FOLDER.glob("*.ipynb"))
# Runs in a process of its own: Jupyter's warnings are its own affair. The hook refuses every
# connection that is not to this machine (the kernel itself is reached through another library).
RUNNER = """
import sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
guard = nbformat.v4.new_code_cell('''
import sys
def _only_here(event, facts):
    if event == "socket.connect" and isinstance(facts[1], tuple):
        if facts[1][0] not in ("127.0.0.1", "::1"):
            raise OSError("a notebook asked the network: " + repr(facts[1]))
    if event == "socket.getaddrinfo" and facts[0] not in (None, "127.0.0.1", "localhost", "::1"):
        raise OSError("a notebook asked for a name: " + repr(facts[0]))
sys.addaudithook(_only_here)
''')
notebook.cells.insert(0, guard)
client = NotebookClient(
    notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": sys.argv[3]}}
)
client.execute()
notebook.cells.pop(0)
nbformat.write(notebook, sys.argv[2])
"""


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def executed(name: str, folder: Path) -> dict[str, Any]:
    """Run a notebook with homes and settings of its own, away from the user's."""
    private = {"HOME": "home", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config",
               "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run"}  # fmt: skip
    env = os.environ | {key: str(folder / value) for key, value in private.items()}
    env |= {"JUPYTER_PLATFORM_DIRS": "1", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    for value in private.values():
        (folder / value).mkdir()
    (folder / "work").mkdir()
    target = folder / "out.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, str(FOLDER / f"{name}.ipynb"), str(target),
         str(folder / "work")],
        env=env, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return read(target)


def shown(notebook: dict[str, Any]) -> str:
    """All that the cells print and show, as text; pages as HTML."""
    parts: list[str] = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr", output
            data = output.get("data", {})
            parts += ["".join(data.get("text/html", "")), "".join(data.get("text/plain", ""))]
            parts.append("".join(output.get("text", "")))
    return "\n".join(parts)


def numbers_beside(text: str, label: str) -> list[float]:
    """Read the numbers of a row of a table as text; a head of the same name has none."""
    lines = [line for line in text.splitlines() if line.strip().startswith(label)]
    numbers = [re.findall(r"(?<![\w-])-?\d+(?:\.\d+)?(?!\w)", line) for line in lines]
    return [float(n) for n in next(found for found in numbers if found)]


def test_the_four_notebooks_are_there_and_named_in_the_readme() -> None:
    assert len(NAMES) == 4
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert all(f"{name}.ipynb" in readme for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_outputs_and_without_a_trace_of_who_ran_it(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    notebook = read(path)
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert cell["metadata"] == {}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "/home/" not in path.read_text("utf-8")
    text = "".join(notebook["cells"][0]["source"])
    assert text.startswith("# ")
    assert "verzonnen" in "".join("".join(c["source"]) for c in notebook["cells"]).casefold()


def test_doors_come_out_of_the_addresses_and_no_row_is_lost(tmp_path: Path) -> None:
    text = shown(executed("01-van-bag-naar-deuren", tmp_path))
    (doors,) = numbers_beside(text, "deuren ")
    (rows,) = numbers_beside(text, "regels in het bestand")
    assert doors == 1179
    assert rows > doors
    assert "'s-Gravenpad" in text
    assert "<iframe sandbox=" in text


def test_tomorrow_is_planned_explained_and_entered(tmp_path: Path) -> None:
    text = shown(executed("02-morgen-plannen", tmp_path))
    codes = re.findall(r"^([A-Z]+-\d+) +a0\d", text, flags=re.M)
    assert len(codes) == 3
    assert all(f"{code}.pdf" in text for code in codes)
    assert "nieuw in deze ronde" in text
    assert "Notenhof 2" in text
    assert "{'bewaard': 5, 'dubbel': 0}" in text
    assert "chance" not in text
    assert "<iframe sandbox=" in text


def test_figures_map_and_board_page_tell_the_same(tmp_path: Path) -> None:
    text = shown(executed("03-waar-staan-we", tmp_path))
    row = re.search(r"<th>samen</th>(.*?)</tr>", text, flags=re.S)
    assert row
    total = [int(n) for n in re.findall(r"<td>(\d+)</td>", row[1])]
    assert total == [1179, 1034, 577, 442, 577, 600]
    assert "1.034" in text
    assert "Houden we de belofte?" in text
    assert text.count("<iframe sandbox=") == 2


def test_an_evening_more_in_the_north_reaches_more_there_only(tmp_path: Path) -> None:
    text = shown(executed("04-een-ander-rooster", tmp_path))
    tail = text[text.index("meer bereikt") :]
    assert numbers_beside(tail, "Voorbeeld-Noord")[0] >= 30
    assert abs(numbers_beside(tail, "Voorbeeld-Zuid")[0]) <= 10
    present, other = numbers_beside(tail, "avond")
    assert present != other
