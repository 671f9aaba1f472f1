"""One desktop in the foreground: start its parts, keep them alive, take them down again.

The parts start as soon as what they need is ready: display → VNC server and session → websockify. A part that
crashes is restarted with growing pauses; the session's end with status 0 is a log-out and stops the desktop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..backends import Backend, missing_programs
from ..backends.base import Paths, Step
from ..backends.sessions import choose_session, installed_sessions, session_environment, with_bus
from ..desktops.desktop import MARKER, Desktop
from ..desktops.state import DesktopState, write_private
from ..desktops.stop_reason import take_reason
from ..errors import StartFailed, VncError
from ..options import DesktopOptions, Geometry
from ..system.environment import clean_environment
from ..system.process import REPORTS, adopt_orphans, describe, end_marked
from ..system.x_display import write_cookie
from .backoff import CRASH_WINDOW, CRASHES, Crashes
from .diagnosis import part_failed, programs_missing, session_ended
from .ownership import Guardian
from .processes import Parts
from .root_window import RootWatcher
from .status_lines import parse_report

log = logging.getLogger("jupyter_vnc_proxy")

EARLY_END = 3.0
"""Seconds: a session that ends sooner, and showed no window manager, never came up."""

SESSION_WAIT = 10.0
"""Seconds that a session may take to show its window manager; it may also be one without."""

DISPLAY_DEATH = 0.3
"""Seconds in which the display's own end shows where it took its clients with it."""


class Runner:
    """Runs one desktop; `run` returns when it has ended.

    ``orphan_timeout``: seconds that the desktop lives on without an owner; ``None`` binds it to our parent process,
    which was ``parent`` when we were started. ``notes`` are sentences that the desktop's state is to have.
    """

    def __init__(
        self,
        desktop: Desktop,
        options: DesktopOptions,
        backend: Backend,
        orphan_timeout: float | None = None,
        parent: int | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self._desktop = desktop
        self._options = options
        self._backend = backend
        self._parts = Parts(desktop, self._make_environment())
        self._guardian = Guardian(desktop, orphan_timeout, parent or os.getppid(), self._end, self._parts.reap_orphans)
        self._paths = Paths(desktop.path, desktop.rfb_socket, desktop.xauthority)
        self._steps: dict[str, Step] = {}
        self._companions: list[tuple[str, ...]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._crashes: dict[str, Crashes] = {}
        self._watcher: RootWatcher | None = None
        self._came_up = False
        self._main: asyncio.Task[None] | None = None
        self._notes = list(notes)
        self._state = DesktopState(
            name=desktop.name,
            backend=backend.name,
            transport=options.transport,
            geometry=str(options.geometry),
            resize=backend.resize(options),
            speaks=backend.speaks(options),
            raw_socket=backend.raw_socket(options),
            notes=self._notes,
        )

    def _make_environment(self) -> dict[str, str]:
        environment = clean_environment(os.environ)
        environment[MARKER] = str(self._desktop.path)
        environment["XAUTHORITY"] = str(self._desktop.xauthority)
        environment.pop("DISPLAY", None)
        environment.setdefault("XDG_RUNTIME_DIR", str(self._desktop.path / "run"))
        return environment

    # -- the life of the desktop ----------------------------------------------------------------------------------

    async def run(self) -> int:
        """Run until the session ends, a signal comes or nobody is left who wants it; return the exit status."""
        self._desktop.prepare()
        try:
            with self._desktop.locked():
                self._begin()
                return await self._live()
        except OSError as failure:  # a disk that has no room even for the lock
            self._set(phase="failed", step=None, display=None, error=self._unwritable(failure).model())
            return 1

    def _unwritable(self, error: OSError) -> StartFailed:
        reason = f"The directory {self._desktop.path} could not be written: {error.strerror}."
        return StartFailed(reason, code="disk-full", fix="df -h ~ /tmp")

    def _begin(self) -> None:
        """Clear away what an earlier run left."""
        end_marked(MARKER, str(self._desktop.path))
        if self._desktop.exists():
            previous = self._desktop.stored_state()
            self._state = replace(self._state, created=previous.created, options=previous.options)
            self._desktop.remove_traces(previous.display)
        take_reason(self._desktop.path)
        self._desktop.begin_logs()
        (self._desktop.path / "run").mkdir(mode=0o700, exist_ok=True)

    async def _live(self) -> int:
        adopt_orphans()
        for note in self._notes:
            log.warning("%s: %s", self._desktop.name, note)
        self._main = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, signal.Signals(number).name)
        error: StartFailed | None = None
        try:
            self._set(phase="starting", step="display")
            self._spawn(self._guardian.watch())
            await self._bring_up()
            await self._supervise()
        except StartFailed as failure:
            error = failure
            log.error("%s: %s", self._desktop.name, failure.message)
        except asyncio.CancelledError:
            pass  # `_end` was called
        except Exception as unexpected:
            log.exception("%s: unexpected", self._desktop.name)
            reason = f"The program that looks after this desktop met an error of its own: {unexpected!r}."
            error = StartFailed(reason, code="internal-error", part="runner")
        self._set(step="stopping")
        await self._take_down()
        phase = "failed" if error else "stopped"
        why = error.model() if error else take_reason(self._desktop.path)
        self._set(phase=phase, step=None, display=None, error=why, encoder=None, notes=[])
        return 1 if error else 0

    def _end(self, reason: str) -> None:
        """End the desktop; a second call changes nothing."""
        main, self._main = self._main, None
        if main is not None:
            log.info("%s: ending: %s", self._desktop.name, reason)
            main.cancel()

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        try:
            self._desktop.write_state(self._state)
        except OSError as error:  # a full disk must not end a desktop that has work in it
            log.error("%s: the state could not be written: %s", self._desktop.name, error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- starting ---------------------------------------------------------------------------------------------------

    async def _bring_up(self) -> None:
        """Start every part, each when what it needs is ready; raise `StartFailed` where one does not come up."""
        missing = missing_programs(self._backend, self._options)
        if missing:
            raise programs_missing(self._backend.name, missing)
        try:
            write_cookie(self._desktop.xauthority)
            self._steps = {each.name: each for each in self._backend.steps(self._options, self._paths)}
            for name, step in self._steps.items():
                if step.session:
                    self._state = replace(self._state, session=step.session)
                    self._steps[name] = replace(step, argv=with_bus(step.argv, self._parts.environment["PATH"]))
            brings_one = any(step.session for step in self._steps.values())
            if "session" not in self._steps and (self._options.session_command or not brings_one):
                self._steps["session"] = self._session_step()
        except StartFailed:
            raise
        except VncError as error:
            raise StartFailed(error.message, code=error.code, fix=error.fix, part="session") from error
        except OSError as error:
            raise self._unwritable(error) from error
        tasks: dict[str, asyncio.Task[None]] = {}
        for name, step in self._steps.items():
            needed = [tasks[each] for each in step.after]
            tasks[name] = asyncio.ensure_future(self._start_after(needed, step))
        try:
            await asyncio.gather(*tasks.values())
        except BaseException:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            raise
        self._set(phase="running", step=None if self._window_manager_seen() else "session")
        asyncio.get_running_loop().call_later(SESSION_WAIT, self._wait_no_longer)

    def _wait_no_longer(self) -> None:
        """A session that shows no window manager by now has none."""
        if (self._state.phase, self._state.step) == ("running", "session"):
            self._set(step=None)

    def _session_step(self) -> Step:
        session = choose_session(self._options)
        self._state = replace(self._state, session=session.name)
        self._parts.environment = session_environment(session, self._parts.environment)
        path = self._parts.environment["PATH"]
        self._companions = [with_bus(argv, path) for argv in session.companions]
        return Step("session", with_bus(session.argv, path), after=("display",), umask=-1)

    async def _start_after(self, needed: Iterable[asyncio.Task[None]], step: Step) -> None:
        for task in needed:
            await asyncio.shield(task)
        await self._start(step)

    async def _start(self, step: Step) -> None:
        """Start one part and wait until it is ready; raise `StartFailed` where it isn't."""
        if self._state.phase != "running" and step.name != "session":
            self._set(step=step.name)
        for file, text in step.files.items():
            try:
                write_private(file, text)
            except OSError as error:
                raise self._unwritable(error) from error
        told = None
        if REPORTS in step.argv:
            told = self._told
            self._state = replace(self._state, encoder=None, notes=self._notes)
        line = await self._parts.start(step, self._options.start_timeout, told)
        if step.name == "display":
            await self._use_display(f":{line}")
        elif step.name == "session":
            await self._parts.start_companions(self._companions, self._options.start_timeout)

    def _told(self, line: str) -> None:
        report = parse_report(line)
        if "notes" in report:
            report["notes"] = [*self._notes, *report["notes"]]
        self._set(**report)

    async def _use_display(self, display: str) -> None:
        self._set(display=display)
        self._parts.environment["DISPLAY"] = display
        if self._steps["display"].sized:
            self._watch_display(display)  # its size is ours to set, before anybody looks
        else:
            self._spawn(self._watch_display_later(display))

    async def _watch_display_later(self, display: str) -> None:
        await asyncio.sleep(0)  # the session's start comes first
        self._watch_display(display)

    def _watch_display(self, display: str) -> None:
        try:
            self._watcher = RootWatcher(display, self._desktop.xauthority, self._display_changed)
            if self._steps["display"].sized:
                self._watcher.resize(self._options.geometry)
        except Exception as error:  # a library that is missing, a display that went away
            log.warning("%s: the display can't be watched: %s", self._desktop.name, error)
            return
        self._watcher.start()

    def _close_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    def _window_manager_seen(self) -> bool:
        return self._watcher is not None and self._watcher.has_window_manager

    def _display_changed(self, geometry: Geometry, has_window_manager: bool) -> None:
        changes: dict[str, Any] = {"geometry": str(geometry)}
        self._came_up = self._came_up or has_window_manager
        if has_window_manager and self._state.phase == "running":
            changes["step"] = None
        self._set(**changes)

    # -- keeping alive ------------------------------------------------------------------------------------------------

    async def _supervise(self) -> None:
        """Restart what crashes; return when the session has ended by itself, raise `StartFailed` when giving up."""
        while True:
            child, status = await self._parts.ended.get()
            if child not in self._parts:
                continue  # it was replaced
            if child.name != "display" and await self._display_died():
                child = self._parts["display"]
                status = await child.wait()
            lived = time.monotonic() - child.started_at
            log.warning("%s: %s ended: %s", self._desktop.name, child.name, describe(status))
            if status == 0 and child.name != "session" and self._steps[child.name].session:
                return  # a log-out
            if child.name == "session":
                if lived < EARLY_END and not (status == 0 and self._came_up):
                    others = [each.name for each in installed_sessions() if each.name != self._state.session]
                    raise session_ended(lived, describe(status), self._desktop.log("session", 200), others)
                if status == 0:
                    return
            await self._restart(child.name, status)

    async def _display_died(self) -> bool:
        display = self._parts["display"]
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(display.wait(), DISPLAY_DEATH)
            return True
        return False

    async def _restart(self, part: str, status: int) -> None:
        pause = self._crashes.setdefault(part, Crashes()).pause(time.monotonic())
        if pause is None:
            reason = f"crashed {CRASHES} times within {CRASH_WINDOW:g} s ({describe(status)})"
            raise part_failed(part, reason, self._desktop.log(part, 200))
        self._set(phase="running" if part == "session" else "starting", step=part)
        if part == "display":
            await self._stop_parts()
            self._desktop.remove_traces(self._state.display)
        await asyncio.sleep(pause)
        if part == "display":
            await self._bring_up()
        else:
            await self._start(self._steps[part])
            self._set(phase="running", step=None)

    # -- ending -------------------------------------------------------------------------------------------------------

    async def _take_down(self) -> None:
        """End every part and remove every trace; takes under five seconds."""
        await self._stop_parts()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._desktop.remove_traces(self._state.display)

    async def _stop_parts(self) -> None:
        self._close_watcher()
        await self._parts.stop()
