"""One program that controls the desktop, as the runner knows it, and what it sends."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from ...desktops.programs.control import ProgramModel
from ...desktops.state import utc_now

MAX_NAME_LENGTH = 60
"""The characters of a program's name that people see."""

VERB = re.compile(r"[a-z_]{1,32}")

MAX_COORDINATE = 65535
"""The largest one in RFB (RFC 6143, section 7.5.5)."""

_numbers = itertools.count(1)


@dataclass(eq=False)
class Program:
    """A program: its name, and what it does now. ``waiting`` is the number of its question, while it has to wait."""

    name: str
    id: str = field(default_factory=lambda: f"program-{next(_numbers)}")
    action: str = ""
    x: int | None = None
    y: int | None = None
    waiting: int | None = None
    is_active: bool = False
    """Whether it has asked for an action not long ago."""
    since: str = field(default_factory=utc_now)

    def model(self, paused: bool) -> ProgramModel:
        """Return the program as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "action": self.action,
            "x": self.x,
            "y": self.y,
            "paused": paused,
            "since": self.since,
        }


def parse(line: bytes) -> dict[str, Any]:
    """Return what a program or a server has sent; raise ``ValueError`` if it is no message."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a message that is no object")
    if type(message.get("program")) is str:
        return {"program": shown_name(message["program"])}
    if type(message.get("paused")) is bool:
        return {"paused": message["paused"]}
    action = message.get("action")
    if type(message.get("ask")) is int and type(action) is str and VERB.fullmatch(action):
        point = [_coordinate(message.get(axis)) for axis in ("x", "y")]
        return {"ask": message["ask"], "action": action, "x": point[0], "y": point[1]}
    raise ValueError("a message that is none")


def shown_name(name: str) -> str:
    """Return a name as one short line of printable characters."""
    printable = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(printable.split())[:MAX_NAME_LENGTH] or "?"


def _coordinate(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_COORDINATE else None
