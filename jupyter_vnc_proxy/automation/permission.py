"""Asks the desktop's runner before each action, and ends what is under way once a person takes over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from ..desktops.desktop import Desktop
from ..desktops.programs.control import ANSWER_SECONDS, CONTROL_SOCKET, MAX_LINE_BYTES, line
from ..errors import Conflict, TimedOut
from ..system.timeouts import within

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
"""The time that an action waits until a person who has taken over lets programs go on."""


class _Question:
    """Whether one action is allowed: answered at once, and decided then or once a person resumes."""

    def __init__(self) -> None:
        self.is_answered = asyncio.Event()
        self.is_decided = asyncio.Event()
        self.is_allowed = False

    def decide(self, is_allowed: bool) -> None:
        """Answer the question for good; the first time counts."""
        if not self.is_decided.is_set():
            self.is_allowed = is_allowed
            self.is_answered.set()
            self.is_decided.set()


class Permission:
    """What one program may do on a desktop; people see its name, and what it does.

    The connection is made for the first action. Runners of earlier versions allow everything.
    """

    def __init__(self, desktop: Desktop, program: str = "") -> None:
        self._desktop = desktop
        self._program = program or program_name()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._questions: dict[int, _Question] = {}
        self._number = 0
        self._under_way: set[asyncio.Task[Any]] = set()
        self._taken: set[asyncio.Task[Any]] = set()
        """Those that a person has ended."""
        self._connecting = asyncio.Lock()

    async def act(self, work: Coroutine[Any, Any, T], action: str, x: int | None = None, y: int | None = None) -> T:
        """Return the result of ``work`` once it is allowed; ``action`` and the point are shown.

        Raise `Conflict` as `ask` does, and after ``work`` was cancelled since a person takes over meanwhile.
        """
        try:
            await self.ask(action, x, y)
        except BaseException:
            work.close()
            raise
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if task in self._taken:
                raise self._taken_over() from None
            raise
        finally:
            self._under_way.discard(task)
            self._taken.discard(task)

    async def close(self) -> None:
        """Be known no more."""
        reading, self._reading = self._reading, None
        writer, self._writer = self._writer, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def ask(self, action: str, x: int | None = None, y: int | None = None) -> None:
        """Wait until an action is allowed; raise `Conflict` if a person has taken over and doesn't resume soon."""
        async with self._connecting:
            writer = await self._connected()
        if writer is None:
            return
        self._number = number = self._number + 1
        self._questions[number] = question = _Question()
        try:
            writer.write(line({"ask": number, "action": action, "x": x, "y": y}))
            if not await _in_time(question.is_answered, ANSWER_SECONDS):
                raise TimedOut(f"The desktop's runner has not answered within {ANSWER_SECONDS:g} s.")
            if not await _in_time(question.is_decided, PATIENCE_SECONDS):
                raise self._taken_over()
            if not question.is_allowed:
                raise Conflict("The connection to the desktop has ended.", code="display-gone")
        finally:
            del self._questions[number]

    async def _connected(self) -> asyncio.StreamWriter | None:
        """Return the connection, a new one if there is none; ``None`` if the runner is of an earlier version."""
        if self._writer is not None and self._reading is not None and not self._reading.done():
            return self._writer
        await self.close()
        path = os.fspath(self._desktop.path / CONTROL_SOCKET)
        try:
            reader, self._writer = await asyncio.open_unix_connection(path, limit=MAX_LINE_BYTES)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        self._writer.write(line({"program": self._program}))
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))
        return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while text := await reader.readline():
                message = json.loads(text)
                if message.get("paused") is True:
                    self._end_all()
                if (question := self._questions.get(message.get("wait"))) is not None:
                    question.is_answered.set()
                if (question := self._questions.get(message.get("go"))) is not None:
                    question.decide(True)
        except (OSError, ValueError):
            pass
        finally:
            for question in self._questions.values():
                question.decide(False)

    def _end_all(self) -> None:
        for task in self._under_way:
            self._taken.add(task)
            task.cancel()

    def _taken_over(self) -> Conflict:
        return Conflict(
            f"A person has taken over the desktop {self._desktop.name!r}. Wait until they press Resume in its panel.",
            code="taken-over",
        )


async def _in_time(event: asyncio.Event, seconds: float) -> bool:
    """Return whether an event happens in time."""
    with contextlib.suppress(asyncio.TimeoutError):
        await within(seconds, event.wait())
    return event.is_set()


def program_name() -> str:
    """Return a name of this program for people: the notebook's, or the script's."""
    notebook = os.environ.get("JPY_SESSION_NAME", "")  # set by kernels
    return Path(notebook or sys.argv[0] or "Python").name or "Python"
