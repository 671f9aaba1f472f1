"""Measures the browser alone: the panel in a headless Chromium shows a recorded stream, with nothing else at work."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..browser_processes import by_process, thread_seconds, used_between
from ..measure import Durations, Run
from ..painter import stamp
from ..percentiles import summary
from ..rfb import recording
from ..rfb.decode import updates
from ..servers.replay import ReplayServer
from .server import ServerRun

SIZES = ((1280, 720), (1920, 1080))
SCENES = ("scroll", "video")
DURATIONS = Durations(warm=2.0, scene=3.0)

WINDOWS = 3
"""The picture is watched three times: to count CPU time, to trace, and to read the stamps."""

MARGIN_SECONDS = 4.0
"""Seconds of the recording besides: the page opens, tracing starts and ends."""

REPORT_TIMEOUT_SECONDS = 20.0


def measure_browser(
    name: str, sizes: Sequence[tuple[int, int]], scenes: Sequence[str] | None, durations: Durations, log: Path
) -> Iterator[dict[str, Any]]:
    """Yield a row for each size and scene; a failure is the row's ``error``. The desktop ``name`` is recorded first."""
    for size in sizes:
        for scene in scenes or SCENES:
            row: dict[str, Any] = {"size": f"{size[0]}x{size[1]}", "scene": scene}
            with tempfile.TemporaryDirectory(prefix="vb-", dir="/tmp") as directory:
                file = Path(directory) / "recording"
                try:
                    long = replace(durations, scene=WINDOWS * durations.scene + MARGIN_SECONDS)
                    with ServerRun(name, size, long, log) as server:
                        recorded = server.measure(scene, file)
                    row |= {"recorded_fps": recorded["fps"], "frame_kb": recorded["frame_kb"]}
                    row |= _replay(file, size, durations, log)
                except Exception as error:
                    row["error"] = str(error)
            yield row


def _replay(file: Path, size: tuple[int, int], durations: Durations, log: Path) -> dict[str, Any]:
    """Show a recording, and measure each window."""
    stamps = [update.stamp for update, _ in updates(recording.read(file))]
    server = ReplayServer(f"{size[0]}x{size[1]}", file)
    with Run(server, size, durations, log) as run:
        run.open("loopback")
        time.sleep(durations.warm)
        before, began = thread_seconds(os.fspath(server.directory)), time.time()
        time.sleep(durations.scene)
        after, ended = thread_seconds(os.fspath(server.directory)), time.time()
        trace = run.browser.ask("trace", seconds=durations.scene, timeout=60)
        run.place = stamp.place(size[1]).to_json()
        run.clock = run.browser.ask("place", place=run.place)
        run.browser.ask("drain")
        watched = time.time()
        time.sleep(durations.scene)
        drained, left = run.browser.ask("drain"), time.time()
        times = _report(server.report, left)
        offset = run.offset()
    used = used_between(before, after)
    painted = [
        count_between(times["painted"], *window) for window in ((began, ended), (trace["began"], trace["ended"]))
    ]
    seen = [((drained["origin"] + each[0] - offset) / 1000, each[1]) for each in drained["samples"]]
    return {
        "fps": round(painted[0] / (ended - began), 1),
        "sent_fps": round(count_between(times["sent"], began, ended) / (ended - began), 1),
        **presented(times["sent"], stamps, seen, watched, left),
        **cpu(used, painted[0]),
        "stage_ms": {name: round(each / max(1, painted[1]), 2) for name, each in sorted(trace["stages"].items())},
        "event_ms": {name: round(each / max(1, painted[1]), 2) for name, each in trace["events"].items()},
    }


def cpu(used: dict[str, float], frames: int) -> dict[str, Any]:
    """Return CPU milliseconds a frame: in all, by kind of process, and by thread."""
    each = 1000 / max(1, frames)
    return {
        "frame_ms": round(sum(used.values()) * each, 2),
        "frame_ms_by_process": {name: round(seconds * each, 2) for name, seconds in by_process(used).items()},
        "frame_ms_by_thread": {
            name: round(seconds * each, 2) for name, seconds in used.items() if seconds * each > 0.05
        },
    }


def count_between(times: Sequence[float], begin: float, end: float) -> int:
    """Return how many times lie in an interval."""
    return sum(begin <= time < end for time in times)


def presented(
    sent: Sequence[float],
    stamps: Sequence[stamp.Stamp | None],
    seen: Sequence[tuple[float, int]],
    begin: float,
    end: float,
) -> dict[str, Any]:
    """Return the time from the sending of a frame to its presentation, and the share of frames that are not seen.

    ``sent`` and ``stamps`` belong to the recording's updates; ``seen`` are times and frames in the page.
    """
    arrival = {each.frame: time for time, each in reversed(list(zip(sent, stamps, strict=False))) if each is not None}
    waits = [(time - arrival[frame]) * 1000 for time, frame in seen if frame in arrival]
    frames = {frame for frame, time in arrival.items() if begin <= time < end}
    missing = frames - {frame for _, frame in seen}
    return {
        "present_ms": summary(waits),
        "dropped": len(missing),
        "drop_share": round(len(missing) / max(1, len(frames)), 3),
    }


def _report(file: Path, after: float) -> dict[str, list[float]]:
    """Wait until the report is newer than a time, and return it."""
    deadline = time.monotonic() + REPORT_TIMEOUT_SECONDS
    while not file.exists() or file.stat().st_mtime < after:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    times: dict[str, list[float]] = json.loads(file.read_text())
    return times
