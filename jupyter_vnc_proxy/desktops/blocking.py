"""The manager's work that runs programs, walks trees of files or asks a display: all of it off the event loop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..backends import select
from ..backends.resizing import resize
from ..backends.sessions import choose_session
from ..errors import Conflict, TimedOut, VncError
from ..options import Area, DesktopOptions, Geometry, enclosing
from ..rfb.client import RFBClient
from ..system.memory import largest_size
from ..system.randr.monitors import set_monitors
from ..system.worker_pool import WorkerPool
from ..system.x_display import set_scale
from .desktop import Desktop
from .screenshot import Subject, WindowModel, screenshot, windows

RESIZE_TIMEOUT = 6.0
"""Seconds that a display may take to change its size or scale."""

SCREENSHOT_TIMEOUT = 10.0
"""Seconds that a screenshot may take."""

PROGRAM_TIMEOUT = 30.0
"""Seconds for programs that are run for their versions and options; each has a limit of its own."""

MAX_REMOVALS = 1000
"""Desktops that may wait for the removal of what they left: Jupyter's end sweeps all of them at once."""

T = TypeVar("T")


@dataclass(frozen=True)
class Division:
    """The monitors of a display: at least two, or one, the whole screen.

    A display that had several before, and gets one, gets the size ``otherwise``, unless that is ``None``.
    """

    monitors: Sequence[Area]
    otherwise: Geometry | None


class BlockingWork:
    """Three pools, so that neither displays nor programs that hang keep desktops from being stopped."""

    def __init__(self) -> None:
        self._programs = WorkerPool("vnc-programs")
        self._removals = WorkerPool("vnc-removals", waiting=MAX_REMOVALS)
        self._displays = WorkerPool("vnc-displays")

    async def run(self, function: Callable[[], T], timeout: float = PROGRAM_TIMEOUT) -> T:
        """Return ``function()``, which may run programs; raise `Busy` or `TimedOut` as `WorkerPool.run` does."""
        return await self._programs.run(function, timeout)

    async def check(self, options: DesktopOptions) -> list[str]:
        """Check that a desktop can start with these options; return sentences about its backend."""
        return await self.run(partial(_check, options))

    async def remove(self, function: Callable[[], None]) -> None:
        """Call a function that ends processes or removes files, however many there are."""
        await self._removals.run(function)

    async def screenshot(self, desktop: Desktop, subject: Subject = None) -> bytes:
        """Return a screenshot as a PNG, after those that were asked for before; raise `Busy` if many wait."""
        return await self._displays.run(partial(screenshot, desktop, subject), SCREENSHOT_TIMEOUT, key=desktop.path)

    async def windows(self, desktop: Desktop) -> list[WindowModel]:
        """Return a desktop's windows; raise `Conflict` if it doesn't run, `TimedOut` if its display hangs."""
        return await self._displays.run(partial(windows, desktop), SCREENSHOT_TIMEOUT)

    async def resize(self, through: str, display: str, desktop: Desktop, geometry: Geometry) -> None:
        """Resize a desktop's display; raise `Conflict` if it can't be, `TimedOut` if the display doesn't respond."""
        await self._change(display, "resized", partial(resize, through, display, desktop.paths, geometry))

    async def divide(self, through: str, display: str, desktop: Desktop, socket: Path, division: Division) -> None:
        """Give a desktop's display several monitors, or one, in a way of `DIVIDERS`.

        Raise `Conflict` if it can't have them, `TimedOut` if it hangs.
        """
        work = partial(DIVIDERS[through], display, desktop.xauthority, socket, division)
        await self._change(display, "divided into monitors", work)

    async def scale(self, display: str, desktop: Desktop, percent: int) -> None:
        """Ask for a scale of a desktop's session; raise `Conflict` if its display is gone, `TimedOut` if it hangs."""
        work = partial(set_scale, display, desktop.xauthority, percent)
        await self._change(display, "scaled", work)

    async def _change(self, display: str, what: str, work: Callable[[], None]) -> None:
        try:
            await self._displays.run(work, RESIZE_TIMEOUT)
        except VncError:
            raise
        except TimeoutError as error:
            raise TimedOut(f"The display {display} does not respond.") from error
        except Exception as error:
            raise Conflict(f"The display {display} could not be {what}: {error}.", code="display-gone") from error


def _divide_through_randr(display: str, xauthority: Path, socket: Path, division: Division) -> None:
    set_monitors(display, xauthority, division.monitors, division.otherwise)


def _divide_through_rfb(display: str, xauthority: Path, socket: Path, division: Division) -> None:
    """Change the screens of a VNC server, which makes an output of the X display for each."""
    with contextlib.closing(RFBClient(socket)) as client:
        before = client.screens()
        if before == list(division.monitors):
            return
        if len(division.monitors) > 1:
            _check_memory(division.monitors)
            client.set_screens(division.monitors)
        elif len(before) > 1:
            client.set_screens([Area(0, 0, *largest_size(*(division.otherwise or (client.width, client.height))))])


def _check_memory(monitors: Sequence[Area]) -> None:
    """Raise `Conflict` if the memory has no room for the monitors: these displays have no other limit."""
    size = enclosing(monitors)
    if largest_size(*size) != size:
        raise Conflict(
            f"The monitors need {size} pixels together, too many for this machine's memory. Make a panel smaller.",
            code="desktop-too-large",
        )


DIVIDERS: dict[str, Callable[[str, Path, Path, Division], None]] = {
    "randr": _divide_through_randr,
    "rfb": _divide_through_rfb,
}
"""X's RANDR extension, or RFB's SetDesktopSize, called with the display, its cookie's file and the RFB socket."""


def _check(options: DesktopOptions) -> list[str]:
    notes = select(options)[1]
    if options.session:
        choose_session(options)
    return notes
