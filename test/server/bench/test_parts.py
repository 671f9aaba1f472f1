"""The parts of the bench besides the desktops in a browser: a quick run of each, and their numbers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.desktop.browser_processes import by_process, used_between
from bench.desktop.command_line import PARTS, arguments
from bench.desktop.parts.many import costs, seconds_of
from bench.desktop.paths import REPOSITORY
from bench.desktop.report.part_tables import part_lines
from bench.desktop.servers.processes import Process

pytestmark = pytest.mark.alone


def run(tmp_path: Path, *words: str) -> tuple[dict[str, Any], str]:
    """Run the bench; return its results and what it prints."""
    output = tmp_path / "bench.json"
    argv = [sys.executable, "-m", "bench.desktop", *words, "--quick", "--json", str(output)]
    done = subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(output.read_text())
    assert result["configurations"] == {}
    return result, done.stdout


@pytest.mark.timeout(180)
def test_the_server_alone_has_frames_clicks_and_an_exact_picture(tmp_path: Path) -> None:
    scenes = [word for scene in ("video", "click", "still") for word in ("--scene", scene)]
    result, printed = run(tmp_path, "stream", "selkies", "--part", "server", "--size", "1280x720", *scenes)
    video, click, still = result["server"]["stream"]["rows"]
    assert video["fps"] > 0 and video["age_ms"]["count"] == video["frames"] and video["video_share"] > 0
    assert {"Xtigervnc", "jupyter_vnc_proxy.stream"} <= set(video["frame_ms_by_process"])
    assert "main" in video["frame_ms_by_thread"]
    assert click["click_ms"]["count"] > 0
    assert still["exact_ms"] > 0 and still["mbit_down"] < 0.1
    assert result["server"]["selkies"]["error"] == "It has no socket of its own that speaks RFB."
    assert "### The server alone" in printed and "| stream 1280x720 video |" in printed


@pytest.mark.timeout(180)
def test_the_browser_alone_paints_a_recording(tmp_path: Path) -> None:
    result, printed = run(tmp_path, "stream", "--part", "browser", "--scene", "video")
    (row,) = result["browser"]["stream"]["rows"]
    assert "error" not in row, row["error"]
    assert row["fps"] > 0 and row["present_ms"]["count"] > 0
    assert {"renderer", "browser", "gpu"} <= set(row["frame_ms_by_process"])
    assert {"script", "decode"} <= set(row["stage_ms"])
    assert "### The browser alone" in printed


@pytest.mark.timeout(180)
def test_a_browser_hears_clicks_beside_the_picture(tmp_path: Path) -> None:
    result, printed = run(tmp_path, "stream", "--part", "sound", "--link", "loopback", "--seconds", "6")
    (row,) = result["sound"]["stream"]["rows"]
    assert "error" not in row, row["error"]
    assert row["clicks"] > 0 and row["apart_ms"]["count"] == row["clicks"]
    assert row["sound_kbit"] > 0 and row["bitrates"] and row["gaps"] >= 0
    assert "### Sound" in printed and "| stream loopback video |" in printed


@pytest.mark.timeout(180)
def test_users_who_start_at_once_and_desktops_at_rest(tmp_path: Path) -> None:
    words = ("stream", "--part", "class", "--part", "idle", "--users", "2", "--seconds", "1")
    result, printed = run(tmp_path, *words)
    (begun,), (rest,) = (result[part]["stream"]["rows"] for part in ("class", "idle"))
    assert begun["faults"] == rest["faults"] == []
    assert begun["running_s"]["count"] == begun["picture_s"]["count"] == begun["users"] == 2
    assert begun["picture_s"]["max"] >= begun["running_s"]["p50"] > 0
    for state in ("alone", "viewed"):
        found = rest[state]["processes"]
        assert (
            found["Xtigervnc"]["count"]
            == found["jupyter_vnc_proxy.stream"]["count"]
            == found["jupyter_server"]["count"]
            == 1
        )
        assert rest[state]["memory_mb"] == pytest.approx(sum(each["mb"] for each in found.values()), abs=1)
    assert "### A class that begins at once" in printed and "### Desktops at rest" in printed


def test_a_whole_run_measures_all_parts_and_a_named_one_only_desktops() -> None:
    assert arguments([]).part == PARTS
    assert arguments([]).output.name == "bench.json"
    for words in (["stream"], ["--quick"], ["--scene", "click"], ["--link", "loopback"], ["--size", "1280x720"]):
        assert arguments(words).part == ("desktops",)
    named = arguments(["--part", "class", "--part", "idle", "--users", "20", "--users", "40"])
    assert (named.part, named.users, named.output.name) == (["class", "idle"], [20, 40], "bench-class-idle.json")


def test_times_of_those_who_never_get_there_do_not_count() -> None:
    assert seconds_of([3.0, None, 1.0]) == {"p50": 1.0, "p95": 3.0, "max": 3.0, "count": 2}
    assert seconds_of([None]) == {"p50": None, "p95": None, "max": None, "count": 0}


def test_costs_are_those_of_one_user() -> None:
    def process(pid: int, cpu: float) -> Process:
        return Process(pid, "x", ("x",), cpu)

    found = costs([process(-1, 1.0), process(-2, 1.0)], [process(-1, 2.0), process(-2, 3.0)], 10.0, 2)
    assert found["cores"] == 0.15
    assert found["processes"]["x"] == {"count": 1, "mb": 0.0, "cores": 0.15}


def test_threads_of_the_browser_are_summed_up_by_process() -> None:
    used = used_between({"renderer main": 1.0}, {"renderer main": 3.0, "renderer IO": 0.5, "gpu main": 1.0})
    assert by_process(used) == {"renderer": 2.5, "gpu": 1.0}


def test_a_failure_is_a_row_of_the_table() -> None:
    row = {"size": "1x1", "scene": "video", "users": 3, "error": "It ended.\nMore."}
    result = {part: {"x": {"worker": "x", "rows": [row]}} for part in PARTS[1:]}
    lines = part_lines(result)
    assert sum("It ended. |" in line for line in lines) == len(PARTS) - 1
    assert len({line.count("|") for line in lines if line.startswith("| x")}) > 1


TRACE = """
import { summarize } from './bench/desktop/browser/trace.mjs';
const named = (name, pid, tid, value) => ({ ph: 'M', name, pid, tid, args: { name: value } });
const event = (name, pid, tid, ts, dur, tdur) => ({ ph: 'X', name, pid, tid, ts, dur, tdur });
console.log(JSON.stringify(summarize([
  named('process_name', 1, 0, 'Renderer'), named('process_name', 2, 0, 'GPU Process'),
  named('thread_name', 1, 1, 'CrRendererMain'), named('thread_name', 1, 2, 'ThreadPoolForegroundWorker/3'),
  event('RunTask', 1, 1, 0, 9000, 8000), event('FunctionCall', 1, 1, 1000, 5000, 5000),
  event('Paint', 1, 1, 2000, 1000, 1000), event('RunTask', 1, 1, 10000, 1000, 1000),
  event('RunTask', 1, 2, 0, 4000, 3000), event('RunTask', 2, 1, 0, 4000, 2000)
])));
"""


def test_an_event_of_a_trace_counts_without_those_inside_it() -> None:
    node = shutil.which("node")
    assert node is not None
    argv = [node, "--input-type=module", "-e", TRACE]
    done = subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=True)
    found = json.loads(done.stdout)
    assert found["stages"] == {"other main": 4, "script": 4, "paint": 1, "decode": 3, "gpu process": 2}
    assert found["events"]["Renderer, CrRendererMain: FunctionCall"] == 4
