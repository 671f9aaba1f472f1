"""A desktop without a Jupyter server: its runner, started from here."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.markers import MARKER
from jupyter_vnc_proxy.options import DesktopOptions, Geometry

from ..servers import processes
from ..servers.jupyter_server import SESSION_COMMAND, ServerError

TIMEOUT_SECONDS = 60.0
"""How long the desktop may take to run, and to stop."""

ORPHAN_SECONDS = 900.0
"""How long it runs at most: nobody owns it, and it outlives a bench that is killed."""


class DirectDesktop:
    """A context manager: a desktop whose session does nothing, in a directory of its own."""

    def __init__(self, options: DesktopOptions, size: tuple[int, int]) -> None:
        # Short, because the path of a Unix socket has at most 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="vb-", dir="/tmp"))
        self.desktop = Desktop(self.directory / "desktop")
        self._options = replace(options, geometry=Geometry(*size), session_command=SESSION_COMMAND)

    def __enter__(self) -> DirectDesktop:
        try:
            self.desktop.start(self._options, orphan_timeout=ORPHAN_SECONDS)
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while (state := self.desktop.state()).phase != "running":
            if state.phase != "starting" or time.monotonic() > deadline:
                raise ServerError(state.error["message"] if state.error else f"The desktop is {state.phase}.")
            time.sleep(0.01)

    def __exit__(self, *_: object) -> None:
        self.desktop.signal_stop()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.desktop.stopped() and time.monotonic() < deadline:
            time.sleep(0.01)
        processes.end(MARKER, os.fspath(self.desktop.path))
        shutil.rmtree(self.directory, ignore_errors=True)

    def display(self) -> tuple[str, Path]:
        """Return the name of its display and the path of its cookie."""
        return self.desktop.state().usable_display(), self.desktop.xauthority

    def processes(self) -> list[processes.Process]:
        """Return its processes, without the runner's."""
        return processes.marked(MARKER, os.fspath(self.desktop.path))

    @property
    def quality(self) -> int:
        """The quality level that our viewer asks for: see src/viewer/quality.ts."""
        return 8 if self.desktop.state().full_chroma else 6

    def socket(self) -> Path:
        """Return the path of the socket that speaks plain RFB."""
        return self.desktop.path / self.desktop.state().raw_socket

    def log(self) -> str:
        """Return the VNC server's log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.desktop.log("vnc", 20))
        return ""
