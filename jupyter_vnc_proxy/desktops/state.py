"""What ``desktop.json`` says."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, get_args

from ..errors import ErrorModel

Phase = Literal["starting", "running", "stopped", "failed"]


def utc_now() -> str:
    """Return the time as ISO 8601 in UTC, to the millisecond."""
    return iso(datetime.now(timezone.utc))


def iso(moment: datetime) -> str:
    """Return a time in UTC as ISO 8601, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class DesktopState:
    """What ``desktop.json`` says. `resize` and `speaks` are what a client must know of the socket.

    `encoder` is what encodes video now, if anything does and tells; `notes` are sentences for people about what is
    not at its best, and what mends it.
    """

    name: str
    phase: Phase = "starting"
    step: str | None = "display"
    backend: str = ""
    transport: str = ""
    session: str = ""
    display: str | None = None
    geometry: str = ""
    resize: Literal["rfb", "rest"] = "rfb"
    speaks: Literal["rfb", "websocket"] = "rfb"
    raw_socket: str = "rfb.sock"
    created: str = field(default_factory=utc_now)
    options: dict[str, Any] = field(default_factory=dict)
    error: ErrorModel | None = None
    encoder: str | None = None
    notes: list[str] = field(default_factory=list)


STATE_TYPES: dict[str, tuple[type, ...]] = {
    "step": (str, type(None)),
    "display": (str, type(None)),
    "options": (dict,),
    "error": (dict, type(None)),
    "encoder": (str, type(None)),
    "notes": (list,),
}
"""The types of the fields of a `DesktopState` that are not plain strings."""


def checked(state: DesktopState) -> DesktopState:
    """Return ``state``; raise ``TypeError`` where a file that was edited or damaged gave a field another type."""
    right = all(isinstance(getattr(state, each.name), STATE_TYPES.get(each.name, (str,))) for each in fields(state))
    right = right and all(isinstance(note, str) for note in state.notes)
    complete = state.error is None or ErrorModel.__required_keys__ <= state.error.keys()
    if not right or not complete or state.phase not in get_args(Phase):
        raise TypeError("this is not the state of a desktop")
    return state


def save(state: DesktopState, file: Path) -> None:
    """Replace ``file`` in one step, so that a reader sees the old state or the new one, never half.

    Where a full disk has no room for a second file, the first is overwritten within its blocks.
    """
    text = json.dumps(asdict(state), indent=1).encode()
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_bytes(text)
        os.replace(fresh, file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not _overwritten(file, text):
            raise


def write_private(file: Path, text: str) -> None:
    """Write ``file`` anew, for its owner alone (0600)."""
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _overwritten(file: Path, text: bytes) -> bool:
    """Overwrite ``file`` where it has blocks for so much already; tell whether it had."""
    try:
        with open(file, "r+b", buffering=0) as stream:
            if os.fstat(stream.fileno()).st_blocks * 512 < len(text):  # stat(2) counts in units of 512 bytes
                return False
            stream.write(text)
            stream.truncate()
    except FileNotFoundError:
        return False
    return True
