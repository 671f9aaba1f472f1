"""What X servers and session managers leave in /tmp when they are killed; only our own, and only of dead processes."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path


def remove_dead_display_lock(display: str) -> None:
    """Remove ``/tmp/.X<n>-lock`` and its socket where they are ours and the process they name is dead."""
    number = display.removeprefix(":")
    lock = Path(f"/tmp/.X{number}-lock")
    try:
        if lock.lstat().st_uid != os.getuid():
            return
        os.kill(int(lock.read_text()), 0)
    except ProcessLookupError:
        lock.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(f"/tmp/.X11-unix/X{number}").unlink()
    except (OSError, ValueError):
        return


def remove_dead_session_cookies() -> None:
    """Remove ``/tmp/.xfsm-ICE-*``, which xfce4-session leaves unless a person logs out, where its process is dead.

    Such a file names the session manager's socket, which ends in its process id.
    """
    for file in Path("/tmp").glob(".xfsm-ICE-*"):
        with contextlib.suppress(OSError):
            if file.lstat().st_uid != os.getuid():
                continue
            match = re.search(rb"/\.ICE-unix/([0-9]+)", file.read_bytes())
            if match is not None and not Path("/proc", match[1].decode()).exists():
                file.unlink()
                Path("/tmp/.ICE-unix", match[1].decode()).unlink(missing_ok=True)
