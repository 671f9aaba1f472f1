"""Sets DISPLAY, XAUTHORITY and PULSE_SERVER for new kernels and terminals, which inherit the server's environment."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from ..desktops.display_number import expected
from ..desktops.manager import DEFAULT_NAME
from ..desktops.model import DesktopModel
from ..sound.pulse import SERVER as SOUND_SERVER
from ..sound.pulse import address, server_program
from .desktop_watcher import DesktopChange

ASKPASS = "SSH_ASKPASS_REQUIRE"

VARIABLES = ("DISPLAY", "XAUTHORITY", SOUND_SERVER, ASKPASS)
"""With a display, ssh would ask for passwords in a window of a desktop that perhaps nobody looks at, while the kernel
waits. So ssh asks in the terminal, or fails at once if there is none (ssh(1)), unless the user wants otherwise."""


class DisplayEnvironment:
    """Sets `VARIABLES` in ``environment`` while the default desktop starts and runs, and restores the old values."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        self._environment = environment
        self._saved: dict[str, str | None] | None = None

    def desktop_changed(self, change: DesktopChange) -> None:
        """Handle a change that `DesktopWatcher` reports."""
        if change.name != DEFAULT_NAME:
            return
        after = change.after
        display = None if after is None else _display(after)
        if after is not None and display is not None:
            self._set({"DISPLAY": display, "XAUTHORITY": after["xauthority"], **_sound(after)})
        else:
            self.restore()

    def _set(self, values: dict[str, str]) -> None:
        if self._saved is None:
            self._saved = {key: self._environment.get(key) for key in VARIABLES}
            self._environment.setdefault(ASKPASS, "never")
        self._environment.update(values)

    def restore(self) -> None:
        """Restore the values from before the desktop ran. Does nothing if they are unchanged."""
        for key, value in (self._saved or {}).items():
            if value is None:
                self._environment.pop(key, None)
            else:
                self._environment[key] = value
        self._saved = None


def _display(model: DesktopModel) -> str | None:
    """Return the desktop's display, also before it starts: a kernel would keep the lack of one for good."""
    if model["phase"] == "starting":
        return model["display"] or expected(Path(model["xauthority"]).parent)
    return model["display"] if model["phase"] == "running" else None


def _sound(model: DesktopModel) -> dict[str, str]:
    """Return the variable for the desktop's sound server, also before it starts, if the program is installed."""
    return {SOUND_SERVER: address(Path(model["xauthority"]).parent)} if server_program() is not None else {}
