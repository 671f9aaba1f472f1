"""The programs that compare the parameters of VNC servers run, and return every number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

BENCH = Path(__file__).parents[3] / "bench"


@pytest.mark.parametrize("program", ["x11vnc", "tigervnc"])
def test_a_set_of_parameters_is_measured(program: str, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    argv = [sys.executable, f"{BENCH}/{program}.py", "--set", "ours", "--seconds", "0.5", "--size", "800x600"]
    result = subprocess.run([*argv, "--json", str(file)], capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    (row,) = json.loads(file.read_text())["results"]
    for scene in ("scroll", "video"):
        assert row[scene]["fps"] > 0
        assert row[scene]["mbit_per_s"] > 0
        assert all(age > 0 for age in row[scene]["age_ms"])
    assert all(0 < each < 5000 for name in ("click_ms", "click_video_ms") for each in row[name])
    assert row["idle_cores"] >= 0
    assert "ours" in result.stdout
