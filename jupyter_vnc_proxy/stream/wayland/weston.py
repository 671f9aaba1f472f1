"""Runs Weston: full screen on the compositor, with Xwayland, its shell and its panel."""

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

from ...system.environment import find_program
from ...system.process_identity import ProcessIdentity
from ...system.timeouts import within

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
"""weston.ini(5): no lock screen, because many users have no password; no animations, which cost bandwidth; no repeat
of keys, because viewers repeat them (over a slow link a release comes late)."""

FOLLOWS_SIZE_SINCE = 14
"""The first version whose full-screen output takes the size of the compositor's. Version 10 ignores a new size ("FIXME:
implement resizing" in its handle_xdg_toplevel_configure), but takes one new output for another with ``--sprawl``, with
which version 16 draws a frame around each output."""

VERSION_TIMEOUT_SECONDS = 5.0
"""How long ``weston --version`` may take; afterwards it counts as old."""

START_TIMEOUT_SECONDS = 20.0
"""How long Weston may take to report its X display."""

STOP_TIMEOUT_SECONDS = 1.0
"""Time between SIGTERM and SIGKILL, and after it."""

MAX_LINE_BYTES = 4096
"""Of its log; the rest of a longer line is dropped. Weston waits when nobody reads what it writes."""

CHUNK_BYTES = 1 << 16
"""Bytes that are read from it at once."""

VERSION = re.compile(rb"weston (\d+)\.")
X_DISPLAY = re.compile(rb"xserver listening on display (:\d+)")


async def _major_version(weston: str) -> int:
    """Return the major version of the program; 0 if it doesn't say."""
    process = await asyncio.create_subprocess_exec(
        weston,
        "--version",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await within(VERSION_TIMEOUT_SECONDS, process.communicate())
    except asyncio.TimeoutError:
        return 0
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                ProcessIdentity.child(process.pid).signal(signal.SIGKILL)
            await process.wait()
    found = VERSION.match(output)
    return int(found[1]) if found else 0


class Weston:
    """Runs Weston in the private ``directory``; ``ended(status)`` is called if it ends by itself.

    After `start`, `follows_size` says whether its output takes the compositor's size; otherwise it needs a new output.
    """

    def __init__(self, directory: Path, ended: Callable[[int], None]) -> None:
        self._directory = directory
        self._ended = ended
        self.follows_size = False
        self._process: asyncio.subprocess.Process | None = None
        self._identity: ProcessIdentity | None = None
        self._display: asyncio.Future[str] | None = None
        self._following: asyncio.Task[None] | None = None

    async def start(self, connection: int) -> None:
        """Start it on ``connection``, a socket's descriptor; raise ``OSError`` if it can't run."""
        configuration = self._directory / "weston.ini"
        configuration.write_text(CONFIGURATION)
        has_x = shutil.which("Xwayland") is not None
        weston = find_program("weston", os.environ.get("PATH", ""))
        self.follows_size = await _major_version(weston) >= FOLLOWS_SIZE_SINCE
        # --sprawl: one output for each of the compositor's, as they come and go.
        # --use-pixman: draw in shared memory, which the tap can read.
        output = "--fullscreen" if self.follows_size else "--sprawl"
        argv = [weston, f"--config={configuration}", "--backend=wayland-backend.so", output, "--use-pixman"]
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
        with contextlib.suppress(ProcessLookupError):
            self._identity = ProcessIdentity.child(process.pid)
        loop = asyncio.get_running_loop()
        self._display = loop.create_future()
        if not has_x:
            self._display.set_result("")
        self._following = loop.create_task(self._follow(process, self._display))

    async def display(self) -> str:
        """Wait for its X display's name, and return it; empty if Xwayland isn't installed.

        Raise ``OSError`` if Weston doesn't start.
        """
        assert self._display is not None
        try:
            return await within(START_TIMEOUT_SECONDS, self._display)
        except asyncio.TimeoutError as error:
            raise OSError(f"Weston reported no X display within {START_TIMEOUT_SECONDS:g} s") from error

    async def _follow(self, process: asyncio.subprocess.Process, display: asyncio.Future[str]) -> None:
        """Copy its log to ours, and find the X display in it."""
        assert process.stdout is not None
        status = asyncio.ensure_future(process.wait())
        try:
            await self._read(process.stdout, display)
            ended = await asyncio.shield(status)
        finally:
            status.cancel()
        if not display.done():
            display.set_exception(OSError(f"Weston ended with status {ended} during its start"))
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
        """Stop it, without calling ``ended``."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        # Not process.terminate(), which polls the process and so takes its exit status from asyncio.
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._identity is not None:
                self._identity.signal(number)
            with contextlib.suppress(asyncio.TimeoutError):
                await within(STOP_TIMEOUT_SECONDS, process.wait())
                return
