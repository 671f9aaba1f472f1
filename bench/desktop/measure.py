"""Measures one configuration at one size: a server, a browser and a painter, and the numbers of each scene."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import browser_processes
from .command_process import CommandProcess, ProcessOwner
from .network.link import LINKS
from .network.send_buffer import limit_send_buffer
from .painter.stamp import Stamp
from .percentiles import summary
from .servers import processes
from .servers.factory import create_server
from .servers.jupyter_server import TOKEN, JupyterServer

MOVING = ("scroll", "video", "drag", "typing")
MAX_MISSED_CLICKS = 2
"""More missed clicks end a scene, because each takes its whole timeout."""

SCENES = (*MOVING, "click", "click-video", "still")


@dataclass(frozen=True)
class Durations:
    """Durations in seconds, and the number of clicks."""

    warm: float = 3.0
    scene: float = 5.0
    idle: float = 5.0
    clicks: int = 15
    exact: float = 5.0
    click_timeout: float = 8.0


QUICK = Durations(warm=1.0, scene=1.5, idle=1.0, clicks=4, exact=2.0, click_timeout=4.0)


class Run(ProcessOwner):
    """A context manager that starts a server, the link in front of it and a browser, and stops them at its end."""

    ear = False
    """Whether what the page plays can be recorded."""

    def __init__(
        self, configuration: str | JupyterServer, size: tuple[int, int], durations: Durations, log: Path
    ) -> None:
        super().__init__(log)
        self.size = size
        self.durations = durations
        if isinstance(configuration, str):
            configuration = create_server(configuration, f"{size[0]}x{size[1]}")
        self.server = configuration
        self.painter: CommandProcess | None = None
        self.segments: list[int] = []
        self.place: dict[str, Any] = {}
        self.clock: dict[str, float] = {}

    def __enter__(self) -> Run:
        with contextlib.ExitStack() as stack:
            stack.callback(self.server.stop)
            self.server.start()
            self.link = self._child(stack, [sys.executable, "-m", "bench.desktop.network.link", str(self.server.port)])
            self.port = self.link.ask("listen")["port"]
            node = shutil.which("node") or "node"
            marker = os.fspath(self.server.directory)
            stack.callback(processes.end, browser_processes.MARKER, marker)
            script = os.fspath(Path(__file__).with_name("browser") / "browser.mjs")
            self.browser = self._child(stack, [node, script], {**os.environ, browser_processes.MARKER: marker})
            self._stack = stack.pop_all()
        return self

    # -- the page -------------------------------------------------------------------------------------------------

    def open(self, link: str) -> float:
        """Open the page over a link, and return the milliseconds until the first picture."""
        self.link.ask("set", name=link)
        self.bounded = limit_send_buffer(self.server.pid, self.server.port, LINKS[link])
        width, height = self.viewport if hasattr(self, "viewport") else self.size
        base = f"http://127.0.0.1:{self.port}/"
        # Jupyter's "not found" page sets the same cookies as any other page, and loads nothing else.
        login, url = f"{base}log-in?token={TOKEN}", base + self.server.page
        answer = self.browser.ask("open", timeout=150, login=login, url=url, width=width, height=height, ear=self.ear)
        self.chromium = answer["version"]
        if not hasattr(self, "viewport"):
            self._fit()
        if self.painter is not None:
            self.clock = self.browser.ask("place", place=self.place)
        return round(float(answer["first"]), 1)

    def _fit(self) -> None:
        """Resize the window until the picture has the size to measure, since some pages have a toolbar."""
        self.viewport = self.size
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            seen = self.browser.ask("size")
            missing = (self.size[0] - seen["width"], self.size[1] - seen["height"])
            if missing == (0, 0):
                return
            if max(map(abs, missing)) < 200 and self._settled(seen):
                self.viewport = (self.viewport[0] + missing[0], self.viewport[1] + missing[1])
                self.browser.ask("viewport", width=self.viewport[0], height=self.viewport[1])
                time.sleep(0.5)

    def _settled(self, seen: dict[str, Any]) -> bool:
        """Return whether the picture keeps its size for a second."""
        time.sleep(1.0)
        return self.browser.ask("size") == seen

    def paint(self) -> None:
        """Start the painter on the desktop."""
        self.painter = self._painter_on(self._stack, *self.server.wait_for_display())
        self.show("still")

    def show(self, scene: str) -> None:
        """Start a scene."""
        assert self.painter is not None
        answer = self.painter.ask("show", scene=scene, timeout=60)
        self.segments = answer["segments"]
        if answer["place"] != self.place:
            self.place = answer["place"]
            self.clock = self.browser.ask("place", place=self.place)

    # -- measurements ---------------------------------------------------------------------------------------------

    def measure(self, scene: str) -> dict[str, Any]:
        """Measure one scene; raise `CommandError` if that fails."""
        if scene == "click":
            self.show("still")
            time.sleep(self.durations.warm)
            return self._clicks()
        if scene == "click-video":
            self.show("video")
            time.sleep(self.durations.warm)
            return self._clicks()
        if scene == "still":
            return self._still()
        self.show(scene)
        time.sleep(self.durations.warm)
        with self._costs(self.durations.scene) as row:
            presented = self.browser.ask("drain")["presented"]
            began = time.time()
        return with_frame_times(row | self._samples(began, presented))

    def _samples(self, began: float, presented: int) -> dict[str, Any]:
        """Return frame rate and ages of the frames seen from ``began`` (Unix time) on, for ``durations.scene`` seconds.

        ``presented``: the video's own count at ``began``. A browser may present frames without a callback.
        """
        drained, ended = self.browser.ask("drain"), time.time()
        ages, frames = [], set()
        for milliseconds, frame, drawn, clicks in drained["samples"]:
            seen = (drained["origin"] + milliseconds - self.offset()) / 1000
            if began <= seen < began + self.durations.scene:
                ages.append(Stamp(frame, drawn, clicks).age(seen) * 1000)
                frames.add(frame)
        seen_fps = round(len(frames) / self.durations.scene, 1)
        presented_fps = round((drained["presented"] - presented) / (ended - began), 1) if presented else None
        return {
            "fps": max(seen_fps, presented_fps or 0.0),
            "seen_fps": seen_fps,
            "presented_fps": presented_fps,
            "age_ms": summary(ages),
            "flips": drained["flips"],
            "unreadable": drained["unreadable"],
        }

    def offset(self) -> float:
        """Return by how many milliseconds the page's clock is ahead; 0 if that is within the uncertainty."""
        offset, uncertainty = self.clock["offset"], self.clock["doubt"]
        return offset if abs(offset) > uncertainty else 0.0

    def _clicks(self) -> dict[str, Any]:
        times = []
        missed = 0
        with self._costs(0.0) as row:
            for _ in range(self.durations.clicks):
                if missed > MAX_MISSED_CLICKS:
                    break
                took = self.browser.ask("click", wait=self.durations.click_timeout * 1000)["took"]
                missed += took is None
                if took is not None:
                    times.append(took)
                time.sleep(random.uniform(0.25, 0.45))  # not in phase with any timer
        self.browser.ask("drain")
        return row | {"click_ms": summary(times), "missed": missed}

    def _still(self) -> dict[str, Any]:
        """Stop the video: measure the time until the picture is exact, then the cost with and without a viewer."""
        assert self.painter is not None
        self.show("video")
        time.sleep(self.durations.warm)
        ended = self.painter.ask("still")
        exact = self.browser.ask(
            "exact", sha256=ended["sha256"], since=ended["time"] * 1000, wait=self.durations.exact * 1000
        )["took"]
        time.sleep(self.durations.warm)
        with self._costs(self.durations.idle) as viewed:
            pass
        self.browser.ask("close")
        time.sleep(self.durations.warm)
        with self._costs(self.durations.idle) as alone:
            pass
        return viewed | {"exact_ms": None if exact is None else round(exact), "without_viewer": alone}

    @contextlib.contextmanager
    def _costs(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Measure traffic, CPU time and memory of the ``with`` block and the ``seconds`` after it."""
        row: dict[str, Any] = {}
        marker = os.fspath(self.server.directory)
        bytes_before, before, began = self.link.ask("count"), self.server.processes(), time.monotonic()
        shown_before = browser_processes.thread_seconds(marker)
        yield row
        time.sleep(seconds)
        after, took, bytes_after = self.server.processes(), time.monotonic() - began, self.link.ask("count")
        shown = browser_processes.used_between(shown_before, browser_processes.thread_seconds(marker))
        memory: dict[str, float] = {}
        for process in after:
            memory[process.name] = memory.get(process.name, 0.0) + processes.megabytes(process.pid, self.segments)
        used = processes.cores(before, after, took)
        row |= {
            "seconds": round(took, 2),
            "mbit_down": round((bytes_after["down"] - bytes_before["down"]) * 8 / took / 1e6, 3),
            "mbit_up": round((bytes_after["up"] - bytes_before["up"]) * 8 / took / 1e6, 3),
            "cores": round(sum(used.values()), 3),
            "cores_by_process": used,
            "browser_cores": round(sum(shown.values()) / took, 3),
            "vnc_cores": used.get(self.server.worker),
            "vnc_memory_mb": round(memory[self.server.worker], 1) if self.server.worker in memory else None,
            "memory_mb": round(sum(memory.values()), 1),
            "memory_mb_by_process": {name: round(megabytes, 1) for name, megabytes in sorted(memory.items())},
        }


def with_frame_times(row: dict[str, Any]) -> dict[str, Any]:
    """Return a moving scene's row with the CPU milliseconds a frame, of server and browser; ``None`` without frames."""
    fps = row["fps"]
    return row | {
        f"{name}_frame_ms": round(row[cores] * 1000 / fps, 1) if fps else None
        for name, cores in (("server", "cores"), ("browser", "browser_cores"))
    }
