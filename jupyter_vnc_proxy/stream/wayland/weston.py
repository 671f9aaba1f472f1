"""Debian's Weston as a child: full screen on the compositor, with Xwayland, its shell and its panel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("jupyter_vnc_proxy.stream")

CONFIGURATION = """\
[core]
idle-time=0
[shell]
locking=false
animation=none
close-animation=none
startup-animation=none
background-color=0xff2e3440
[keyboard]
repeat-rate=0
"""
"""weston.ini(5): no lock screen, for many users here have no password; nothing that moves without being asked to; keys
are repeated by viewers, since over a slow link their release comes late."""

STARTS = 20.0
"""Seconds that Weston has to say which X display it serves."""

GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""

MAX_LINE_BYTES = 4096
"""Of its log; the rest of a longer line is dropped. Weston waits when nobody reads what it writes."""

CHUNK_BYTES = 1 << 16
"""Bytes that are read from it at once."""

X_DISPLAY = re.compile(rb"xserver listening on display (:\d+)")


class Weston:
    """Runs Weston in ``directory``, a private one; ``ended(status)`` is called when it has ended by itself."""

    def __init__(self, directory: Path, ended: Callable[[int], None]) -> None:
        self._directory = directory
        self._ended = ended
        self._process: asyncio.subprocess.Process | None = None
        self._display: asyncio.Future[str] | None = None
        self._following: asyncio.Task[None] | None = None

    async def start(self, connection: int) -> None:
        """Start it on ``connection``, the number of a socket to its compositor; raise ``OSError`` where it can't be."""
        configuration = self._directory / "weston.ini"
        configuration.write_text(CONFIGURATION)  # a local file
        has_x = shutil.which("Xwayland") is not None
        # --sprawl: an output for each of the compositor's, which may come and go; --fullscreen would keep its size.
        # --use-pixman: pictures in shared memory, where they can be read.
        argv = ["weston", f"--config={configuration}", "--backend=wayland-backend.so", "--sprawl", "--use-pixman"]
        argv += ["--socket=wayland-desktop", *(["--xwayland"] if has_x else [])]
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment |= {"WAYLAND_SOCKET": str(connection), "XDG_RUNTIME_DIR": os.fspath(self._directory)}
        environment |= {"XDG_SESSION_TYPE": "wayland", "XDG_CURRENT_DESKTOP": "weston", "NO_AT_BRIDGE": "1"}
        process = self._process = await asyncio.create_subprocess_exec(
            *argv,
            env=environment,
            pass_fds=(connection,),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        loop = asyncio.get_running_loop()
        self._display = loop.create_future()
        if not has_x:
            self._display.set_result("")
        self._following = loop.create_task(self._follow(process, self._display))

    async def display(self) -> str:
        """Return its X display's name once it is known, empty where Xwayland isn't installed.

        Raise ``OSError`` where Weston doesn't come up.
        """
        assert self._display is not None
        try:
            return await asyncio.wait_for(self._display, STARTS)
        except asyncio.TimeoutError as error:
            raise OSError(f"Weston said no X display within {STARTS:g} s") from error

    async def _follow(self, process: asyncio.subprocess.Process, display: asyncio.Future[str]) -> None:
        """Pass its log on, and find the X display in it."""
        assert process.stdout is not None
        status = asyncio.ensure_future(process.wait())
        try:
            await self._read(process.stdout, display)
            ended = await asyncio.shield(status)
        finally:
            status.cancel()
        if not display.done():
            display.set_exception(OSError(f"Weston ended with status {ended} before it was up"))
        self._ended(ended)

    async def _read(self, stream: asyncio.StreamReader, display: asyncio.Future[str]) -> None:
        line, cut = b"", False
        while chunk := await stream.read(CHUNK_BYTES):
            *lines, rest = chunk.split(b"\n")
            for each in lines:
                self._take(line + each, cut, display)
                line, cut = b"", False
            cut = cut or len(line) + len(rest) > MAX_LINE_BYTES
            line = (line + rest)[:MAX_LINE_BYTES]
        if line:
            self._take(line, cut, display)

    def _take(self, line: bytes, cut: bool, display: asyncio.Future[str]) -> None:
        cut = cut or len(line) > MAX_LINE_BYTES
        text = line[:MAX_LINE_BYTES].decode(errors="replace").rstrip()
        log.info("weston: %s%s", text, " …" if cut else "")
        found = X_DISPLAY.search(line)
        if found and not display.done():
            display.set_result(found[1].decode())

    async def stop(self) -> None:
        """End it; nothing is told of that."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        # Not through asyncio, which would look whether it has ended and so take its status from itself.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()
