"""Kill -9 while the store writes (R30); bench/store_kills.py counts ten thousand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "store_kills.py"


@pytest.mark.req("R30")
@pytest.mark.req("R04")
@pytest.mark.skipif(sys.platform == "win32", reason="no fork here")
def test_no_acknowledged_knock_is_lost_when_its_program_is_killed() -> None:
    # In a process of its own: one that has threads, as a test runner does, cannot fork safely.
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--n", "150"], check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"(\d+) kills .* (\d+) knocks acknowledged, 0 lost, 0 corrupt", done.stdout)
    assert counted is not None, done.stdout
    assert int(counted[1]) == 150
    assert int(counted[2]) > 150
