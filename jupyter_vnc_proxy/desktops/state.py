"""The contents of ``desktop.json``: a desktop's state, read and written."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, get_args

from ..errors import Conflict, ErrorModel, UnknownDesktop

Phase = Literal["starting", "running", "stopped", "failed", "running-elsewhere"]

ELSEWHERE: Phase = "running-elsewhere"
"""The phase of a desktop whose runner belongs to another machine or container; never in ``desktop.json``."""

ALIVE_PHASES: tuple[Phase, ...] = ("starting", "running")
"""The phases of a desktop whose runner lives; also while it stops."""

ELSEWHERE_FIX = "export JUPYTER_VNC_RUNTIME_DIR=~/.jupyter-vnc-$(hostname)"

HOW_TO_END = (
    "Stop it there, or give each machine and container a runtime directory of its own, "
    "with JUPYTER_VNC_RUNTIME_DIR or c.VncProxy.runtime_dir."
)

STOPPING = "stopping"
"""The `DesktopState.step` of a desktop whose processes are being ended."""


def in_words(phase: str) -> str:
    """Return a phase as people read it."""
    return phase.replace("-", " ")


def utc_now() -> str:
    """Return the current time as ISO 8601 in UTC, to the millisecond."""
    return iso(datetime.now(timezone.utc))


def iso(moment: datetime) -> str:
    """Return a time in UTC as ISO 8601, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class DesktopState:
    """The contents of ``desktop.json``.

    `resize` to `monitors_socket` are the properties of the backend's plan (`backends.Plan`). `encoder` names the
    current video encoder, if the VNC server reports one; `scaling` says whether the session's programs change their
    scale while they run, and `scale` is the current one in percent; `sound`, whether it has a sound server; `notes` are
    sentences for people about what could be better, and how to fix it.
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
    resize_through: str = "randr"
    speaks: Literal["rfb", "websocket"] = "rfb"
    raw_socket: str = "rfb.sock"
    x_screenshots: bool = True
    full_chroma: bool = False
    monitors_through: str = ""
    monitors_socket: str = ""
    scaling: bool = False
    scale: int = 100
    sound: bool = False
    created: str = field(default_factory=utc_now)
    options: dict[str, Any] = field(default_factory=dict)
    error: ErrorModel | None = None
    encoder: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        """Whether a runner has the desktop's processes: it starts, runs or is being stopped."""
        return self.phase in ALIVE_PHASES

    @property
    def is_stopping(self) -> bool:
        """Whether its processes are being ended."""
        return self.step == STOPPING

    @property
    def is_usable(self) -> bool:
        """Whether clients can connect: it runs and isn't being stopped."""
        return self.phase == "running" and not self.is_stopping

    def usable_display(self) -> str:
        """Return the display's name; raise `Conflict` if the desktop doesn't run."""
        if not self.is_usable or self.display is None:
            if self.phase == ELSEWHERE:
                raise running_elsewhere(self.name)
            phase = STOPPING if self.is_stopping else self.phase
            raise Conflict(f"The desktop {self.name!r} is {phase}, not running.", code="not-running")
        return self.display

    def ended(self, phase: Literal["stopped", "failed"], error: ErrorModel | None) -> DesktopState:
        """Return the state of the same desktop without any processes."""
        return replace(self, phase=phase, step=None, display=None, error=error, encoder=None, notes=[], scale=100)


def running_elsewhere(name: str) -> Conflict:
    """Return the error for an operation on a desktop that runs on another machine or in another container.

    Its processes can't be seen from here: it is neither adopted nor stopped nor started.
    """
    message = f"The desktop {name!r} runs on another machine or in another container. {HOW_TO_END}"
    return Conflict(message, code=ELSEWHERE, fix=ELSEWHERE_FIX)


def state_elsewhere(state: DesktopState) -> DesktopState:
    """Return the state of such a desktop as it is seen from here; ``state`` is that in ``desktop.json``."""
    message = f"This desktop runs on another machine or in another container. {HOW_TO_END}"
    error: ErrorModel = {"code": ELSEWHERE, "message": message, "fix": ELSEWHERE_FIX, "part": None, "log": []}
    return replace(state.ended("stopped", error), phase=ELSEWHERE)


STATE_TYPES: dict[str, tuple[type, ...]] = {
    "step": (str, type(None)),
    "x_screenshots": (bool,),
    "full_chroma": (bool,),
    "scaling": (bool,),
    "scale": (int,),
    "sound": (bool,),
    "display": (str, type(None)),
    "options": (dict,),
    "error": (dict, type(None)),
    "encoder": (str, type(None)),
    "notes": (list,),
}
"""The types of those fields of a `DesktopState` that are not strings."""


def checked(state: DesktopState) -> DesktopState:
    """Return ``state``; raise ``TypeError`` if a damaged or edited file gave a field another type."""
    right = all(isinstance(getattr(state, each.name), STATE_TYPES.get(each.name, (str,))) for each in fields(state))
    right = right and all(isinstance(note, str) for note in state.notes)
    complete = state.error is None or ErrorModel.__required_keys__ <= state.error.keys()
    if not right or not complete or state.phase not in get_args(Phase) or state.phase == ELSEWHERE:
        raise TypeError("this is not the state of a desktop")
    return state


def load(file: Path, name: str) -> DesktopState:
    """Read the state of the desktop ``name``; raise `UnknownDesktop` if the file is missing.

    An unreadable file (a full disk, a machine that crashed) is no error: the state is ``stopped`` and tells.
    """
    try:
        data = json.loads(file.read_bytes())
        known = {entry.name for entry in fields(DesktopState)}
        state = DesktopState(**{key: value for key, value in data.items() if key in known})
        return checked(replace(state, name=name))
    except FileNotFoundError:
        raise UnknownDesktop(f"There is no desktop named {name!r}.") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        error: ErrorModel = {
            "code": "state-damaged",
            "message": "The desktop's state file was damaged; start the desktop again.",
            "fix": None,
            "part": None,
            "log": [],
        }
        return DesktopState(name=name, phase="stopped", step=None, error=error)


def save(state: DesktopState, file: Path) -> None:
    """Replace ``file`` atomically: a reader sees the old state or the new one.

    If a full disk has no room for a second file, overwrite the first within its blocks.
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
    """Replace ``file``, readable by its owner only (0600)."""
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _overwritten(file: Path, text: bytes) -> bool:
    """Overwrite ``file`` if its blocks have room for ``text``; return whether they had."""
    try:
        with open(file, "r+b", buffering=0) as stream:
            if os.fstat(stream.fileno()).st_blocks * 512 < len(text):  # stat(2) counts in units of 512 bytes
                return False
            stream.write(text)
            stream.truncate()
    except FileNotFoundError:
        return False
    return True
