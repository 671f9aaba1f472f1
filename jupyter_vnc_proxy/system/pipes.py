"""Pipes: lines that are read from them on the event loop, and texts that are handed over to a process."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator

READY_LINE = 64
"""Bytes that are read from a readiness pipe at once."""

REPORT_LINE = 8192
"""Bytes of a reported line; a longer one is cut."""


async def read_line(descriptor: int) -> str:
    """Return the first line from a pipe, stripped; wait forever if it is closed without one."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    os.set_blocking(descriptor, False)
    loop.add_reader(descriptor, readable.set)
    text = b""
    try:
        while b"\n" not in text:
            await readable.wait()
            readable.clear()
            try:
                chunk = os.read(descriptor, READY_LINE)
            except BlockingIOError:  # the loop reported the same bytes twice
                continue
            if not chunk:  # closed without a line: the caller sees the process end
                await asyncio.Event().wait()
            text += chunk
        return text.decode("ascii", "replace").strip()
    finally:
        loop.remove_reader(descriptor)


def follow_lines(descriptor: int, on_line: Callable[[str], None]) -> None:
    """Call ``on_line`` with each line from a pipe; close it once its last writer has closed it."""
    loop = asyncio.get_running_loop()
    os.set_blocking(descriptor, False)
    rest = b""

    def readable() -> None:
        nonlocal rest
        try:
            chunk = os.read(descriptor, REPORT_LINE)
        except BlockingIOError:
            return
        if not chunk:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            return
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:REPORT_LINE]
        for line in lines:
            on_line(line.decode("utf-8", "replace"))

    loop.add_reader(descriptor, readable)


@contextlib.contextmanager
def pipe_with(data: bytes) -> Iterator[int]:
    """Open the reading end of a pipe that contains ``data`` and then ends, for a process to inherit.

    Unlike a file, it needs no disk; unlike an argument, no other user sees it. Raise ``OSError`` if the kernel grants
    no pipe of this size: usually 64 KiB, at most that of ``/proc/sys/fs/pipe-max-size`` (pipe(7)).
    """
    reader, writer = os.pipe()
    try:
        try:
            if len(data) > fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ):
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, len(data))
            os.set_blocking(writer, False)
            if os.write(writer, data) < len(data):
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        finally:
            os.close(writer)
        yield reader
    finally:
        os.close(reader)
