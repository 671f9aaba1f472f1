"""Gets and sets what a desktop's programs copy and paste, through the clipboard socket in its directory."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from ...errors import Conflict, TimedOut, VncError
from ...rfb.clipboard_contents import MAX_HEAD_BYTES, READ, READ_FILES, TEXT, Contents, pack, parse_head, split
from ...system.timeouts import within

EXCHANGE_TIMEOUT_SECONDS = 25.0
"""How long the desktop may take; it gives up a program that does not answer before that."""


async def read_clipboard(path: Path) -> Contents:
    """Return the newest contents; raise `Conflict` if the desktop has no such socket, `TimedOut` if it hangs."""
    return await _exchange(path, READ)


async def read_copied_files(path: Path) -> str:
    """Return the URIs of the files that a file manager has copied, one a line. Raise as `read_clipboard` does."""
    return (await _exchange(path, READ_FILES)).get(TEXT, b"").decode(errors="replace")


async def write_clipboard(path: Path, contents: Contents) -> None:
    """Replace the contents; return when programs paste them. Raise as `read_clipboard` does."""
    await _exchange(path, pack(contents))


async def _exchange(path: Path, request: bytes) -> Contents:
    try:
        return await within(EXCHANGE_TIMEOUT_SECONDS, _ask(path, request))
    except (FileNotFoundError, ConnectionRefusedError):
        message = "This desktop's VNC server takes text only; the backends stream and wayland take pictures and HTML."
        raise Conflict(message, code="clipboard-text-only") from None
    except (TimeoutError, asyncio.TimeoutError):
        raise TimedOut("The desktop's clipboard does not respond.") from None
    except (OSError, EOFError, ValueError) as error:
        raise _failed(error) from error


def _failed(error: Exception) -> VncError:
    failure = VncError(f"The desktop's clipboard failed: {type(error).__name__}.", code="clipboard-failed")
    failure.status = 503
    return failure


async def _ask(path: Path, request: bytes) -> Contents:
    reader, writer = await asyncio.open_unix_connection(os.fspath(path), limit=MAX_HEAD_BYTES)
    try:
        writer.write(request)
        await writer.drain()
        sizes = parse_head(await reader.readline())
        return split(await reader.readexactly(sum(sizes.values())), sizes)
    finally:
        writer.close()
