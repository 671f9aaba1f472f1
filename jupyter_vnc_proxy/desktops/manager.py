"""The desktops of one user: name → `Desktop`. Creates, adopts, starts and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import IO

from ..backends import select
from ..backends.programs import sway
from ..backends.sessions import choose_session
from ..errors import Conflict, ErrorModel, TooManyDesktops, UnknownDesktop, VncError
from ..options import DesktopOptions, Geometry
from ..system.x_display import resize
from .desktop import Desktop
from .model import DesktopModel, desktop_model, idle_deadline
from .runtime import desktop_path, runtime_directory
from .screenshot import picture
from .state import DesktopState
from .stop_reason import leave_reason

STOP_TIMEOUT = 6.0
"""Seconds that a runner may take to end its desktop before it is killed; its own limit is five."""

ACTIVITY_SECONDS = 1.0
"""Seconds between two notes of a person's activity: a hand on a mouse sends sixty messages in one."""

POLL = 0.02
"""Seconds between two looks at a runner that is ending."""

DEFAULT_NAME = "default"


class DesktopManager:
    """Owns the desktops of one user.

    ``defaults`` are the options of a desktop that is started without any of its own; ``orphan_timeout`` the seconds
    that desktops live on without a server (``None``: until they are stopped); ``max_desktops`` the limit of running
    ones, 0 for none; ``cull_idle_timeout`` the seconds after which an untouched desktop is to be stopped, 0 for never;
    ``server`` the process id of the Jupyter server that we act for, where that is not ourselves.
    """

    def __init__(
        self,
        defaults: DesktopOptions,
        runtime_dir: str = "",
        orphan_timeout: float | None = 600.0,
        max_desktops: int = 0,
        cull_idle_timeout: float = 0.0,
        server: int | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        self.defaults = defaults
        self.runtime_dir = runtime_dir
        self._orphan_timeout = orphan_timeout
        self._max_desktops = max_desktops
        self.cull_idle_timeout = cull_idle_timeout
        self._server = server or os.getpid()
        self._log = log or logging.getLogger(__name__)
        self._desktops: dict[str, Desktop] = {}
        self._owned: dict[str, IO[bytes]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._clients: dict[str, int] = {}
        self._noted: dict[str, float] = {}
        self._changed = asyncio.Event()

    # -- looking ----------------------------------------------------------------------------------------------------

    @property
    def runtime(self) -> Path:
        """The directory of the desktops' directories; raise `InvalidOption` where there can be none."""
        return runtime_directory(self.runtime_dir)

    def get(self, name: str) -> Desktop:
        """Return the desktop ``name`` and look after it; raise `UnknownDesktop` where there is none."""
        path = desktop_path(self.runtime, name)
        desktop = self._desktops.get(name)
        if desktop is None or desktop.path != path:
            desktop = self._desktops[name] = Desktop(path)
        if not desktop.exists():
            self._forget(name)
            raise UnknownDesktop(f"There is no desktop named {name!r}.")
        self._adopt(desktop)
        return desktop

    def models(self) -> list[DesktopModel]:
        """Return the model of every desktop that this user has here, by name."""
        models = []
        for entry in sorted(self.runtime.iterdir()):
            with contextlib.suppress(VncError):
                models.append(self.model(entry.name))
        return models

    def free_name(self) -> str:
        """Return a name that no desktop has: ``desktop-1``, ``desktop-2``, …"""
        taken = {entry.name for entry in self.runtime.iterdir()}
        return next(name for name in (f"desktop-{n}" for n in itertools.count(1)) if name not in taken)

    def model(self, name: str) -> DesktopModel:
        """Return a desktop's model; raise `UnknownDesktop` where there is none."""
        desktop = self.get(name)
        return self._model(desktop, desktop.state())

    def _model(self, desktop: Desktop, state: DesktopState) -> DesktopModel:
        return desktop_model(desktop, state, self._clients.get(desktop.name, 0), self.cull_idle_timeout)

    def _adopt(self, desktop: Desktop) -> None:
        if desktop.name not in self._owned and desktop.runner_pid() is not None:
            self._owned[desktop.name] = desktop.own(self._server)

    def _forget(self, name: str) -> None:
        self._desktops.pop(name, None)
        self._clients.pop(name, None)
        self._noted.pop(name, None)
        owned = self._owned.pop(name, None)
        if owned is not None:
            owned.close()

    # -- what people do -----------------------------------------------------------------------------------------------

    def client_connected(self, name: str) -> Callable[[], None]:
        """Count a viewer; return what is to be called when it has gone."""
        self._clients[name] = self._clients.get(name, 0) + 1

        def gone() -> None:
            if name in self._clients:
                self._clients[name] -= 1

        return gone

    def clients(self, name: str) -> int:
        """Return how many viewers are connected through this server."""
        return self._clients.get(name, 0)

    def note_activity(self, name: str) -> None:
        """A person did something on the desktop; written down once a second at the most."""
        now = time.monotonic()
        if name in self._desktops and now - self._noted.get(name, -ACTIVITY_SECONDS) >= ACTIVITY_SECONDS:
            self._noted[name] = now
            self._desktops[name].note_activity()

    async def keep(self, name: str) -> DesktopModel:
        """A person says that the desktop is still wanted."""
        self.get(name).note_activity()
        return self.model(name)

    def idle_deadline(self, name: str) -> datetime | None:
        """Return when an untouched desktop is to be stopped, or ``None`` where it isn't to be, or doesn't run."""
        try:
            desktop = self.get(name)
        except UnknownDesktop:
            return None
        return idle_deadline(desktop, desktop.state(), self.cull_idle_timeout)

    async def wait_for_change(self, timeout: float) -> None:
        """Return when a desktop was started or stopped here, or after ``timeout`` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._changed.wait(), timeout)
        self._changed.clear()

    async def screenshot(self, name: str) -> bytes:
        """Return what is on the desktop as a PNG; raise `Conflict` where it doesn't run."""
        return await asyncio.to_thread(picture, self.get(name))

    # -- starting and stopping ----------------------------------------------------------------------------------------

    async def create(self, name: str, options: DesktopOptions) -> DesktopModel:
        """Make and start a desktop; raise `Conflict` where the name is taken, `TooManyDesktops` at the limit."""
        async with self._lock(name):
            desktop = Desktop(desktop_path(self.runtime, name))
            if desktop.exists():
                raise Conflict(f"There is a desktop named {name!r} already.", code="name-taken")
            return self._start(desktop, options)

    async def start(self, name: str) -> DesktopModel:
        """Start a desktop again, with the options it had; the default desktop is made where there is none.

        Does nothing where it starts or runs already; waits for one that is being stopped.
        """
        async with self._lock(name):
            try:
                desktop = self.get(name)
            except UnknownDesktop:
                if name != DEFAULT_NAME:
                    raise
                return self._start(Desktop(desktop_path(self.runtime, name)))
            state = desktop.state()
            if state.phase in ("starting", "running") and state.step != "stopping":
                return self._model(desktop, state)
            await self._ended(desktop)
            return self._start(desktop, desktop.options())

    async def stop(self, name: str, reason: ErrorModel | None = None) -> DesktopModel:
        """Stop a desktop and wait until nothing is left of its processes; its model then says the ``reason``."""
        async with self._lock(name):
            desktop = self.get(name)
            if reason is not None:
                leave_reason(desktop.path, reason)
            await self._stop(desktop)
            return self._model(desktop, desktop.state())

    async def restart(self, name: str) -> DesktopModel:
        """Stop a desktop and start it again."""
        await self.stop(name)
        return await self.start(name)

    async def delete(self, name: str) -> None:
        """Stop a desktop and remove its directory."""
        async with self._lock(name):
            desktop = self.get(name)
            await self._stop(desktop)
            desktop.remove()
            self._forget(name)

    async def resize(self, name: str, geometry: Geometry) -> DesktopModel:
        """Change the size of a desktop whose VNC server can't; raise `Conflict` where it doesn't run."""
        display, desktop = self._display(name)
        work: Awaitable[object]
        compositor = desktop.path / sway.SOCKET
        if compositor.exists():
            work = asyncio.to_thread(sway.resize, compositor, geometry)
        else:
            work = asyncio.to_thread(resize, display, desktop.xauthority, geometry)
        try:
            await asyncio.wait_for(work, STOP_TIMEOUT)
        except Exception as error:
            raise Conflict(f"The display {display} could not be resized: {error}.", code="display-gone") from error
        return self.model(name)

    def _display(self, name: str) -> tuple[str, Desktop]:
        desktop = self.get(name)
        state = desktop.state()
        if state.phase != "running" or state.display is None:
            raise Conflict(f"The desktop {name!r} is {state.phase}, not running.", code="not-running")
        return state.display, desktop

    async def stop_all(self) -> None:
        """Stop every desktop that no other server looks after."""
        mine = self._release_all()
        stops = (self._stop(self._desktops[name]) for name in mine)
        for name, result in zip(mine, await asyncio.gather(*stops, return_exceptions=True), strict=True):
            if isinstance(result, BaseException):  # a full disk; the others are stopped all the same
                self._log.error("%s: could not be stopped: %s", name, result)

    def signal_all(self) -> None:
        """The same for an interpreter that is about to end: ask, and don't wait."""
        for name in self._release_all():
            self._desktops[name].signal_stop()

    def let_live(self) -> None:
        """Look after no desktop any more, and leave each as it is: for a program that ends before they do."""
        owned, self._owned = self._owned, {}
        for file in owned.values():
            with file, contextlib.suppress(OSError):
                os.unlink(file.name)
        for desktop in self._desktops.values():
            desktop.let_live()

    def _release_all(self) -> list[str]:
        """Look after no desktop any more; return the names of those that nobody else looks after either."""
        with contextlib.suppress(VncError, OSError):
            self.models()  # those that came up since we looked last are ours too
        for file in self._owned.values():
            file.close()
        released, self._owned = list(self._owned), {}
        return [name for name in released if not self._desktops[name].has_owner(besides=self._server)]

    def _start(self, desktop: Desktop, own_options: DesktopOptions | None = None) -> DesktopModel:
        options = own_options or self.defaults
        for note in select(options)[1]:
            self._log.info("%s: %s", desktop.name, note)
        if options.session:
            choose_session(options)
        if self._max_desktops and self._running() >= self._max_desktops:
            raise TooManyDesktops(
                f"No more than {self._max_desktops} desktops may run at once; stop one of the others first."
            )
        desktop.prepare()
        self._desktops[desktop.name] = desktop
        if desktop.name not in self._owned:
            self._owned[desktop.name] = desktop.own(self._server)
        desktop.start(options, self._orphan_timeout, remember=own_options is not None)
        desktop.note_activity()
        self._changed.set()
        self._log.info("%s: starting", desktop.name)
        return self._model(desktop, desktop.state())

    def _running(self) -> int:
        return sum(model["phase"] in ("starting", "running") for model in self.models())

    async def _stop(self, desktop: Desktop) -> None:
        if not desktop.stopped():
            desktop.signal_stop()
            await self._ended(desktop)
        if desktop.exists() and desktop.state().phase != "stopped":  # its first start may have failed
            desktop.sweep()
        self._changed.set()
        self._log.info("%s: stopped", desktop.name)

    async def _ended(self, desktop: Desktop) -> None:
        """Wait until the runner has ended; kill it, and clear what it leaves, where it takes too long."""
        deadline = time.monotonic() + STOP_TIMEOUT
        while not desktop.stopped():
            if time.monotonic() > deadline:
                pid = desktop.runner_pid()
                if pid is not None:
                    self._log.warning("%s: the runner did not end and is killed", desktop.name)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                deadline += STOP_TIMEOUT
            await asyncio.sleep(POLL)

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())
