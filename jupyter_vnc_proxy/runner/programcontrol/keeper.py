"""Keeps the programs that control the desktop: lets them act, or wait while a person has taken over."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from ...desktops.programs.control import MAX_LINE_BYTES, ProgramModel, line
from ...system.timeouts import within
from ...system.unix_sockets import PrivateServer
from .program import Program, parse

log = logging.getLogger("jupyter_vnc_proxy")

MAX_CONNECTIONS = 64
"""Simultaneous programs; further ones are closed without an answer."""

ACTIVE_SECONDS = 60.0
"""How long a program is shown after its last action."""

MAX_LEFT = 8
"""Paused programs that are shown after their end."""

REPORT_SECONDS = 0.25
"""The shortest time between two reports of what programs do: each is written to the desktop's state."""

WRITE_SECONDS = 5.0
"""How long a program may take to read an answer."""


class ControlKeeper:
    """Listens on the unix socket ``path`` (0600) from `start` to `close`; calls ``changed`` with the programs to show.

    A person who takes over pauses all programs, also those that come later: none gets around it with a new connection.
    So programs that have ended are shown until the person resumes. Without any program, there is nothing to pause.
    """

    def __init__(self, path: Path, changed: Callable[[list[ProgramModel]], None]) -> None:
        self._changed = changed
        self._server = PrivateServer(path, self._serve, MAX_CONNECTIONS, MAX_LINE_BYTES)
        self._programs: dict[Program, asyncio.StreamWriter | None] = {}
        self._idle: dict[Program, asyncio.TimerHandle] = {}
        self._paused = False
        self._reported: list[ProgramModel] = []
        self._report_later: asyncio.TimerHandle | None = None
        self._next_report = 0.0

    async def start(self) -> None:
        """Listen, unless it does already."""
        try:
            await self._server.start()
        except OSError as error:  # the desktop is usable without it
            log.warning("programs that control the desktop can't be shown: %s", error)

    async def close(self) -> None:
        """Listen no more, and end all connections; who is paused stays so."""
        await self._server.close()
        self._report_now()

    def models(self) -> list[ProgramModel]:
        """Return the programs that act, and those that are paused."""
        return [each.model(self._paused) for each in self._programs if each.is_active]

    # -- connections --------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_own_user(writer.get_extra_info("socket")):
            return
        program: Program | None = None
        try:
            while text := await reader.readline():
                message = parse(text)
                if "program" in message and program is None:
                    program = Program(message["program"])
                    self._programs[program] = writer
                elif "ask" in message and program is not None:
                    self._ask(program, message["ask"], message["action"], message["x"], message["y"])
                elif "paused" in message:
                    self._set_paused(message["paused"])
                    writer.write(line({"programs": list(self.models())}))
                await within(WRITE_SECONDS, writer.drain())
        except (ValueError, OSError, asyncio.TimeoutError) as error:
            log.warning("a program that controls the desktop was disconnected: %s", type(error).__name__)
        finally:
            if program is not None:
                self._ended(program)

    def _ask(self, program: Program, number: int, action: str, x: int | None, y: int | None) -> None:
        program.action, program.x, program.y = action, x, y
        program.waiting = number if self._paused else None
        for other in [each for each in self._left() if each.name == program.name]:
            del self._programs[other]  # it has come back
        self._is_active(program)
        self._send(program, {"wait" if self._paused else "go": number})
        self._report()

    def _is_active(self, program: Program) -> None:
        program.is_active = True
        self._forget_timer(program)
        self._idle[program] = asyncio.get_running_loop().call_later(ACTIVE_SECONDS, self._is_idle, program)

    def _is_idle(self, program: Program) -> None:
        self._idle.pop(program, None)
        if not self._paused:
            program.is_active = False
            self._report()

    def _forget_timer(self, program: Program) -> None:
        if (handle := self._idle.pop(program, None)) is not None:
            handle.cancel()

    def _ended(self, program: Program) -> None:
        self._forget_timer(program)
        self._programs[program] = None
        if not (self._paused and program.is_active):
            del self._programs[program]
        for oldest in self._left()[:-MAX_LEFT]:
            del self._programs[oldest]
        self._report()

    def _left(self) -> list[Program]:
        """Return the programs that have ended, but are shown since they were paused."""
        return [program for program, writer in self._programs.items() if writer is None]

    def _set_paused(self, paused: bool) -> None:
        if paused and not self._paused:
            self._paused = bool(self._programs)
            for program in self._programs:
                program.is_active = True
                self._send(program, {"paused": True})
        elif self._paused and not paused:
            self._paused = False
            for program in self._left():
                del self._programs[program]
            for program in self._programs:
                self._is_active(program)
                if program.waiting is not None:
                    self._send(program, {"go": program.waiting})
                    program.waiting = None
        self._report_now()

    def _send(self, program: Program, message: dict[str, object]) -> None:
        writer = self._programs[program]
        if writer is not None:
            writer.write(line(message))

    # -- reports ------------------------------------------------------------------------------------------------------

    def _report(self) -> None:
        """Report soon, at most once in `REPORT_SECONDS`."""
        if self._report_later is None:
            loop = asyncio.get_running_loop()
            self._report_later = loop.call_at(max(self._next_report, loop.time()), self._report_now)

    def _report_now(self) -> None:
        if self._report_later is not None:
            self._report_later.cancel()
            self._report_later = None
        self._next_report = asyncio.get_running_loop().time() + REPORT_SECONDS
        models = self.models()
        if models != self._reported:
            self._reported = models
            self._changed(models)


def is_own_user(connection: socket.socket) -> bool:
    """Return whether the other end of a unix socket is a process of our user (``SO_PEERCRED``, unix(7))."""
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())
