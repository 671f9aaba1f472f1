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
from .terminals.preferences import TerminalPreferences

ASKPASS = {"SSH_ASKPASS_REQUIRE": "never", "GIT_ASKPASS": ""}
"""With a display, ssh and git would ask for passwords in a window of a desktop that perhaps nobody looks at, while the
kernel waits. So they ask in the terminal, or fail at once if there is none (ssh(1), gitcredentials(7)), unless the user
wants otherwise."""

VARIABLES = ("DISPLAY", "XAUTHORITY", SOUND_SERVER, *ASKPASS)


class DisplayEnvironment:
    """Sets `VARIABLES` in ``environment`` while the default desktop starts and runs, and restores the old values.

    ``terminals`` are changed and restored together with them.
    """

    def __init__(self, environment: MutableMapping[str, str], terminals: TerminalPreferences | None = None) -> None:
        self._environment = environment
        self._terminals = terminals
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
            for key, value in ASKPASS.items():
                self._environment.setdefault(key, value)
            if self._terminals is not None:
                self._terminals.apply()
        self._environment.update(values)

    def restore(self) -> None:
        """Restore the values from before the desktop ran. Does nothing if they are unchanged."""
        for key, value in (self._saved or {}).items():
            if value is None:
                self._environment.pop(key, None)
            else:
                self._environment[key] = value
        self._saved = None
        if self._terminals is not None:
            self._terminals.restore()


def _display(model: DesktopModel) -> str | None:
    """Return the desktop's display, also before it starts: a kernel would keep the lack of one for good."""
    if model["phase"] == "starting":
        return model["display"] or expected(Path(model["xauthority"]).parent)
    return model["display"] if model["phase"] == "running" else None


def _sound(model: DesktopModel) -> dict[str, str]:
    """Return the variable for the desktop's sound server, also before it starts, if the program is installed."""
    return {SOUND_SERVER: address(Path(model["xauthority"]).parent)} if server_program() is not None else {}
