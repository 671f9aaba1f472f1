"""Managers of desktops, as the servers of one user have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity

OPTIONS = DesktopOptions(backend="tigervnc", session_command=("sleep", "1000"))
"""A desktop of TigerVNC, with a session that does nothing."""

Make = Callable[..., DesktopManager]
"""Makes a manager of such desktops; keyword arguments are `DesktopManager`'s."""


def server(number: int) -> ProcessIdentity:
    """Return a Jupyter server of our own, by number; no process has its id (the kernel's limit is 4194304)."""
    return replace(ProcessIdentity.own(), pid=5_000_000 + number)
