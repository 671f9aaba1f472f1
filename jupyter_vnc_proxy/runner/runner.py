"""One desktop in the foreground: start its processes, keep them alive, stop them.

Each process starts as soon as those that it depends on are ready: display → VNC server and session → websockify. A
process that crashes is restarted with growing pauses. Exit status 0 of the session is a log-out and stops the desktop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..backends import AnyBackend, missing_programs, plan_of
from ..backends.base import Plan, Step
from ..backends.fields import secret_values
from ..backends.sessions import installed_sessions
from ..desktops import logs
from ..desktops.desktop import Desktop
from ..desktops.display_number import remember
from ..desktops.markers import MARKER
from ..desktops.state import STOPPING, DesktopState, write_private
from ..desktops.stop_reason import take_reason
from ..errors import StartFailed, VncError
from ..options import DesktopOptions, Geometry
from ..system.fork.standby import Standby
from ..system.process import REPORTS, describe_status
from ..system.process_groups import adopt_orphans, end_marked
from ..system.x_display import write_cookie
from .backoff import CRASH_WINDOW_SECONDS, MAX_CRASHES, Backoff
from .diagnosis import directory_unwritable, process_failed, programs_missing, session_ended
from .ownership import OwnershipWatcher
from .processes import LOG_LINES, Processes
from .root_window import DisplayWatch, load_modules
from .startup import RUNTIME_DIRECTORY, arrange, environment_notes, process_environment, start_in_order
from .status_lines import parse_report

log = logging.getLogger("jupyter_vnc_proxy")

EARLY_END_SECONDS = 3.0
"""A session that ends sooner, and showed no window manager, failed to start."""

SESSION_WAIT_SECONDS = 10.0
"""The time that a session may take to show its window manager; some have none."""

DISPLAY_DEATH_SECONDS = 0.3
"""Time in which the display's end shows, if that has ended its clients."""


class Runner:
    """Runs one desktop; `run` returns when it has ended.

    ``orphan_timeout``: seconds that the desktop keeps running without an owner; ``None`` binds it to our parent
    process, which was ``parent`` at our start. ``notes``: sentences for its state. ``standby`` may become a process.
    """

    def __init__(
        self,
        desktop: Desktop,
        options: DesktopOptions,
        backend: AnyBackend,
        orphan_timeout: float | None = None,
        parent: int | None = None,
        notes: Sequence[str] = (),
        standby: Standby | None = None,
    ) -> None:
        self._desktop, self._options, self._backend = desktop, options, backend
        self._environment = process_environment(desktop)
        self._processes = Processes(desktop, self._environment, standby)
        self._ownership = OwnershipWatcher(
            desktop, orphan_timeout, parent or os.getppid(), self._end, self._processes.reap_orphans
        )
        self._steps: Mapping[str, Step] = {}
        self._companions: Sequence[Sequence[str]] = ()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._backoffs: dict[str, Backoff] = {}
        self._display = DisplayWatch(desktop.name, desktop.xauthority, self._display_changed, self._set)
        self._came_up = False
        self._main: asyncio.Task[None] | None = None
        self._notes = [*notes, *environment_notes(os.environ)]
        self._state = DesktopState(
            name=desktop.name,
            backend=backend.name,
            transport=options.transport,
            geometry=str(options.geometry),
            notes=self._notes,
        )

    # -- the life of the desktop ----------------------------------------------------------------------------------

    async def run(self) -> int:
        """Run until the session ends, a signal arrives or the last owner is gone; return the exit status."""
        self._desktop.prepare()
        try:
            with self._desktop.locked():
                self._clean_up()
                return await self._live()
        except OSError as error:  # a full disk that has no room even for the lock
            failure = directory_unwritable(self._desktop.path, error)
            self._set(phase="failed", step=None, display=None, error=failure.model())
            return 1

    def _clean_up(self) -> None:
        """Remove what an earlier run left."""
        end_marked(MARKER, str(self._desktop.path))
        if self._desktop.exists():
            previous = self._desktop.stored_state()
            self._state = replace(self._state, created=previous.created, options=previous.options)
            self._desktop.remove_traces(previous.display)
        take_reason(self._desktop.path)
        logs.begin(self._desktop.log_directory, secret_values(self._backend, self._options))
        (self._desktop.path / RUNTIME_DIRECTORY).mkdir(mode=0o700, exist_ok=True)

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
            self._spawn(self._ownership.watch())
            await self._start_all()
            await self._supervise()
        except StartFailed as failure:
            error = failure
            log.error("%s: %s", self._desktop.name, failure.message)
        except asyncio.CancelledError:
            pass  # `_end` was called
        except Exception as unexpected:
            log.exception("%s: unexpected error", self._desktop.name)
            reason = f"The process that runs this desktop met an unexpected error: {unexpected!r}."
            error = StartFailed(reason, code="internal-error", part="runner")
        self._set(step=STOPPING)
        await self._stop_all()
        why = error.model() if error else take_reason(self._desktop.path)
        self._state = self._state.ended("failed" if error else "stopped", why)
        self._set()
        return 1 if error else 0

    def _end(self, reason: str) -> None:
        """End the desktop; a second call has no effect."""
        main, self._main = self._main, None
        if main is not None:
            log.info("%s: stopping: %s", self._desktop.name, reason)
            main.cancel()

    def _set(self, **changes: Any) -> None:
        """Change the state and write it."""
        self._state = replace(self._state, **changes)
        try:
            self._desktop.write_state(self._state)
        except OSError as error:  # a full disk must not end a desktop that has the user's work in it
            log.error("%s: the state could not be written: %s", self._desktop.name, error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- start ------------------------------------------------------------------------------------------------------

    async def _start_all(self) -> None:
        """Start every process when those that it depends on are ready; raise `StartFailed` if one fails."""
        missing = missing_programs(self._backend, self._options)
        if missing:
            raise programs_missing(self._backend.name, missing)
        try:
            write_cookie(self._desktop.xauthority)
            self._use(plan_of(self._backend, self._options, self._desktop.paths))
        except StartFailed:
            raise
        except VncError as error:
            raise StartFailed(error.message, code=error.code, fix=error.fix, part="session") from error
        except OSError as error:
            raise directory_unwritable(self._desktop.path, error) from error
        await start_in_order(self._steps.values(), self._start, load_modules)
        self._set(phase="running", step=None if self._display.has_window_manager else "session")
        asyncio.get_running_loop().call_later(SESSION_WAIT_SECONDS, self._stop_waiting_for_session)

    def _use(self, plan: Plan) -> None:
        startup = arrange(plan, self._options, self._environment, self._desktop.path)
        self._steps, self._companions = startup.steps, startup.companions
        self._processes.environment = dict(self._environment)
        self._processes.session_environment = startup.environment
        self._state = replace(self._state, **plan.properties(), **startup.properties())

    def _stop_waiting_for_session(self) -> None:
        """Assume that a session without a window manager by now has none."""
        if (self._state.phase, self._state.step) == ("running", "session"):
            self._set(step=None)

    async def _start(self, step: Step) -> None:
        """Start one process and wait until it is ready; raise `StartFailed` if it fails."""
        if self._state.phase != "running" and step.name != "session" and not step.asks_display:
            self._set(step=step.name)
        for file, text in step.files.items():
            try:
                write_private(file, text)
            except OSError as error:
                raise directory_unwritable(self._desktop.path, error) from error
        on_report = None
        if REPORTS in step.argv:
            on_report = self._take_report
            self._state = replace(self._state, encoder=None, notes=self._notes)
        line = await self._processes.start(step, self._options.start_timeout, on_report)
        if step.name == "display":
            self._use_display(f":{line}")
        elif step.name == "session":
            await self._processes.start_companions(self._companions, self._options.start_timeout)

    def _take_report(self, line: str) -> None:
        report = parse_report(line)
        if "notes" in report:
            report["notes"] = [*self._notes, *report["notes"]]
        self._set(**report)

    # -- the display --------------------------------------------------------------------------------------------------

    def _use_display(self, display: str) -> None:
        self._set(display=display, step="vnc" if "vnc" in self._steps else "display")
        remember(self._desktop.path, display)
        if self._steps["display"].sized:
            self._display.open(display, self._options.geometry)  # sets its size before any client connects
        else:
            self._spawn(self._watch_display_later(display))
        self._processes.use_display(display)

    async def _watch_display_later(self, display: str) -> None:
        await asyncio.sleep(0)  # the session starts first
        self._display.open(display)

    def _display_changed(self, geometry: Geometry, has_window_manager: bool) -> None:
        changes: dict[str, Any] = {"geometry": str(geometry)}
        self._came_up = self._came_up or has_window_manager
        if has_window_manager and self._state.phase == "running":
            changes["step"] = None
        self._set(**changes)

    # -- supervise ----------------------------------------------------------------------------------------------------

    async def _supervise(self) -> None:
        """Restart crashed processes; return when the session has ended by itself, raise `StartFailed` to give up."""
        while True:
            process, status = await self._processes.ended.get()
            if process not in self._processes:
                continue  # it was replaced
            if process.name != "display" and await self._processes.ends_within("display", DISPLAY_DEATH_SECONDS):
                process = self._processes["display"]
                status = await process.wait()
            lived = time.monotonic() - process.started_at
            log.warning("%s: %s ended: %s", self._desktop.name, process.name, describe_status(status))
            if status == 0 and process.name != "session" and self._steps[process.name].session:
                return  # a log-out
            if process.name == "session":
                if lived < EARLY_END_SECONDS and not (status == 0 and self._came_up):
                    others = [each.name for each in installed_sessions() if each.name != self._state.session]
                    lines = self._desktop.log("session", LOG_LINES)
                    raise session_ended(lived, describe_status(status), lines, others)
                if status == 0:
                    return
            await self._restart(process.name, status)

    async def _restart(self, name: str, status: int) -> None:
        pause = self._backoffs.setdefault(name, Backoff()).pause(time.monotonic())
        if pause is None:
            reason = f"crashed {MAX_CRASHES} times within {CRASH_WINDOW_SECONDS:g} s ({describe_status(status)})"
            raise process_failed(name, reason, self._desktop.log(name, LOG_LINES))
        self._set(phase="running" if name == "session" else "starting", step=name)
        if name == "display":
            await self._stop_processes()
            self._desktop.remove_traces(self._state.display)
        await asyncio.sleep(pause)
        if name == "display":
            await self._start_all()
        else:
            await self._start(self._steps[name])
            self._set(phase="running", step=None)

    # -- stop ---------------------------------------------------------------------------------------------------------

    async def _stop_all(self) -> None:
        """End every process and remove every file that they share with others; takes under five seconds."""
        await self._stop_processes()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._desktop.remove_traces(self._state.display)

    async def _stop_processes(self) -> None:
        await self._display.close()
        await self._processes.stop()
