"""The desktops of one user: creates, adopts, starts, resizes and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ..errors import AlreadyRunning, Conflict, ErrorModel, TooManyDesktops, UnknownDesktop, VncError
from ..options import Area, DesktopOptions, Geometry, check_new_name
from ..system.process_identity import ProcessIdentity
from ..system.timeouts import within
from .blocking import BlockingWork, Division
from .desktop import Desktop
from .entries import Entries
from .model import DesktopModel, MonitorModel, ViewerModel, desktop_model, idle_deadline
from .runtime import desktop_path, runtime_directory
from .state import ALIVE_PHASES, ELSEWHERE, DesktopState
from .stop_reason import leave_reason
from .waiting import wait_until_ended

DEFAULT_NAME = "default"


class DesktopManager:
    """The desktops of one user.

    ``defaults`` are the options of a desktop that was created without its own; ``orphan_timeout`` the seconds that
    desktops keep running without a server (``None``: until they are stopped); ``max_desktops`` the limit of running
    desktops, 0 for none; ``cull_idle_timeout`` the seconds without input after which a desktop is stopped, 0 for never;
    ``server`` the Jupyter server that we act for, if that is not our own process.
    """

    def __init__(
        self,
        defaults: DesktopOptions,
        runtime_dir: str = "",
        orphan_timeout: float | None = 600.0,
        max_desktops: int = 0,
        cull_idle_timeout: float = 0.0,
        server: ProcessIdentity | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        self.defaults = defaults
        self.runtime_dir = runtime_dir
        self._orphan_timeout = orphan_timeout
        self._max_desktops = max_desktops
        self.cull_idle_timeout = cull_idle_timeout
        self._server = server or ProcessIdentity.own()
        self._log = log or logging.getLogger(__name__)
        self._entries = Entries()
        self._adopts = True
        """Whether we own the desktops that we find; not once we have released all, as a late request might ask."""
        self._changed = asyncio.Event()
        self.viewers: Callable[[str], list[ViewerModel]] = lambda name: []
        """Returns the viewers of a desktop, for its model; set by the server that connects them."""
        self.monitors: Callable[[str], list[MonitorModel]] = lambda name: []
        """Returns the monitors of a desktop in the same way, if there are several."""
        self.blocking = BlockingWork()

    # -- find and list ----------------------------------------------------------------------------------------------

    @property
    def runtime(self) -> Path:
        """The directory of the desktops' directories; raise `InvalidOption` if it can't be created."""
        return runtime_directory(self.runtime_dir)

    def get(self, name: str) -> Desktop:
        """Return the desktop ``name``, and own it if it has a runner here; raise `UnknownDesktop` if there is none."""
        desktop = self._entries.at(desktop_path(self.runtime, name))
        if not desktop.exists():
            self._entries.forget(name)
            raise UnknownDesktop(f"There is no desktop named {name!r}.")
        entry = self._entries.keep(desktop)
        holder = desktop.holder()
        if self._adopts and holder is not None and holder.is_here:
            entry.own(self._server)
        return desktop

    def models(self) -> list[DesktopModel]:
        """Return the model of every desktop in the runtime directory, sorted by name."""
        models = []
        for entry in sorted(self.runtime.iterdir()):
            with contextlib.suppress(VncError):
                models.append(self.model(entry.name))
        return models

    def free_name(self) -> str:
        """Return a free name: ``desktop-1``, ``desktop-2``, …"""
        taken = {entry.name for entry in self.runtime.iterdir()}
        return next(name for name in (f"desktop-{n}" for n in itertools.count(1)) if name not in taken)

    def model(self, name: str) -> DesktopModel:
        """Return a desktop's model; raise `UnknownDesktop` if there is none."""
        desktop = self.get(name)
        return self._model(desktop, desktop.state())

    def _model(self, desktop: Desktop, state: DesktopState) -> DesktopModel:
        clients, viewers, monitors = self.clients(desktop.name), self.viewers(desktop.name), self.monitors(desktop.name)
        return desktop_model(desktop, state, clients, self.cull_idle_timeout, viewers, monitors)

    # -- viewers and activity -----------------------------------------------------------------------------------------

    def client_connected(self, name: str) -> Callable[[], None]:
        """Count a viewer of a known desktop; return the function to call when it disconnects."""
        entry = self._entries.find(name)
        if entry is None:
            return lambda: None
        entry.clients += 1

        def disconnected() -> None:
            entry.clients -= 1

        return disconnected

    def clients(self, name: str) -> int:
        """Return how many viewers are connected through this server."""
        entry = self._entries.find(name)
        return entry.clients if entry is not None else 0

    def note_activity(self, name: str) -> None:
        """Store the time of a user's input, at most once a second."""
        entry = self._entries.find(name)
        if entry is not None:
            entry.note_activity()

    async def keep(self, name: str) -> DesktopModel:
        """Restart a desktop's idle time, as input does."""
        self.get(name).note_activity()
        return self.model(name)

    def idle_deadline(self, name: str) -> datetime | None:
        """Return when an idle desktop is to be stopped; ``None`` if it runs without a limit, or doesn't run."""
        try:
            desktop = self.get(name)
        except UnknownDesktop:
            return None
        return idle_deadline(desktop, desktop.state(), self.cull_idle_timeout)

    async def wait_for_change(self, timeout: float) -> None:
        """Wait until a desktop is started or stopped here, at most ``timeout`` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await within(timeout, self._changed.wait())
        self._changed.clear()

    # -- start, resize, stop ------------------------------------------------------------------------------------------

    async def create(self, name: str, options: DesktopOptions) -> DesktopModel:
        """Create and start a desktop; raise `Conflict` if the name is taken, `TooManyDesktops` at the limit."""
        async with self._entries.turn(name):
            desktop = Desktop(desktop_path(self.runtime, check_new_name(name)))
            if desktop.exists():
                raise Conflict(f"There is a desktop named {name!r} already.", code="name-taken")
            return await self._start(desktop, options)

    async def start(self, name: str) -> DesktopModel:
        """Start a desktop with its stored options; create the default desktop if it doesn't exist.

        Do nothing if it starts or runs already; wait first if it is being stopped.
        """
        async with self._entries.turn(name):
            try:
                desktop = self.get(name)
            except UnknownDesktop:
                if name != DEFAULT_NAME:
                    raise
                desktop = Desktop(desktop_path(self.runtime, name))
            else:
                desktop.check_here()
                state = desktop.state()
                if state.is_alive and not state.is_stopping:
                    return self._model(desktop, state)
                await wait_until_ended(desktop, self._log)
            with contextlib.suppress(AlreadyRunning):  # another server has started it meanwhile
                return await self._start(desktop, desktop.options())
            return self.model(name)

    async def stop(self, name: str, reason: ErrorModel | None = None) -> DesktopModel:
        """Stop a desktop and wait until its processes have ended; its model then has the ``reason``.

        Raise `Conflict` if it runs elsewhere, `TimedOut` if its runner can't be ended.
        """
        async with self._entries.turn(name):
            desktop = self.get(name)
            desktop.check_here()
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
        async with self._entries.turn(name):
            desktop = self.get(name)
            await self._stop(desktop)
            await self.blocking.remove(desktop.remove)
            self._entries.forget(name)

    async def resize(self, name: str, geometry: Geometry) -> DesktopModel:
        """Resize a desktop whose VNC server ignores SetDesktopSize; raise `Conflict` if it doesn't run."""
        desktop = self.get(name)
        state = desktop.state()
        display = state.usable_display()
        await self.blocking.resize(state.resize_through, display, desktop, geometry)
        return self.model(name)

    async def divide(self, name: str, monitors: Sequence[Area], otherwise: Geometry | None) -> None:
        """Give a desktop several monitors, or one again: see `Division`; raise `Conflict` if it can't."""
        desktop = self.get(name)
        state = desktop.state()
        display = state.usable_display()
        if not state.monitors_through:
            raise Conflict("This desktop cannot have several monitors.", code="one-monitor")
        socket = desktop.path / (state.monitors_socket or state.raw_socket)
        await self.blocking.divide(state.monitors_through, display, desktop, socket, Division(monitors, otherwise))

    async def scale(self, name: str, percent: int) -> DesktopModel:
        """Scale what a desktop's programs show; raise `Conflict` if it doesn't run."""
        desktop = self.get(name)
        await self.blocking.scale(desktop.state().usable_display(), desktop, percent)
        return {**self.model(name), "scale": percent}

    def is_busy(self, name: str) -> bool:
        """Return whether a desktop is being created, started, stopped, restarted or removed here."""
        return self._entries.is_busy(name)

    async def stop_all(self) -> None:
        """Stop every desktop that no other server owns."""
        mine = self._release_all()
        results = await asyncio.gather(*map(self._stop, mine), return_exceptions=True)
        for desktop, result in zip(mine, results, strict=True):
            if isinstance(result, BaseException):  # such as a full disk; the others are stopped all the same
                self._log.error("%s: could not be stopped: %s", desktop.name, result)

    def signal_all(self) -> None:
        """Ask every desktop that no other server owns to stop, without waiting: the interpreter is about to end."""
        for desktop in self._release_all():
            desktop.signal_stop()

    def let_live(self) -> None:
        """Own no desktop any more and leave all running, for a process that ends before they do."""
        self._adopts = False
        for entry in self._entries:
            entry.abandon()

    def _release_all(self) -> list[Desktop]:
        """Own no desktop any more; return those that have no other owner."""
        with contextlib.suppress(VncError, OSError):
            self.models()  # owns the desktops that were started since the last call
        self._adopts = False
        released = [entry.desktop for entry in self._entries if entry.release() and entry.desktop is not None]
        return [desktop for desktop in released if not desktop.has_owner(besides=self._server)]

    async def _start(self, desktop: Desktop, own_options: DesktopOptions | None = None) -> DesktopModel:
        options = own_options or self.defaults
        for note in await self.blocking.check(options):
            self._log.info("%s: %s", desktop.name, note)
        if self._max_desktops and self._running() >= self._max_desktops:
            raise TooManyDesktops(
                f"No more than {self._max_desktops} desktops may run at once; stop one of the others first."
            )
        desktop.prepare()
        self._entries.keep(desktop).own(self._server)
        desktop.start(options, self._orphan_timeout, remember=own_options is not None)
        desktop.note_activity()
        self._changed.set()
        self._log.info("%s: starting", desktop.name)
        return self._model(desktop, desktop.state())

    def _running(self) -> int:
        return sum(model["phase"] in ALIVE_PHASES for model in self.models())

    async def _stop(self, desktop: Desktop) -> None:
        desktop.check_here()
        if not desktop.stopped():
            desktop.signal_stop()
            await wait_until_ended(desktop, self._log)
        phase = desktop.state().phase if desktop.exists() else "stopped"
        if phase not in ("stopped", ELSEWHERE):  # its runner was killed, or its last start failed
            await self.blocking.remove(desktop.sweep)
        self._changed.set()
        self._log.info("%s: stopped", desktop.name)
