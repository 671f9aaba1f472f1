"""xclip copies on a display: done once it owns the selection, which it claims after its parent has ended."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from jupyter_vnc_proxy.system.x_display import connect, intern_atom
from support.waiting import wait_until

COPY_SECONDS = 60.0
"""Seconds that xclip may take to read what it copies, on a busy machine."""


def copy(
    display: str,
    xauthority: Path,
    data: bytes,
    *arguments: str,
    selection: str = "clipboard",
    become: Sequence[str] = (),
) -> None:
    """Have a program copy, and wait until it owns the selection.

    ``become``: what begins the argv of another user's program, whose display may refuse us: it pastes the text to find
    out. Otherwise nothing is pasted: while xclip gives a large picture to one, it may not answer others.
    """
    before = 0 if become else owner(display, xauthority, selection)
    environment = {"DISPLAY": display, "XAUTHORITY": os.fspath(xauthority), "PATH": "/usr/bin:/bin"}
    argv = [*become, "xclip", "-i", "-selection", selection, *arguments]
    null = subprocess.DEVNULL
    subprocess.run(argv, input=data, env=environment, stdout=null, stderr=null, timeout=COPY_SECONDS, check=True)
    if become:
        paste = [*become, "xclip", "-o", "-selection", selection]

        def pasted() -> bytes:
            return subprocess.run(
                paste, env=environment, stdout=subprocess.PIPE, stderr=null, timeout=COPY_SECONDS
            ).stdout

        wait_until(lambda: pasted() == data, what=f"xclip owns {selection}")
        return
    wait_until(lambda: owner(display, xauthority, selection) not in (before, 0), what=f"xclip owns {selection}")


def owner(display: str, xauthority: Path, selection: str) -> int:
    """Return the window that owns a selection, 0 if none does."""
    connection = connect(display, xauthority)
    try:
        return int(connection.core.GetSelectionOwner(intern_atom(connection, selection.upper())).reply().owner)
    finally:
        connection.disconnect()
