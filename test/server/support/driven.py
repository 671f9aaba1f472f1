"""Desktops that tests drive from Python: with a window manager and a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from jupyter_vnc_proxy import Desktop
from jupyter_vnc_proxy.errors import Conflict, UnknownDesktop

COMMAND = ("sh", "-c", "xfwm4 --compositor=off & exec xterm -T first -fn fixed")


@contextlib.contextmanager
def driven(backend: str, command: tuple[str, ...] = COMMAND, name: str = "driven") -> Iterator[Desktop]:
    """A desktop of 800x600, which is stopped in the end."""
    desktop = Desktop.start(name, backend=backend, command=command, geometry="800x600")
    try:
        yield desktop
    finally:
        desktop.close()
        with contextlib.suppress(Conflict, UnknownDesktop):  # the test has stopped it
            Desktop.connect(name).stop()


def read(file: Path) -> str:
    """Return what a file has, or nothing if it is missing."""
    return file.read_text(encoding="utf-8") if file.exists() else ""
