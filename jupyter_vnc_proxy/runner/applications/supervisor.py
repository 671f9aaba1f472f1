"""Starts a window manager and one application, and tells when that has ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import xcffib

from ...desktops import logs
from ...desktops.applications.record import read_record
from ...desktops.stop_reason import leave_reason
from ...errors import InvalidOption
from ...system.process import describe_status
from ...system.timeouts import within
from ..backoff import Backoff
from .windows import ApplicationWindows

MANAGER_SECONDS = 10.0
"""The time that a window manager may take until the application starts without one."""

FIRST_WINDOW_SECONDS = 10.0
"""The time in which a program that has ended with success may still show a window, as one that goes into the background
or asks a service for it."""

LAST_WINDOW_SECONDS = 1.0
"""The same if windows were closed: a program may start another in its place."""

MIN_SECONDS = 3.5
"""A session that ends sooner counts as one that could not start."""

PART = "application"
"""The name of the log with the application's output."""

SHOWN_LINES = 20
"""The last lines of the log that are shown with a failure."""

ENDING_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM)
"""Signals that end a program, and are no crash."""


class Supervisor:
    """Runs ``application`` (an argv) on ``display``, whose desktop is in ``directory``, with the window ``manager``."""

    def __init__(
        self, directory: Path, display: str, xauthority: Path, manager: Sequence[str], application: Sequence[str]
    ) -> None:
        self._directory, self._display, self._xauthority = directory, display, xauthority
        self._manager_argv, self._argv = manager, application
        self._started = time.monotonic()
        self._changed = asyncio.Event()
        self._windows: ApplicationWindows | None = None

    async def run(self) -> int:
        """Run both; return 0 once the application has ended, and 1 if the display has."""
        try:
            self._windows = windows = ApplicationWindows(self._display, self._xauthority)
        except xcffib.ConnectionException as error:
            print(f"The display can't be watched: {error}", flush=True)
            return 1
        asyncio.get_running_loop().add_reader(windows.fileno(), self._readable)
        manager = asyncio.create_task(self._manage())
        try:
            await self._until(lambda: windows.is_managed, MANAGER_SECONDS)
            await self._run_application(windows)
            return 0 if self._windows is not None else 1
        finally:
            manager.cancel()
            await asyncio.gather(manager, return_exceptions=True)

    def _readable(self) -> None:
        windows = self._windows
        if windows is None:
            return
        try:
            windows.handle_events()
        except xcffib.ConnectionException:
            self._windows = None
            asyncio.get_running_loop().remove_reader(windows.fileno())
        self._changed.set()

    async def _manage(self) -> None:
        """Run the window manager, again if it ends."""
        backoff = Backoff()
        while True:
            try:
                process = await asyncio.create_subprocess_exec(*self._manager_argv)
                status = await process.wait()
            except OSError as error:
                print(f"{self._manager_argv[0]}: {error.strerror}", flush=True)
                return
            print(f"{self._manager_argv[0]}: {describe_status(status)}", flush=True)
            pause = backoff.pause(time.monotonic())
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def _run_application(self, windows: ApplicationWindows) -> None:
        """Run the application until it has ended; if it has failed, leave the reason for the desktop's runner."""
        name, directory = self._described()
        try:
            with open(self._directory / "log" / f"{PART}.log", "ab") as log:  # noqa: ASYNC230 - a local file
                process = await asyncio.create_subprocess_exec(
                    *self._argv, cwd=directory, stdout=log, stderr=asyncio.subprocess.STDOUT
                )
        except OSError as error:
            return await self._fail(f"{name} could not be executed: {error.strerror}.")
        ended = asyncio.create_task(process.wait())
        ended.add_done_callback(lambda _: self._changed.set())
        try:
            await self._until(ended.done)
            if self._windows is None:
                return None
            status = ended.result()
        finally:
            ended.cancel()
        if status == 0:
            await self._until(lambda: windows.had_any, FIRST_WINDOW_SECONDS)
        if not windows.had_any:
            return await self._fail(f"{name} ended without showing a window ({describe_status(status)}).")
        if status < 0 and -status not in ENDING_SIGNALS:
            return await self._fail(f"{name} crashed ({describe_status(status)}).")
        while windows.count and self._windows is not None:
            await self._until(lambda: not windows.count)
            await self._until(lambda: windows.count > 0, LAST_WINDOW_SECONDS)
        return None

    def _described(self) -> tuple[str, Path | None]:
        """Return the application's name, and the directory to run it in if there is one."""
        with contextlib.suppress(InvalidOption):
            record = read_record(self._directory)
            if record is not None:
                directory = Path(record.directory) if record.directory else None
                return record.name, directory if directory is not None and directory.is_dir() else None
        return self._argv[0], None

    async def _until(self, condition: Callable[[], bool], seconds: float | None = None) -> None:
        """Wait until something holds, at most for some seconds; not if the display is gone."""
        end = None if seconds is None else time.monotonic() + seconds
        while not condition() and self._windows is not None:
            self._changed.clear()
            try:
                await within(None if end is None else end - time.monotonic(), self._changed.wait())
            except asyncio.TimeoutError:
                return

    async def _fail(self, message: str) -> None:
        """Leave the reason for the end of the desktop."""
        log = logs.log(self._directory / "log", PART, SHOWN_LINES)
        leave_reason(
            self._directory,
            {"code": "application-failed", "message": message, "fix": None, "part": PART, "log": log},
        )
        await asyncio.sleep(max(0.0, self._started + MIN_SECONDS - time.monotonic()))
