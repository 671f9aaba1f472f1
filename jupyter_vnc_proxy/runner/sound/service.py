"""Runs a desktop's sound server beside its session, and the encoder of its sound while somebody listens.

Neither is waited for, and the end of either does not end the desktop.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from ...desktops.state import write_private
from ...sound.pulse import (
    CONFIGURATION,
    CONFIGURATION_FILE,
    LISTENERS_SOCKET,
    NOT_ITS_OWN,
    SERVER,
    SOCKET,
    address,
    server_argv,
    server_environment,
    server_program,
)
from ...system.environment import program_environment
from ...system.own_python import own_python
from ...system.process import Process, ProcessFailed, describe_status
from ...system.unix_sockets import private_socket
from ..backoff import CRASH_WINDOW_SECONDS, Backoff

log = logging.getLogger("jupyter_vnc_proxy")

START_TIMEOUT = 10.0
"""Seconds that each of the two may take to be executed."""

GRACE = 0.5
"""Seconds between SIGTERM and SIGKILL."""

BACKLOG = 16
"""Listeners that may wait for the encoder to start."""


class SoundService:
    """The sound of the desktop in ``directory``; ``logs`` is where the output of its two programs goes."""

    def __init__(self, directory: Path, logs: Path) -> None:
        self._directory = directory
        self._logs = logs
        self._processes: dict[str, Process] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._listening: socket.socket | None = None

    @property
    def pids(self) -> set[int]:
        """The process ids of its programs, whose exit statuses are awaited here."""
        return {each.pid for each in self._processes.values() if each.pid is not None}

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the sound server, and the encoder whenever somebody connects; do nothing if they are started.

        ``environment`` is the user's. Without the program, or a place for the sockets, the desktop has no sound.
        """
        program = server_program(environment.get("PATH"))
        if self._tasks or program is None or environment.get(SERVER) != address(self._directory):
            return
        try:
            write_private(self._directory / CONFIGURATION_FILE, CONFIGURATION)
            self._listening = private_socket(self._directory / LISTENERS_SOCKET)
            self._listening.setblocking(False)
            self._listening.listen(BACKLOG)
        except OSError as error:  # the desktop is usable without sound
            log.warning("%s: the desktop has no sound: %s", self._directory.name, error)
            self._close_socket()
            return
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._keep_server(program, environment)),
            loop.create_task(self._encode(self._listening, environment)),
        ]

    async def stop(self) -> None:
        """End both programs, and listen no more."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        processes, self._processes = list(self._processes.values()), {}
        await asyncio.gather(*(each.stop(GRACE) for each in processes))
        self._close_socket()
        for name in (SOCKET, LISTENERS_SOCKET):
            (self._directory / name).unlink(missing_ok=True)

    def _close_socket(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    async def _keep_server(self, program: str, environment: Mapping[str, str]) -> None:
        """Run the sound server, again and again if it crashes."""
        argv = server_argv(program, self._directory)
        own = server_environment(program_environment(program, environment), self._directory)
        backoff = Backoff()
        while True:
            await self._run(Process("sound", argv, own, self._logs / "sound.log", umask=0o077, directory=Path("/")))
            pause = backoff.pause(time.monotonic())
            if pause is None:
                log.error("%s: the sound server crashed too often; the desktop has no sound", self._directory.name)
                return
            await asyncio.sleep(pause)

    async def _encode(self, listening: socket.socket, environment: Mapping[str, str]) -> None:
        """Run the encoder whenever somebody waits on the socket ``listening``, which it inherits."""
        number = listening.fileno()
        argv = (*own_python("jupyter_vnc_proxy.sound"), "--socket-fd", str(number))
        own = {key: value for key, value in environment.items() if key == SERVER or key not in NOT_ITS_OWN}
        own = program_environment(argv[0], own)
        backoff = Backoff()
        while True:
            await _readable(listening)
            encoder = Process("encoder", argv, own, self._logs / "encoder.log", directory=Path("/"))
            encoder.inherits = (number,)
            if await self._run(encoder) != 0:
                pause = backoff.pause(time.monotonic())
                await asyncio.sleep(CRASH_WINDOW_SECONDS if pause is None else pause)

    async def _run(self, process: Process) -> int | None:
        """Run a program until its end; return its exit status, or ``None`` if it could not be executed."""
        self._processes[process.name] = process
        try:
            await process.start(START_TIMEOUT)
            status = await process.wait()
        except ProcessFailed as failure:
            log.warning("%s: %s %s", self._directory.name, process.name, failure.reason)
            return None
        if status:
            log.warning("%s: %s ended: %s", self._directory.name, process.name, describe_status(status))
        return status


async def _readable(listening: socket.socket) -> None:
    """Wait until a connection waits to be accepted."""
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    loop.add_reader(listening, arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(listening)
