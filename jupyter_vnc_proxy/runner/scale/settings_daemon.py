"""The environment of a display's settings daemon, which has the address of the session's bus."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...system.process_groups import environment_of

COMM_BYTES = 15
"""The kernel's limit for a process's name in ``/proc/PID/comm`` (proc(5))."""


def daemon_environment(connection: Any, window: int, program: str) -> dict[str, str] | None:
    """Return the environment of the process that has an X ``window``.

    ``None`` if it is not one of our user's with the given name, or if the X server can't tell (X-Resource 1.2).
    """
    pid = _process_of(connection, window)
    process = Path("/proc", str(pid))
    try:
        if pid <= 0 or process.stat().st_uid != os.getuid():
            return None
        if (process / "comm").read_text(errors="replace").strip() != program[:COMM_BYTES]:
            return None
        return environment_of(pid)
    except OSError:
        return None


def _process_of(connection: Any, window: int) -> int:
    import xcffib
    import xcffib.res as res

    if not xcffib.lib.xcb_get_extension_data(connection._conn, res.key.c_key).present:
        return 0
    specification = res.ClientIdSpec.synthetic(window, res.ClientIdMask.LocalClientPID)
    ids = connection(res.key).QueryClientIds(1, [specification]).reply().ids
    return int(ids[0].value[0]) if len(ids) and len(ids[0].value) else 0
