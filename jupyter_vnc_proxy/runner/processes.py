"""The processes of one desktop, each by the name of its step, and their environments."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ..backends.base import DISPLAY, DISPLAY_NUMBER, Step
from ..desktops.desktop import Desktop
from ..desktops.display_number import expected
from ..desktops.markers import MARKER, is_runner
from ..desktops.programs.control import CONTROL_SOCKET
from ..system.cleanup import remove_segments
from ..system.environment import find_program, program_environment
from ..system.fork.standby import Standby
from ..system.inheritance.account import may_enter
from ..system.process import Process, ProcessFailed
from ..system.process_groups import end_descendants, end_marked, reap_orphans
from ..system.timeouts import within
from .diagnosis import process_failed
from .programcontrol.keeper import ControlKeeper
from .session_programs import SessionPrograms
from .sound.service import SoundService
from .user_directories import create_user_directories

SESSION_GRACE = 2.0
PROCESS_GRACE = 1.0
REST_GRACE = 0.5
"""Seconds between SIGTERM and SIGKILL for the session, then for the others, and then for whatever else was started on
the desktop, within the five that a stop may take."""

SHORTAGE_POLL = 0.05
"""Seconds between two checks whether the VNC server is short of CPU time."""

WAIT_TIMEOUT = 1.0
"""Seconds to wait for the exit statuses of processes that were killed."""

LOG_LINES = 200
"""Lines of a log that are searched for the cause of a failure."""


class Processes:
    """Starts and stops the processes of ``desktop``; ``ended`` has each that ended, with its exit status.

    ``environment`` is the user's, ``session_environment`` that of the session and its companions. A child that stands
    by becomes the first process that it can become. ``set_state`` changes fields of the desktop's state.
    """

    def __init__(
        self,
        desktop: Desktop,
        environment: dict[str, str],
        standby: Standby | None = None,
        set_state: Callable[..., None] = lambda **_: None,
    ) -> None:
        self.environment = environment
        self.session_environment = environment
        self.ended: asyncio.Queue[tuple[Process, int]] = asyncio.Queue()
        self._desktop = desktop
        self._standby = standby
        self._processes: dict[str, Process] = {}
        self._companions: list[Process] = []
        self._waits: set[asyncio.Task[None]] = set()
        self.programs = SessionPrograms(desktop.paths.program_socket, desktop.log_directory)
        self._control = ControlKeeper(desktop.path / CONTROL_SOCKET, lambda shown: set_state(programs=shown))
        self._sound = SoundService(desktop.path, desktop.log_directory)

    def __getitem__(self, name: str) -> Process:
        return self._processes[name]

    def __contains__(self, process: object) -> bool:
        """Return whether ``process`` is a current one: it was not replaced."""
        return any(process is each for each in self._processes.values())

    async def start(self, step: Step, timeout: float, on_report: Callable[[str], None] | None = None) -> str:
        """Start one process and wait until it is ready; return what it wrote to its readiness pipe.

        The directories that a desktop environment would create are there before it starts.
        ``on_report`` is called with each line that it reports until it is replaced. Raise `StartFailed` if it isn't
        ready within ``timeout`` seconds.
        """
        if step.name == "display":
            await self._control.start()
        if step.name == "session":
            await asyncio.to_thread(create_user_directories, self.session_environment)
            await self._let_server_go_first()
        if step.name == "session" or step.session:
            self._sound.start(self.environment)
        try:
            process, line = await self._start(step, timeout, on_report)
        except ProcessFailed as failure:
            raise process_failed(step.name, failure.reason, self._desktop.log(step.name, LOG_LINES)) from failure
        if step.name == "session" or step.session:
            await self.programs.start(process.pid or 0, process.env, process.directory)
        wait = asyncio.get_running_loop().create_task(self._wait(process))
        self._waits.add(wait)
        wait.add_done_callback(self._waits.discard)
        return line

    async def _let_server_go_first(self) -> None:
        """Wait while a VNC server that is starting gets little CPU time: a viewer waits for it, and sessions need much.

        So many desktops that start at once are all shown before their sessions compete.
        """
        server = self._processes.get("vnc")
        while server is not None and not server.is_ready and server.is_short_of_cpu:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(SHORTAGE_POLL)

    def use_display(self, display: str) -> None:
        """Let processes that start from now on have the display, and answer those that ask for it."""
        self.environment["DISPLAY"] = display
        for process in self._processes.values():
            if process.asks:
                process.answer(display)

    async def _start(self, step: Step, timeout: float, on_report: Callable[[str], None] | None) -> tuple[Process, str]:
        """Start a process, an X server on the desktop's own display; on any display if that one is taken meanwhile."""
        for number in [expected(self._desktop.path), None] if DISPLAY_NUMBER in step.argv else [None]:
            process = self._of(step, number, on_report)
            self._processes[step.name] = process
            try:
                return process, await process.start(timeout)
            except ProcessFailed as failure:
                if number is None or failure.status is None:
                    raise
                process.log.unlink(missing_ok=True)
        raise AssertionError("the last attempt leaves the number to the X server")

    def _of(self, step: Step, number: str | None, on_report: Callable[[str], None] | None) -> Process:
        words = {DISPLAY: self.environment.get("DISPLAY", ""), DISPLAY_NUMBER: number}
        argv = tuple(word for word in (words.get(each, each) for each in step.argv) if word is not None)
        process = self._make(step.name, argv, in_session=step.name == "session" or bool(step.session))
        process.ready, process.umask, process.env = step.ready, step.umask, {**process.env, **step.environment}
        process.asks, process.standby = step.asks_display, self._standby
        if step.asks_display and "DISPLAY" in self.environment:
            process.answer(self.environment["DISPLAY"])
        if on_report is not None:
            process.on_report = partial(self._report, process, on_report)
        return process

    def _report(self, process: Process, on_report: Callable[[str], None], line: str) -> None:
        if process in self:
            on_report(line)

    async def start_companions(self, commands: Sequence[Sequence[str]], timeout: float) -> None:
        """Start the session's companions, which may fail or end at any time."""
        self._companions = [
            self._make(f"session-{index}", tuple(argv), in_session=True) for index, argv in enumerate(commands, start=1)
        ]
        for companion in self._companions:
            with contextlib.suppress(ProcessFailed):
                await companion.start(timeout)

    async def ends_within(self, name: str, timeout: float) -> bool:
        """Return whether the process of this name has ended, or ends within ``timeout`` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await within(timeout, self[name].wait())
            return True
        return False

    def _make(self, name: str, argv: tuple[str, ...], in_session: bool) -> Process:
        logfile = self._desktop.log_directory / f"{name}.log"
        home = Path(self.environment.get("HOME", "/"))
        directory = home if may_enter(home) and home.is_dir() else None
        if in_session:
            display = self.environment.get("DISPLAY")
            environment = {**self.session_environment, **({"DISPLAY": display} if display else {})}
        else:
            argv = (find_program(argv[0], self.environment.get("PATH", "")), *argv[1:])
            environment = program_environment(argv[0], self.environment)
        marked = {MARKER: self.environment[MARKER], **environment} if MARKER in self.environment else environment
        return Process(name, argv, marked, logfile, directory=directory)

    async def _wait(self, process: Process) -> None:
        status = await process.wait()
        if process.pid is not None:
            remove_segments(process.pid)
        await self.ended.put((process, status))

    def reap_orphans(self) -> None:
        """Reap the orphans that we adopted from the desktop's processes."""
        own = [*self._processes.values(), *self._companions]
        pids = {process.pid for process in own if process.pid is not None}
        reap_orphans(pids | self.programs.pids | self._sound.pids)

    async def stop(self) -> None:
        """Stop every process, the session first, and then everything else that was started on the desktop."""
        await self.programs.close()
        await self._control.close()
        if self._standby is not None:
            self._standby.close()
        session = [self._processes.pop("session", None), *self._companions]
        await asyncio.gather(*(process.stop(SESSION_GRACE) for process in session if process))
        others, self._processes = list(self._processes.values()), {}
        await asyncio.gather(self._sound.stop(), *(process.stop(PROCESS_GRACE) for process in others))
        await end_descendants(REST_GRACE, spare=is_runner)  # a desktop that was started on this one outlives it
        end_marked(MARKER, str(self._desktop.path))
        self.reap_orphans()
        if self._waits:
            await asyncio.wait(self._waits, timeout=WAIT_TIMEOUT)
        await self.programs.forget(WAIT_TIMEOUT)
