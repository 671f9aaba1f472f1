"""Reading lines from pipes on the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

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
