"""DISPLAY and XAUTHORITY of the default desktop for new kernels and terminals, which inherit our environment."""

from __future__ import annotations

from collections.abc import MutableMapping

from ..desktops.manager import DEFAULT_NAME
from .desktop_watcher import Change

VARIABLES = ("DISPLAY", "XAUTHORITY")


class DisplayExport:
    """Sets the variables while the default desktop runs, and puts back afterwards what was there before."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        self._environment = environment
        self._before: dict[str, str | None] | None = None

    def desktop_changed(self, change: Change) -> None:
        """Take in a change that a `DesktopWatcher` saw."""
        if change.name != DEFAULT_NAME:
            return
        after = change.after
        if after is not None and after["phase"] == "running" and after["display"] is not None:
            self._set({"DISPLAY": after["display"], "XAUTHORITY": after["xauthority"]})
        else:
            self.restore()

    def _set(self, values: dict[str, str]) -> None:
        if self._before is None:
            self._before = {key: self._environment.get(key) for key in VARIABLES}
        self._environment.update(values)

    def restore(self) -> None:
        """Put back what was there before."""
        for key, value in (self._before or {}).items():
            if value is None:
                self._environment.pop(key, None)
            else:
                self._environment[key] = value
        self._before = None
