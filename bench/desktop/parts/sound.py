"""Measures sound: in step with the picture, without gaps, on links, and at rest.

A program on the desktop plays a tone with clicks, while the painter draws a video. The page's output is recorded, and
compared with the stamps of the frames that it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..browser_processes import suspend_tabs
from ..measure import Durations, Run
from ..network.link import LINKS
from ..network.send_buffer import limit_send_buffer
from ..painter.stamp import Stamp
from ..percentiles import summary
from ..servers.factory import create_server
from ..servers.jupyter_server import ServerError
from ..sound import track
from ..sound.heard import Recording, in_step, lags, longest_near, recording
from ..sound.second_listener import listen
from .many import measure_idle

SIZE = (1280, 720)
DURATIONS = Durations(warm=6.0, scene=60.0, idle=10.0)
SHORT_SECONDS = 20.0
"""The situations besides `steady` and the links last no longer."""

DISTURBANCE_SECONDS = 5.0
"""When the tab is suspended, and for how long; when the connections are cut."""

BACK_SECONDS = 12.0
"""After a disturbance, sound is expected back within this time; later interruptions count as gaps."""

SOUND_SERVER_SECONDS = 10.0
"""How long the desktop's sound server may take to start."""

IDLE_USERS = 20
SOUND_SERVERS = ("pulseaudio", "pipewire", "pipewire-pulse", "wireplumber")
"""What a silent desktop runs for sound."""


@dataclass(frozen=True)
class Situation:
    """What happens while the sound is played. ``tone``: there is one; otherwise clicks stand in silence."""

    name: str
    link: str = "loopback"
    tone: bool = True
    short: bool = True


SITUATIONS = (
    Situation("video", short=False),
    Situation("video", "10mbit-40ms"),
    Situation("video", "2mbit-100ms", short=False),
    Situation("clicks in silence", tone=False),
    Situation("busy cores"),
    Situation("tab suspended"),
    Situation("connection cut"),
    Situation("second listener"),
)
"""Each has the video; the first is `--quick`'s. The second listener has a link of 2 Mbit/s."""

SECOND_LINK = "2mbit-100ms"


class SoundRun(Run):
    """A run whose page can be heard."""

    ear = True

    def play(self, tone: bool) -> None:
        """Start to play on the desktop."""
        if not hasattr(self, "player"):
            deadline = time.monotonic() + SOUND_SERVER_SECONDS
            while (server := self.server.sound_server()) is None:
                if time.monotonic() > deadline:
                    raise ServerError("It has no sound.")
                time.sleep(0.05)
            env = {**os.environ, "PULSE_SERVER": server}
            self.player = self._child(self._stack, [sys.executable, "-m", "bench.desktop.sound"], env)
        self.player.ask("play", tone=tone)

    def measure_sound(self, situation: Situation, seconds: float) -> dict[str, Any]:
        """Measure one situation; raise `CommandError` or ``ValueError`` if that fails."""
        self.play(situation.tone)
        self.show("video")
        with contextlib.ExitStack() as stack:
            event = self._prepare(situation, seconds, stack)
            time.sleep(self.durations.warm)
            for each in (self.player, self.browser):
                each.ask("drain")
            self.browser.ask("hear")
            down, began = self.link.ask("count")["down"], time.time()
            disturbed = event()
            time.sleep(max(0.0, began + seconds - time.time()))
            took = time.time() - began
            row: dict[str, Any] = {
                "listened_s": round(took, 1),
                "load": round(os.getloadavg()[0], 1),
                "mbit_down": round((self.link.ask("count")["down"] - down) * 8e-6 / took, 3),
            }
            heard, drained = self.browser.ask("hear", timeout=120), self.browser.ask("drain")
            played = self.player.ask("drain")["clicks"]
            extra = self._second()
        self.player.ask("stop")
        sound = recording(heard, self.offset())
        row |= {
            "sound_kbit": round(heard["bytes"] * 8e-3 / took, 1),
            "bitrates": heard["bitrates"],
            "output_ms": {name: round(each, 1) for name, each in heard["latency_ms"].items()},
        }
        return row | numbers(sound, played, self._frames(drained), situation.tone, disturbed) | extra

    def _prepare(self, situation: Situation, seconds: float, stack: contextlib.ExitStack) -> Callable[[], float | None]:
        """Begin a situation that lasts until ``stack`` is closed; return what disturbs it, and returns when it did."""
        self._listening: Callable[[], dict[str, Any]] | None = None
        if situation.name == "busy cores":
            for _ in os.sched_getaffinity(0):
                self._child(stack, [sys.executable, "-c", BUSY])
        elif situation.name == "second listener":
            link = self._child(stack, [sys.executable, "-m", "bench.desktop.network.link", str(self.server.port)])
            port = link.ask("listen")["port"]
            link.ask("set", name=SECOND_LINK)
            limit_send_buffer(self.server.pid, self.server.port, LINKS[SECOND_LINK])
            pool = stack.enter_context(ThreadPoolExecutor(1))
            whole = self.durations.warm + seconds
            self._listening = pool.submit(asyncio.run, listen(port, whole)).result
        elif situation.name == "tab suspended":
            return self._suspend
        elif situation.name == "connection cut":
            return self._cut
        return lambda: None

    def _suspend(self) -> float:
        time.sleep(DISTURBANCE_SECONDS)
        suspend_tabs(os.fspath(self.server.directory), DISTURBANCE_SECONDS)
        return time.time()

    def _cut(self) -> float:
        time.sleep(DISTURBANCE_SECONDS)
        self.link.ask("cut")
        return time.time()

    def _second(self) -> dict[str, Any]:
        return {} if self._listening is None else {"second": self._listening()}

    def _frames(self, drained: dict[str, Any]) -> list[tuple[float, float]]:
        """Return when each frame was seen and drawn, as Unix times."""
        found = []
        for milliseconds, frame, drawn, clicks in drained["samples"]:
            seen = (drained["origin"] + milliseconds - self.offset()) / 1000
            age = Stamp(frame, drawn, clicks).age(seen)
            if abs(age) < MAX_AGE_SECONDS:  # one in some hundred mixed rows passes the checksum
                found.append((seen, seen - age))
        return found


MAX_AGE_SECONDS = 10.0
"""Older frames are misread stamps."""

BUSY = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
while True:
    pass
"""


def numbers(
    sound: Recording,
    played: Sequence[float],
    frames: Sequence[tuple[float, float]],
    tone: bool,
    disturbed: float | None = None,
) -> dict[str, Any]:
    """Return how far sound and picture are apart, and the interruptions of the tone.

    ``disturbed``: when something happened that interrupts it; what follows the longest interruption within
    `BACK_SECONDS` counts, besides that one.
    """
    first = 0
    row: dict[str, Any] = {}
    gaps = track.gaps(sound.samples) if tone else []
    if disturbed is not None:
        start = round((disturbed - sound.time(0)) * track.RATE_HZ)
        longest = longest_near(gaps, (start, start + round(BACK_SECONDS * track.RATE_HZ)))
        first = 0 if longest is None else longest.end
        row["back_ms"] = 0 if longest is None else max(0, round(1000 * (sound.time(longest.end) - disturbed)))
        row["silent_ms"] = 0 if longest is None else round(1000 * longest.length / track.RATE_HZ)
    since = sound.time(first)
    heard = [sound.time(click) for click in track.clicks(sound.samples)]
    found = in_step(lags([click for click in played if click >= since], heard), frames)
    row |= {
        "clicks": len(found["later"]),
        "apart_ms": summary([abs(each) for each in found["later"]]),
        "later_ms": summary(found["later"]),
        "sound_ms": summary(found["sound"]),
        "picture_ms": summary(found["picture"]),
    }
    if tone:
        counted = [gap for gap in gaps if gap.start >= first]
        row |= {"gaps": len(counted), "gap_ms": round(sum(gap.length for gap in counted) / track.RATE_HZ * 1000)}
    return row


def measure_sound(
    name: str, links: Sequence[str] | None, durations: Durations, log: Path, quick: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield a row for each situation; a failure is the row's ``error``."""
    chosen = [each for each in SITUATIONS[: 1 if quick else None] if not links or each.link in links]
    for situation in chosen:
        row: dict[str, Any] = {"link": situation.link, "situation": situation.name}
        seconds = min(durations.scene, SHORT_SECONDS) if situation.short else durations.scene
        try:
            server = create_server(name, f"{SIZE[0]}x{SIZE[1]}")
            server.want_sound()
            run = SoundRun(server, SIZE, durations, log)
            with run:
                run.open(situation.link)
                run.server.check()
                run.paint()
                if run.server.speaker:
                    run.browser.ask("press", selector=run.server.speaker)
                row |= run.measure_sound(situation, seconds)
        except Exception as error:
            row["error"] = str(error)
        yield row


def measure_silence(name: str, users: int, seconds: float) -> dict[str, Any]:
    """Return what the sound server of each of many desktops costs while nothing is played."""
    idle = measure_idle(name, users, seconds)
    alone = idle["alone"]["processes"]
    found = {process: cost for process, cost in alone.items() if process in SOUND_SERVERS}
    return {
        "users": users,
        "situation": "silent",
        "processes": found,
        "memory_mb": round(sum(each["mb"] for each in found.values()), 1),
        "cores": round(sum(each["cores"] for each in found.values()), 5),
        "faults": idle["faults"],
    }
