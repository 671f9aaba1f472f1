"""The environment of a desktop's processes: the user's, without the variables of another desktop.

Programs that a user starts on the desktop see what a terminal in Lab sees, in the same order. Programs of the system
that are the desktop's own get `program_environment`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from .inheritance.account import login_variables
from .inheritance.libraries import is_of_system
from .inheritance.variables import LIBRARY_PATH, MODULE_PATHS, PRELOADS, for_system_programs

SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")

OTHER_SESSION = (
    "CLUTTER_BACKEND",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SESSION_BUS_PID",
    "DESKTOP_SESSION",
    "GDK_BACKEND",
    "GNOME_DESKTOP_SESSION_ID",
    "GNOME_SETUP_DISPLAY",
    "MPLBACKEND",
    "QT_QPA_PLATFORM",
    "SDL_VIDEODRIVER",
    "SESSION_MANAGER",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "WINDOWID",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_SEAT",
    "XDG_SESSION_ID",
    "XDG_SESSION_TYPE",
    "XDG_VTNR",
)
"""Variables of another desktop, or of a notebook kernel, which would make programs connect to that one."""


def search_path(path: str) -> str:
    """Return ``path`` with the system's directories first, without duplicates."""
    return os.pathsep.join(dict.fromkeys([*SYSTEM_PATH, *filter(None, path.split(os.pathsep))]))


def find_program(name: str, path: str) -> str:
    """Return the path of the system's program ``name``, else that in ``path``, else ``name``."""
    return shutil.which(name, path=search_path(path)) or name


def conda_prefixes(environment: Mapping[str, str]) -> list[Path]:
    """Return the active conda environments, and the one that this Python belongs to."""
    prefixes = {Path(environment[key]) for key in ("CONDA_PREFIX", "MAMBA_ROOT_PREFIX") if environment.get(key)}
    if Path(sys.prefix, "conda-meta").is_dir():
        prefixes.add(Path(sys.prefix))
    return sorted(prefixes)


def user_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` without the variables of another desktop, and with those of a login that it lacks."""
    kept = {key: value for key, value in environment.items() if key not in OTHER_SESSION}
    return {"PATH": os.pathsep.join(SYSTEM_PATH), **kept, **login_variables(kept)}


def program_environment(program: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` for a program (its path) of ours that no program of the user's is started from.

    A program of the system gets the system's libraries first; any other, such as an environment's Python, keeps the
    user's, but not conda's (its own programs find conda's libraries by themselves).
    """
    changed = for_system_programs(environment) if is_of_system(program) else _without_conda(environment)
    changed["PATH"] = search_path(environment.get("PATH", ""))
    return changed


def _without_conda(environment: Mapping[str, str]) -> dict[str, str]:
    prefixes = conda_prefixes(environment)
    changed = dict(environment)
    for key in {LIBRARY_PATH, *PRELOADS, *MODULE_PATHS} & environment.keys():
        entries = [entry for entry in environment[key].split(os.pathsep) if not _within(entry, prefixes)]
        if entries != environment[key].split(os.pathsep):
            changed[key] = os.pathsep.join(entries)
            if not changed[key]:
                del changed[key]
    return changed


def _within(entry: str, prefixes: list[Path]) -> bool:
    return any(Path(entry).is_relative_to(prefix) for prefix in prefixes)
