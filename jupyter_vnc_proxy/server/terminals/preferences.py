"""Lets programs in Jupyter's terminals ask there, while a display would make them open a window that nobody sees."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

LAUNCHER = Path(__file__).with_name("with_tty.py")

VARIABLES = {
    "BROWSER": "echo",
    "PINENTRY_USER_DATA": "USE_CURSES=1",
}
"""A link is written to the terminal, where a click opens it in the user's own browser. Some systems' ``pinentry``
chooses its kind by the second variable; others ask in a window if there is a display."""


class TerminalPreferences:
    """Changes what new terminals of ``manager`` get, from `apply` to `restore`.

    ``manager`` returns terminado's manager, or ``None`` if the server has no terminals. Variables that the user has set
    in ``environment`` are left.
    """

    def __init__(self, manager: Callable[[], Any], environment: Mapping[str, str]) -> None:
        self._find = manager
        self._environment = environment
        self._manager: Any = None
        self._saved: tuple[Any, Any] = (None, None)

    def apply(self) -> None:
        """Change them; do nothing if they are changed."""
        manager = self._find()
        if self._manager is not None or manager is None:
            return
        self._manager, self._saved = manager, (manager.extra_env, manager.shell_command)
        own = {name: value for name, value in VARIABLES.items() if name not in self._environment}
        manager.extra_env = {**own, **(manager.extra_env or {})}
        manager.shell_command = [sys.executable, "-I", "-S", str(LAUNCHER), *manager.shell_command]

    def restore(self) -> None:
        """Restore what was there before; do nothing if nothing was changed."""
        manager, self._manager = self._manager, None
        if manager is not None:
            manager.extra_env, manager.shell_command = self._saved
