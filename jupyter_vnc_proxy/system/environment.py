"""The environment of a desktop's processes: the system's libraries and directories before the user's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")

LOADER_VARIABLES = (
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "GDK_PIXBUF_MODULEDIR",
    "GDK_PIXBUF_MODULE_FILE",
    "GIO_MODULE_DIR",
    "GI_TYPELIB_PATH",
    "GSETTINGS_SCHEMA_DIR",
    "GTK_EXE_PREFIX",
    "GTK_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LIBGL_DRIVERS_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "QT_PLUGIN_PATH",
    "QT_QPA_PLATFORM_PLUGIN_PATH",
    "QT_XKB_CONFIG_ROOT",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_DIRS",
    "XKB_CONFIG_ROOT",
    "XLOCALEDIR",
)
"""Variables with which a conda environment shadows the system's libraries."""

OTHER_SESSION = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SESSION_BUS_PID",
    "DESKTOP_SESSION",
    "GNOME_DESKTOP_SESSION_ID",
    "MPLBACKEND",
    "QT_QPA_PLATFORM",
    "SESSION_MANAGER",
    "WAYLAND_DISPLAY",
    "WINDOWID",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_SEAT",
    "XDG_SESSION_ID",
    "XDG_VTNR",
)
"""Variables of another desktop, or of a notebook kernel, which would make programs connect to that one."""


def search_path(path: str) -> str:
    """Return ``path`` with the system's directories first, without duplicates."""
    return os.pathsep.join(dict.fromkeys([*SYSTEM_PATH, *filter(None, path.split(os.pathsep))]))


def conda_prefixes(environment: Mapping[str, str]) -> list[Path]:
    """Return the active conda environments, and the one that this Python belongs to."""
    prefixes = {Path(environment[key]) for key in ("CONDA_PREFIX", "MAMBA_ROOT_PREFIX") if environment.get(key)}
    if Path(sys.prefix, "conda-meta").is_dir():
        prefixes.add(Path(sys.prefix))
    return sorted(prefixes)


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` without conda's libraries and without the variables of another desktop.

    A conda environment shadows the system's D-Bus and GTK (``version LIBDBUS_PRIVATE_… not found``), so its
    entries are removed from `LOADER_VARIABLES`; the user's own entries stay.
    """
    prefixes = conda_prefixes(environment)
    clean = {key: value for key, value in environment.items() if key not in OTHER_SESSION}
    for key in LOADER_VARIABLES:
        if key in clean:
            entries = [entry for entry in clean[key].split(os.pathsep) if not _within(entry, prefixes)]
            if entries != clean[key].split(os.pathsep):
                clean[key] = os.pathsep.join(entries)
                if not clean[key]:
                    del clean[key]
    clean["PATH"] = search_path(clean.get("PATH", ""))
    return clean


def _within(entry: str, prefixes: list[Path]) -> bool:
    return any(Path(entry).is_relative_to(prefix) for prefix in prefixes)
