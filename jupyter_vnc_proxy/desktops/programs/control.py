"""The programs that control a desktop: what its state says of them, and the messages on the socket for them.

Each message is one line of JSON. A program sends

    {"program": NAME}                             once, to be known
    {"ask": N, "action": VERB, "x": X, "y": Y}    before each action; the point may be missing

The runner answers {"go": N}, or {"wait": N} if a person has taken over, and {"go": N} when that person resumes. When a
person takes over, it sends {"paused": true}; what a program does then must end at once. A server sends
{"paused": BOOLEAN}, and gets {"programs": […]}.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from ...errors import Conflict, TimedOut, VncError
from ...system.timeouts import within
from .request import ask

CONTROL_SOCKET = "bot.sock"
"""The name of the socket in a desktop's directory; no longer than ``rfb.sock``."""

MAX_LINE_BYTES = 16 * 1024
"""The length of a message."""

ANSWER_SECONDS = 10.0
"""The time that the runner may take to answer, unless a person has taken over."""


class ProgramModel(TypedDict):
    """A program that controls a desktop: the last verb that it asked for, such as ``click``, and its point, if any.

    ``since`` is when it began (ISO 8601 in UTC), ``paused`` whether a person has taken over.
    """

    id: str
    name: str
    action: str
    x: int | None
    y: int | None
    paused: bool
    since: str


FIELD_TYPES: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "name": (str,),
    "action": (str,),
    "x": (int, type(None)),
    "y": (int, type(None)),
    "paused": (bool,),
    "since": (str,),
}


def are_programs(value: Sequence[object]) -> bool:
    """Return whether a list that was read is one of `ProgramModel`."""
    return all(
        isinstance(each, dict)
        and each.keys() == FIELD_TYPES.keys()
        and all(isinstance(each[name], types) for name, types in FIELD_TYPES.items())
        for each in value
    )


async def set_paused(directory: Path, paused: bool) -> list[ProgramModel]:
    """Pause the programs that control a desktop, or let them go on; return them.

    Raise `Conflict` if the desktop doesn't run, `TimedOut` if its runner hangs.
    """
    try:
        return await within(ANSWER_SECONDS, _set_paused(directory / CONTROL_SOCKET, paused))
    except (FileNotFoundError, ConnectionRefusedError):
        message = "The desktop is not running, or was started by an earlier version: restart the desktop."
        raise Conflict(message, code="not-running") from None
    except (TimeoutError, asyncio.TimeoutError):
        raise TimedOut("The desktop's runner does not respond.") from None
    except (OSError, ValueError) as error:
        raise VncError("The desktop's runner did not answer.", code="no-answer") from error


async def _set_paused(socket: Path, paused: bool) -> list[ProgramModel]:
    programs = (await ask(socket, {"paused": paused})).get("programs")
    if not isinstance(programs, list) or not are_programs(programs):
        raise ValueError("an answer that is none")
    return programs


def line(message: dict[str, object]) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(message).encode() + b"\n"
