"""Starts programs in the session for others of the same user, as the session's own menus would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..desktops.programs.request import END_TIMEOUT_SECONDS, LOG, MAX_LINE_BYTES
from ..system.process_groups import descendants, environment_of
from ..system.timeouts import within
from ..system.unix_sockets import PrivateServer

log = logging.getLogger("jupyter_vnc_proxy")

REQUEST_TIMEOUT_SECONDS = 5.0
"""How long a request may take to arrive."""

MAX_REQUESTS = 16
"""Simultaneous requests; further ones are closed without an answer."""

OWN = ("DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER")
"""Variables that a session has of itself."""

OF_ONE_PROGRAM = (
    "DBUS_STARTER_ADDRESS",
    "DBUS_STARTER_BUS_TYPE",
    "DESKTOP_STARTUP_ID",
    "GIO_LAUNCHED_DESKTOP_FILE",
    "GIO_LAUNCHED_DESKTOP_FILE_PID",
    "WINDOWID",
    "XDG_ACTIVATION_TOKEN",
)
"""Variables that concern the program which was started with them."""


class SessionPrograms:
    """Listens on the unix socket ``path`` (0600) from `start` to `close`, and starts the programs that are asked for.

    They are our own children, and end with the desktop. Their output goes to a log in ``logs``.
    """

    def __init__(self, path: Path, logs: Path) -> None:
        self._log = logs / f"{LOG}.log"
        self._session = 0
        self._environment: Mapping[str, str] = {}
        self._directory: Path | None = None
        self._server = PrivateServer(path, self._serve, MAX_REQUESTS, MAX_LINE_BYTES)
        self._running: dict[int, asyncio.Task[int]] = {}

    @property
    def pids(self) -> set[int]:
        """The process ids of the programs that run."""
        return set(self._running)

    async def start(self, session: int, environment: Mapping[str, str], directory: Path | None) -> None:
        """Start programs from now on in the session whose process is ``session``.

        ``environment`` is what that was started with; programs get the session's own, with its D-Bus, if one is found.
        ``directory`` is their working directory.
        """
        self._session, self._environment, self._directory = session, environment, directory
        try:
            await self._server.start()
        except OSError as error:  # the desktop is usable without it
            log.warning("programs can't be started from outside: %s", error)

    async def close(self) -> None:
        """Take no more requests. The programs that run are left; `forget` them after their end."""
        await self._server.close()

    async def forget(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for the exit statuses of the programs, which were ended."""
        if left := list(self._running.values()):
            await asyncio.wait(left, timeout=timeout)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            argv = parse_request(await within(REQUEST_TIMEOUT_SECONDS, reader.readline()))
            writer.write(json.dumps(await self._run(argv)).encode() + b"\n")
            await within(REQUEST_TIMEOUT_SECONDS, writer.drain())
        except (ValueError, OSError, asyncio.TimeoutError) as error:
            log.warning("a request to start a program failed: %s", type(error).__name__)

    async def _run(self, argv: Sequence[str]) -> dict[str, object]:
        environment = await asyncio.to_thread(session_environment, self._session, self._environment)
        try:
            with open(self._log, "ab") as output:  # noqa: ASYNC230 - a local file
                program = await asyncio.create_subprocess_exec(
                    *argv,
                    env=environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,
                    cwd=self._directory,
                )
        except OSError as error:
            return {"error": error.strerror or type(error).__name__}
        ended = asyncio.get_running_loop().create_task(program.wait())
        self._running[program.pid] = ended
        ended.add_done_callback(lambda _: self._running.pop(program.pid, None))
        await asyncio.wait({ended}, timeout=END_TIMEOUT_SECONDS)
        return {"status": ended.result() if ended.done() else None}


def parse_request(line: bytes) -> list[str]:
    """Return the argv that a request asks for; raise ``ValueError`` if it is none."""
    request = json.loads(line)
    argv = request.get("argv") if isinstance(request, dict) else None
    if not isinstance(argv, list) or not argv or not all(type(each) is str and "\0" not in each for each in argv):
        raise ValueError("a request that is none")
    return argv


def session_environment(session: int, started_with: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that the programs of a session get: that of its first one that has the most of `OWN`.

    It is what the session was ``started_with`` if none has any. A display counts only if that has none, as with
    Wayland: programs may have a display within the desktop.
    """
    wanted = OWN if "DISPLAY" in started_with else (*OWN, "DISPLAY", "WAYLAND_DISPLAY")
    found: dict[str, str] = {}
    for process in sorted(descendants(session), key=lambda each: (each.start_time, each.pid)):
        with contextlib.suppress(OSError):
            environment = environment_of(process.pid)
            if sum(each in environment for each in wanted) > sum(each in found for each in wanted):
                found = environment
    merged = {**started_with, **found}
    return {name: value for name, value in merged.items() if name not in OF_ONE_PROGRAM}
