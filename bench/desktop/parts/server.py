"""Measures the server alone: a viewer without a browser, on the VNC server's own socket, acknowledges at once."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..command_process import CommandError, CommandProcess, ProcessOwner
from ..measure import MOVING, Durations
from ..percentiles import summary
from ..rfb import recording
from ..rfb.decode import Update, updates
from ..servers import processes
from ..servers.configurations import CONFIGURATIONS
from .direct import DirectDesktop

SIZES = ((1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
SCENES = ("scroll", "video", "click", "click-video", "still")
FEW_SCENES = ("scroll", "video")
"""The scenes at all sizes but `ALL_SCENES_AT`, unless the command line names some."""

ALL_SCENES_AT = (1920, 1080)
DURATIONS = Durations(warm=2.0, scene=4.0, idle=3.0)

EXACT_SECONDS = 2.0
"""How long the viewer waits for the exact picture after the video has stopped."""

PAINTER_TIMEOUT_SECONDS = 120.0
"""How long the painter may take to make a scene: thirty pictures of 3840x2160 for the video."""


ENDED = "ended threads"
"""Name of the CPU time of threads that ended meanwhile, as when an encoder starts anew."""


@dataclass
class Watch:
    """What happened while a viewer was connected. Times are Unix times in seconds."""

    began: float = 0.0
    seconds: float = 0.0
    presses: list[float] = field(default_factory=list)
    ended: dict[str, Any] = field(default_factory=dict)


class ServerRun(ProcessOwner):
    """A context manager: one desktop, and a painter on it."""

    def __init__(self, configuration: str, size: tuple[int, int], durations: Durations, log: Path) -> None:
        super().__init__(log)
        self._desktop = DirectDesktop(CONFIGURATIONS[configuration].desktop_options(), size)
        self._durations = durations
        self._worker = CONFIGURATIONS[configuration].worker

    def __enter__(self) -> ServerRun:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._desktop)
            self._painter = self._painter_on(stack, *self._desktop.display())
            self._stack = stack.pop_all()
        return self

    def _show(self, scene: str) -> None:
        self._segments = self._painter.ask("show", scene=scene, timeout=PAINTER_TIMEOUT_SECONDS)["segments"]

    def measure(self, scene: str, keep: Path | None = None) -> dict[str, Any]:
        """Measure one scene with a new viewer; ``keep``: where to leave the recording."""
        file = keep or self._desktop.directory / "recording"
        self._show({"click": "still", "click-video": "video", "still": "video"}.get(scene, scene))
        with contextlib.ExitStack() as stack:
            argv = ["-m", "bench.desktop.rfb", os.fspath(self._desktop.socket()), str(self._desktop.quality)]
            viewer = self._child(stack, [sys.executable, *argv, os.fspath(file)])
            time.sleep(self._durations.warm)
            watch = Watch()
            if scene == "still":
                watch.ended = self._painter.ask("still", timeout=PAINTER_TIMEOUT_SECONDS)
                time.sleep(EXACT_SECONDS)
            with self._costs(viewer, watch) as row:
                if scene.startswith("click"):
                    self._click(viewer, watch)
                else:
                    time.sleep(self._durations.idle if scene == "still" else self._durations.scene)
            viewer.ask("save")
        self._show("still")  # decoding takes time, and nobody looks
        return each_frame({**row, **seen(file, watch, scene)})

    def _click(self, viewer: CommandProcess, watch: Watch) -> None:
        for _ in range(self._durations.clicks):
            watch.presses.append(viewer.ask("click")["time"])
            time.sleep(random.uniform(0.25, 0.45))  # not in phase with any timer

    @contextlib.contextmanager
    def _costs(self, viewer: CommandProcess, watch: Watch) -> Iterator[dict[str, Any]]:
        """Measure traffic, CPU time and memory of the ``with`` block."""
        row: dict[str, Any] = {}
        before, threads, counted = self._desktop.processes(), self._threads(), viewer.ask("count")
        watch.began = time.time()
        yield row
        watch.seconds = time.time() - watch.began
        after, later, count = self._desktop.processes(), self._threads(), viewer.ask("count")
        used = processes.used_seconds(before, after)
        by_thread: dict[str, float] = {}
        for (number, name), seconds in later.items():
            by_thread[name] = by_thread.get(name, 0.0) + seconds - threads.get((number, name), 0.0)
        by_thread[ENDED] = max(0.0, used.get(self._worker, 0.0) - sum(by_thread.values()))
        row |= {
            "seconds": round(watch.seconds, 2),
            "updates": count["updates"] - counted["updates"],
            "mbit_down": round((count["bytes"] - counted["bytes"]) * 8e-6 / watch.seconds, 3),
            "cores": round(sum(used.values()) / watch.seconds, 3),
            "cpu_seconds": {name: round(each, 3) for name, each in sorted(used.items()) if each},
            "thread_cpu_seconds": {name: round(each, 3) for name, each in sorted(by_thread.items()) if each},
            "memory_mb_by_process": {
                each.name: round(processes.megabytes(each.pid, self._segments), 1) for each in after
            },
        }

    def _threads(self) -> dict[tuple[int, str], float]:
        """Return the CPU time so far of the threads of the process that encodes the picture."""
        workers = [each.pid for each in self._desktop.processes() if each.name == self._worker]
        return processes.thread_seconds(workers[0]) if workers else {}


def each_frame(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with CPU milliseconds a frame, by process and by thread of the server, if it has frames."""
    if not row.get("frames"):
        return row
    frames = row["frames"]
    by_process, by_thread = (
        {name: round(seconds * 1000 / frames, 2) for name, seconds in row[field].items()}
        for field in ("cpu_seconds", "thread_cpu_seconds")
    )
    total = round(sum(row["cpu_seconds"].values()) * 1000 / frames, 2)
    return {**row, "frame_ms": total, "frame_ms_by_process": by_process, "frame_ms_by_thread": by_thread}


def seen(file: Path, watch: Watch, scene: str) -> dict[str, Any]:
    """Return what a recording shows of a scene."""
    found = []
    exact: float | None = None
    for update, screen in updates(recording.read(file)):
        found.append(update)
        if scene == "still" and exact is None and update.time >= watch.ended["time"]:
            exact = update.time if screen.digest() == watch.ended["sha256"] else None
    if scene == "still":
        return {"exact_ms": None if exact is None else round((exact - watch.ended["time"]) * 1000)}
    if scene in MOVING:
        return moving(found, watch.began, watch.seconds)
    times = clicks(found, watch.presses)
    return {"click_ms": summary(times), "missed": len(watch.presses) - len(times)}


def moving(found: Sequence[Update], began: float, seconds: float) -> dict[str, Any]:
    """Return frame rate and ages of the frames that arrived in ``seconds`` from ``began`` on."""
    last = None
    ages: list[float] = []
    window = [update for update in found if began <= update.time < began + seconds]
    for update in window:
        if update.stamp is not None and update.stamp.frame != last:
            last = update.stamp.frame
            ages.append(update.stamp.age(update.time) * 1000)
    videos = sum(update.is_video for update in window)
    return {
        "fps": round(len(ages) / seconds, 1),
        "frames": len(ages),
        "age_ms": summary(ages),
        "video_share": round(videos / len(window), 2) if window else None,
        "frame_kb": round(sum(update.size for update in window) / len(ages) / 1000, 1) if ages else None,
    }


def clicks(found: Sequence[Update], presses: Sequence[float]) -> list[float]:
    """Return the milliseconds from each press to the first update that shows it, without those that none shows."""
    stamps = [(update.time, update.stamp.clicks) for update in found if update.stamp is not None]
    times = []
    for press, following in zip(presses, [*presses[1:], float("inf")], strict=True):
        before = [count for time, count in stamps if time <= press]
        shown = [time for time, count in stamps if press < time < following and before and count != before[-1]]
        times += [(shown[0] - press) * 1000] if shown else []
    return times


def measure_server(
    name: str, sizes: Sequence[tuple[int, int]], scenes: Sequence[str] | None, durations: Durations, log: Path
) -> Iterator[dict[str, Any]]:
    """Yield a row for each size and scene; a failure is the row's ``error``."""
    for size in sizes:
        label = f"{size[0]}x{size[1]}"
        chosen = scenes or (SCENES if size == ALL_SCENES_AT else FEW_SCENES)
        try:
            with ServerRun(name, size, durations, log) as run:
                for scene in chosen:
                    row: dict[str, Any] = {"size": label, "scene": scene}
                    try:
                        row |= run.measure(scene)
                    except CommandError as error:
                        row["error"] = str(error)
                    yield row
        except Exception as error:
            yield {"size": label, "scene": "", "error": str(error)}
