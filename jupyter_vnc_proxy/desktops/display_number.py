"""The display number of a desktop, which it has again when it is started again: kernels keep the value of DISPLAY."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from pathlib import Path

from ..system.files.reading import lock_holder
from ..system.unix_sockets import is_listening
from .state import write_private

FILE = "display"
"""The name of the file with the display, in the desktop's directory."""

FIRST_NUMBER = 100
NUMBERS = 900
"""The range of a desktop's first number. X servers that choose for themselves take the lowest that is free, so a number
from the range is still free when the desktop's own X server starts."""

TRIES = 100
"""Numbers of them that are tried; all are taken only if somebody means it."""


def remembered(directory: Path) -> str | None:
    """Return the display that the desktop had, such as ``:1``; ``None`` if it had none."""
    with contextlib.suppress(OSError, ValueError):
        text = (directory / FILE).read_text(encoding="ascii").strip()
        return text if re.fullmatch(r":[0-9]{1,5}", text) else None
    return None


def remember(directory: Path, display: str) -> None:
    """Remember the display; do nothing if the disk is full."""
    with contextlib.suppress(OSError):
        if remembered(directory) != display:
            write_private(directory / FILE, f"{display}\n")


def is_free(display: str) -> bool:
    """Return whether no X server has this display, here or in a container on the same network."""
    number = display.removeprefix(":")
    path = Path(f"/tmp/.X11-unix/X{number}")
    return not (_is_locked(Path(f"/tmp/.X{number}-lock")) or is_listening(path) or is_listening(Path(f"@{path}")))


def _is_locked(lock: Path) -> bool:
    try:
        return os.path.lexists(lock) and Path("/proc", str(lock_holder(lock))).exists()
    except (OSError, ValueError):
        return True


def expected(directory: Path) -> str:
    """Return the display that the desktop will probably have: the last one, else a free one of its own, remembered.

    The number follows from the desktop's directory, so others seldom take it while the desktop doesn't run. The runner
    starts the X server with it, and leaves the choice to the X server if that fails.
    """
    display = remembered(directory)
    if display is None or not is_free(display):
        start = zlib.crc32(os.fsencode(directory))
        numbers = (FIRST_NUMBER + (start + step) % NUMBERS for step in range(TRIES))
        display = next(filter(is_free, map(":{}".format, numbers)), f":{FIRST_NUMBER}")
        remember(directory, display)
    return display
