"""The program that makes one recording, as a child of this server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...desktops.recordings import state
from ...desktops.recordings.files import publish
from ...desktops.recordings.order import MODULE, STOP, Order, path_beside
from ...desktops.recordings.state import EndedRecordingModel, RecordingModel
from ...desktops.state import utc_now
from ...errors import Conflict, TimedOut, VncError
from ...system.environment import program_environment
from ...system.own_python import own_python
from ...system.process_identity import ProcessIdentity
from ...system.timeouts import within

LOG = "recording"
"""The name of the desktop's log with what the program writes."""

ANSWER_SECONDS = 30.0
"""How long the program may take to answer: it loads FFmpeg first, and encodes a picture."""

END_SECONDS = 30.0
"""How long the program may take to end once it is told to: a disk may be slow."""

CLOSE_SECONDS = 5.0
"""How long this server's end waits for it; it ends by itself, too."""


DISK_CODES = ("disk", "disk-full")
"""The codes of errors about the file."""


class RecordingProcess:
    """Starts the program, has it record, and knows how that has ended."""

    def __init__(self, order: Order, log_directory: Path, log: logging.Logger) -> None:
        self._order = order
        self._log = log
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._began = False
        self.ended: EndedRecordingModel | None = None
        # Not asyncio's: that kills its child when Python ends, instead of letting it make the file whole.
        with open(log_directory / f"{LOG}.log", "ab") as errors:
            self._process = subprocess.Popen(
                own_python(MODULE),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=program_environment(sys.executable, os.environ),
                start_new_session=True,
                cwd="/",
            )
        self._identity = ProcessIdentity.child_or_ended(self._process.pid)
        self._following = asyncio.ensure_future(self._follow())

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended."""
        return not self._following.done()

    async def start(self) -> RecordingModel:
        """Begin to record; raise `VncError` if the program can't."""
        try:
            return await self.ask(self._order.to_line())
        except BaseException:
            await self.close(ANSWER_SECONDS)
            raise

    async def ask(self, line: str) -> RecordingModel:
        """Have the program obey a line; raise `VncError` with its reason if it can't."""
        async with self._turn:
            self._write(line)
            try:
                answer = await within(ANSWER_SECONDS, self._answers.get())
            except (TimeoutError, asyncio.TimeoutError):
                raise TimedOut("The program that records does not respond.") from None
            if "recording" in answer:
                model: RecordingModel = answer["recording"]
                return model
            self._answers.put_nowait(answer)  # the last one, for others who ask
            error = answer.get("error") or (self.ended and self.ended["error"]) or _failed()
            failure = Conflict(error["message"], code=error["code"], fix=error["fix"])
            if failure.code in DISK_CODES:
                failure.status = 507
            raise failure

    async def stop(self) -> EndedRecordingModel:
        """End the recording, and return how it has ended; raise `TimedOut` if the program hangs."""
        self._write(STOP)
        if not await self._wait(END_SECONDS) or self.ended is None:
            raise TimedOut("The program that records does not end.")
        return self.ended

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Have the program end, as it also does when this server does."""
        self._close_input()
        await self._wait(seconds)

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    async def _wait(self, seconds: float) -> bool:
        await asyncio.wait([self._following], timeout=seconds)
        return self._following.done()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except (OSError, ValueError):
            self._log.debug("the program that records has ended")

    async def _follow(self) -> None:
        """Take the program's answers until its end, and reap it."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, self._process.stdout)
        last: dict[str, Any] = {}
        try:
            while line := await reader.readline():
                answer = json.loads(line)
                if "recording" in answer:
                    self._began = True
                    self._answers.put_nowait(answer)
                else:
                    last = answer
        finally:
            transport.close()
            self._close_input()
            await self._reap()
            if "error" not in last:  # else it has never begun
                self.ended = last.get("ended") or await asyncio.to_thread(self._salvage)
            self._answers.put_nowait(last)

    async def _reap(self) -> None:
        try:
            await asyncio.to_thread(self._process.wait, END_SECONDS)
        except subprocess.TimeoutExpired:
            self._identity.signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)

    def _salvage(self) -> EndedRecordingModel:
        """Give the file of a program that was killed its name: all of it but the last second can be played."""
        partial = Path(self._order.partial)
        path, size = "", 0
        try:
            if self._began:
                size = partial.stat().st_size
                path = path_beside(self._order.path, partial)
                path = path_beside(self._order.path, publish(partial, Path(self._order.file)))
            else:
                partial.unlink(missing_ok=True)
        except OSError as error:
            self._log.warning("a recording could not be kept: %s", error)
        before = state.last_known(Path(self._order.directory))
        ended: EndedRecordingModel = {
            "path": path,
            "seconds": before["seconds"],
            "bytes": size,
            "ended": utc_now(),
            "error": _failed(),
        }
        state.write(Path(self._order.directory), ended)
        return ended


def _failed() -> Any:
    message = f"The program that records has failed; the desktop's log {LOG!r} may say why."
    return VncError(message, code="recorder-failed").body()
