"""Sets DISPLAY and XAUTHORITY for new kernels and terminals, which inherit the server's environment."""

from __future__ import annotations

from collections.abc import MutableMapping

from ..desktops.manager import DEFAULT_NAME
from .desktop_watcher import DesktopChange

VARIABLES = ("DISPLAY", "XAUTHORITY")


class DisplayEnvironment:
    """Sets `VARIABLES` in ``environment`` while the default desktop runs, and restores their old values afterwards."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        self._environment = environment
        self._saved: dict[str, str | None] | None = None

    def desktop_changed(self, change: DesktopChange) -> None:
        """Handle a change that `DesktopWatcher` reports."""
        if change.name != DEFAULT_NAME:
            return
        after = change.after
        if after is not None and after["phase"] == "running" and after["display"] is not None:
            self._set({"DISPLAY": after["display"], "XAUTHORITY": after["xauthority"]})
        else:
            self.restore()

    def _set(self, values: dict[str, str]) -> None:
        if self._saved is None:
            self._saved = {key: self._environment.get(key) for key in VARIABLES}
        self._environment.update(values)

    def restore(self) -> None:
        """Restore the values from before the desktop ran. Does nothing if they are unchanged."""
        for key, value in (self._saved or {}).items():
            if value is None:
                self._environment.pop(key, None)
            else:
                self._environment[key] = value
        self._saved = None
