"""Windows of a program on an X display, with the properties that a test wants."""

from __future__ import annotations

import struct
from pathlib import Path

import xcffib.xproto as x

from jupyter_vnc_proxy.system.x_display import connect, intern_atom
from support.waiting import wait_until

URGENCY_HINT = 256


class Program:
    """An X client that opens windows."""

    def __init__(self, display: str, xauthority: Path) -> None:
        self._x = connect(display, xauthority)

    def open(
        self, title: str, kind: str = "", parent: int = 0, urgent: bool = False, override_redirect: bool = False
    ) -> int:
        """Open a window; ``kind`` is its _NET_WM_WINDOW_TYPE."""
        core, screen, window = self._x.core, self._x.get_setup().roots[0], int(self._x.generate_id())
        core.CreateWindow(
            screen.root_depth, window, screen.root, 10, 10, 200, 100, 0, x.WindowClass.InputOutput,
            screen.root_visual, x.CW.OverrideRedirect, [int(override_redirect)],
        )  # fmt: skip
        self._set(window, "_NET_WM_NAME", "UTF8_STRING", 8, title.encode())
        self._set(window, "WM_CLASS", "STRING", 8, b"plot\0Gnuplot\0")
        if kind:
            atom = intern_atom(self._x, f"_NET_WM_WINDOW_TYPE_{kind}")
            self._set(window, "_NET_WM_WINDOW_TYPE", "ATOM", 32, struct.pack("=I", atom))
        if parent:
            self._set(window, "WM_TRANSIENT_FOR", "WINDOW", 32, struct.pack("=I", parent))
        if urgent:
            self._set(window, "WM_HINTS", "WM_HINTS", 32, struct.pack("=9I", URGENCY_HINT, *[0] * 8))
        wait_until(lambda: self._show(window), what="the window is shown")
        return window

    def _show(self, window: int) -> bool:
        """Return whether a window is shown; ask for it, again if a window manager that starts has lost the request."""
        if self._x.core.GetWindowAttributes(window).reply().map_state == x.MapState.Viewable:
            return True
        self._x.core.MapWindow(window)
        self._x.core.GetInputFocus().reply()
        return False

    def close(self, window: int) -> None:
        """Close a window."""
        self._x.core.DestroyWindow(window)
        self._x.core.GetInputFocus().reply()

    def end(self) -> None:
        """End the program, with all of its windows."""
        self._x.disconnect()

    def _set(self, window: int, name: str, kind: str, size: int, data: bytes) -> None:
        atoms = intern_atom(self._x, name), intern_atom(self._x, kind)
        self._x.core.ChangeProperty(x.PropMode.Replace, window, *atoms, size, len(data) * 8 // size, data)
