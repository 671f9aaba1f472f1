"""Creates the user's directories (Desktop, Documents …) before a desktop environment starts. Its functions block.

Several programs of Xfce create a missing Desktop when they start, and one of them then shows an error. The directories
are those that the session would create: `xdg-user-dirs-update` is one of its autostart entries.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..system.environment import find_program
from ..system.files.reading import read_small

PROGRAM = "xdg-user-dirs-update"
AUTOSTART = "autostart/xdg-user-dirs.desktop"
"""The program's entry, in a directory of configuration."""

UPDATE_SECONDS = 5.0
"""The time that the program may take."""

HIDDEN = re.compile(r"^Hidden\s*=\s*true\s*$", re.MULTILINE)
DESKTOP = re.compile(r'^\s*XDG_DESKTOP_DIR\s*=\s*"((?:[^"\\\n]|\\.)*)"', re.MULTILINE)
"""The line of the file user-dirs.dirs (user-dirs.dirs(5))."""


def create_user_directories(environment: Mapping[str, str]) -> None:
    """Create the directories that a desktop environment with this ``environment`` would create as soon as it starts.

    Do nothing for other sessions. What can't be created is left out: the session shows what it misses.
    """
    home = environment.get("HOME")
    if not home or not environment.get("XDG_CURRENT_DESKTOP"):
        return
    configuration = Path(environment.get("XDG_CONFIG_HOME") or Path(home, ".config"))
    if _is_started([configuration, *_system_configuration(environment)]):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                [find_program(PROGRAM, environment.get("PATH", ""))],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=UPDATE_SECONDS,
            )
    with contextlib.suppress(OSError):
        _desktop(configuration, home).mkdir(parents=True, exist_ok=True)


def _system_configuration(environment: Mapping[str, str]) -> Iterator[Path]:
    directories = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return (Path(each) for each in directories.split(os.pathsep) if each)


def _is_started(directories: list[Path]) -> bool:
    """Return whether a session starts the program: the entry that is found first exists and isn't hidden."""
    for text in (_text(each / AUTOSTART) for each in directories):
        if text is not None:
            return not HIDDEN.search(text)
    return False


def _desktop(configuration: Path, home: str) -> Path:
    """Return the directory that GLib takes for the desktop: the configured one, else ~/Desktop."""
    for value in reversed(DESKTOP.findall(_text(configuration / "user-dirs.dirs") or "")):
        path = re.sub(r"\\(.)", r"\1", value)
        if path == "$HOME" or path.startswith("$HOME/"):
            return Path(home + path.removeprefix("$HOME"))
        if path.startswith("/"):
            return Path(path)
    return Path(home, "Desktop")


def _text(file: Path) -> str | None:
    try:
        return os.fsdecode(read_small(file))
    except OSError:
        return None
