"""A desktop that a program drives, without blocking."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..desktops.model import DesktopModel, list_models, model_of
from ..desktops.screenshot import part, picture
from ..errors import Conflict, InvalidOption, TimedOut
from . import lifecycle, pictures, programs
from .async_input import AsyncInput
from .async_windows import AsyncWindows
from .lifecycle import workers
from .programs import Output

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..system.x_clients.windows import Window

POLL_SECONDS = 0.1
"""The time between two looks at the picture."""

SCREENSHOT_SECONDS = 10.0
"""The time that a picture may take."""


class AsyncDesktop(AsyncInput, AsyncWindows):
    """A desktop of this user on this machine; make one with `start` or `connect`.

    Positions and sizes are pixels of the screen, times are seconds. Everything raises `VncError`: `Conflict` if the
    desktop doesn't run, or if a person has taken over; `InvalidOption` for a bad argument, `TimedOut` if something
    takes too long.
    """

    # -- start, find, stop --------------------------------------------------------------------------------------------

    @classmethod
    async def start(
        cls,
        name: str = "default",
        *,
        backend: str | None = None,
        session: str | None = None,
        command: Sequence[str] | None = None,
        geometry: str | tuple[int, int] | None = None,
        options: Mapping[str, str] | None = None,
        runtime_dir: str = "",
        program: str = "",
    ) -> AsyncDesktop:
        """Start a desktop and wait until it is up; use the one of this name if it runs.

        ``command`` is the session's own program with its arguments; ``geometry`` the size, as in ``1280x720``;
        ``options`` the backend's own. What is not given comes from ``JUPYTER_VNC_…`` in the environment, or is the
        default. ``program`` is our name for people, by default the notebook's or the script's.
        Raise `Conflict` if options are given and the desktop exists, `StartFailed` if it does not come up.
        """
        changes = lifecycle.given_options(backend, session, command, geometry, options)
        return cls(await lifecycle.start(name, changes, runtime_dir), program)

    @classmethod
    async def connect(cls, name: str = "default", *, runtime_dir: str = "", program: str = "") -> AsyncDesktop:
        """Return a desktop that runs; raise `UnknownDesktop` if there is none of this name."""
        desktop = lifecycle.find(name, runtime_dir)
        desktop.state().usable_display()
        return cls(desktop, program)

    @property
    def name(self) -> str:
        """The desktop's name."""
        return self._desktop.name

    async def model(self) -> DesktopModel:
        """Return what the REST API says of the desktop, such as ``phase``, ``display`` and ``geometry``."""
        return model_of(self._desktop)

    async def stop(self, *, remove: bool = False) -> None:
        """Stop the desktop and wait until its programs have ended; remove its directory, too, if asked."""
        await self.close()
        await lifecycle.stop(self._desktop, remove)

    async def __aenter__(self) -> AsyncDesktop:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- the picture --------------------------------------------------------------------------------------------------

    async def screenshot(self, area: tuple[int, int, int, int] | None = None, *, window: Window | None = None) -> Image:
        """Return a picture of the screen, without the pointer: all, an area (x, y, width, height), or a window.

        A window is shown as it is seen, with its decoration, and with what covers it.
        """
        if area is not None and window is not None:
            raise InvalidOption("Give an area or a window, not both.")
        current = None if window is None else await self.window(window)
        image = await workers.run(partial(picture, self._desktop), SCREENSHOT_SECONDS)
        if current is not None:
            if current.is_minimized:
                raise Conflict(f"The window {current.title!r} is minimized.", code="window-minimized")
            area = pictures.visible(image, current.frame)
        return image if area is None else part(image, area)

    async def wait_still(
        self,
        seconds: float = 0.5,
        *,
        timeout: float = 10.0,
        area: tuple[int, int, int, int] | None = None,
        ignore_pixels: int = 100,
    ) -> None:
        """Wait until the picture, or an area of it, has not changed for ``seconds``.

        Differences of at most ``ignore_pixels`` count as none, such as a caret that blinks. Raise `TimedOut` after
        ``timeout``.
        """
        deadline = time.monotonic() + timeout
        before, since = await self.screenshot(area), time.monotonic()
        while time.monotonic() - since < seconds:
            if time.monotonic() > deadline:
                raise TimedOut(f"The picture still changes after {timeout:g} s; it was never still for {seconds:g} s.")
            await asyncio.sleep(POLL_SECONDS)
            after = await self.screenshot(area)
            if pictures.changed_pixels(before, after) > ignore_pixels:
                before, since = after, time.monotonic()

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str | Path | None = None,
        stdout: Output = None,
        stderr: Output = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program on the desktop, with the variables that the session's programs have; return its process.

        It writes to our own standard output and error, unless they are given, as for `subprocess.Popen`.
        """
        start = partial(programs.run, self._desktop, argv, cwd, stdout, stderr)
        await self._permission.ask("run")
        return await workers.run(start)

    @staticmethod
    async def list(*, runtime_dir: str = "") -> Sequence[DesktopModel]:
        """Return what the REST API says of each desktop of this user, sorted by name."""
        return list_models(runtime_dir)
