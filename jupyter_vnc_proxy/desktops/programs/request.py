"""Starts programs in the session of a desktop: the request on the runner's socket, and its answer.

Both are one line of JSON: an object with ``argv``, and one with the ``status`` with which the program ended, which is
``null`` if it runs on; of a program that can't be executed, it has an ``error``. Only the same user can connect.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import Conflict, TimedOut, VncError
from ...system.timeouts import within

MAX_LINE_BYTES = 64 * 1024
"""The length of a request and of an answer."""

END_TIMEOUT_SECONDS = 5.0
"""How long the runner waits for a program's end, to tell whether it failed."""

ANSWER_TIMEOUT_SECONDS = 20.0
"""How long the runner may take to answer."""

LOG = "programs"
"""The name of the log with the output of these programs."""


async def run_in_session(socket: Path, argv: Sequence[str]) -> int | None:
    """Start a program in a desktop's session; return its exit status if it ends at once, else ``None``.

    Raise `Conflict` if the desktop takes no programs, `TimedOut` if its runner hangs, `VncError` if the program can't
    be executed.
    """
    try:
        answer = await within(ANSWER_TIMEOUT_SECONDS, ask(socket, {"argv": list(argv)}))
    except (FileNotFoundError, ConnectionRefusedError):
        message = "The desktop's session is not running, or was started by an earlier version: restart the desktop."
        raise Conflict(message, code="no-session") from None
    except (TimeoutError, asyncio.TimeoutError):
        raise TimedOut("The desktop does not start the program.") from None
    except (OSError, ValueError) as error:
        raise VncError("The desktop did not start the program.", code="program-failed") from error
    if "error" in answer:
        raise VncError(f"{argv[0]} could not be executed: {answer['error']}.", code="program-failed")
    status = answer.get("status")
    return status if isinstance(status, int) else None


async def ask(socket: Path, message: Mapping[str, object]) -> dict[str, object]:
    """Send a message to one of the runner's sockets, and return its answer; each is one line of JSON.

    Raise `OSError` if nobody listens, `ValueError` for an answer that is none.
    """
    reader, writer = await asyncio.open_unix_connection(os.fspath(socket), limit=MAX_LINE_BYTES)
    try:
        writer.write(json.dumps(message).encode() + b"\n")
        await writer.drain()
        answer = json.loads(await reader.readline())
        if not isinstance(answer, dict):
            raise ValueError("an answer that is none")
        return answer
    finally:
        writer.close()
