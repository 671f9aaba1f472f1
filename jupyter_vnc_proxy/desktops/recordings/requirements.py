"""What recording needs, and a desktop lacks."""

from __future__ import annotations

import sys

from ...errors import Conflict
from ...system.module_check import find_module
from ..state import DesktopState

MODULES = ("av", "numpy")
"""PyAV, which encodes, and the arrays that it takes."""


def missing_modules() -> list[str]:
    """Return the modules that recording needs and this environment lacks."""
    return [name for name in MODULES if find_module(name) is None]


def install_command() -> str:
    """Return the command that installs them into this environment."""
    return f"{sys.executable} -m pip install 'jupyter-vnc-proxy[recording]'"


def check(state: DesktopState) -> str:
    """Return the display to record; raise `Conflict` if the desktop doesn't run or can't be recorded."""
    display = state.usable_display()
    if not state.x_screenshots:
        message = "Desktops of this backend can't be recorded: their pictures are not on an X display."
        raise Conflict(message, code="not-recordable")
    if missing := missing_modules():
        message = f"Recording needs {' and '.join(missing)}, which the Jupyter server's environment lacks."
        raise Conflict(message, code="recording-not-installed", fix=install_command())
    return display
