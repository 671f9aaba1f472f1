"""The pictures of applications: by the icon theme, or a file that the entry names. Blocks.

A picture may be anything that a file can be. Only PNG and SVG are read, and what begins otherwise is no picture.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import NamedTuple

from xdg import BaseDirectory, IconTheme
from xdg.Exceptions import Error as XdgError
from xdg.IniFile import IniFile

from ...system.files.reading import read_small
from .entries import Application

SIZE = 96
"""In pixels: a launcher's icon has half of that, on a screen with two pixels for one."""

MAX_BYTES = 1 << 20

FORMATS = ["svg", "png"]

PNG = b"\x89PNG\r\n\x1a\n"
SVG = re.compile(rb"<(\w+:)?svg[\s/>]")
HEAD_BYTES = 16 * 1024
"""Where the first element of an SVG has to begin."""

_themes = threading.Lock()
"""Held while pyxdg reads its themes, which are global."""


class Icon(NamedTuple):
    """A picture, and its media type."""

    data: bytes
    media_type: str


GENERIC = Icon(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#757575" '
    b'd="M2 2h12a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1z"/>'
    b'<path fill="#eee" d="M2 5h12v8H2z"/></svg>',
    "image/svg+xml",
)
"""The icon of an application without one that can be shown: a window."""


def icon_of(application: Application) -> Icon:
    """Return the icon of an application."""
    name = application.entry.getIcon()
    path = name if os.path.isabs(name) else _by_theme(name)
    return (_read(path) if path else None) or GENERIC


def _by_theme(name: str) -> str | None:
    if not name or "/" in name or "\0" in name:
        return None
    try:
        with _themes:
            found = IconTheme.getIconPath(name, SIZE, _theme(), FORMATS)
    except (XdgError, OSError, ValueError, KeyError, AttributeError, RecursionError):  # a broken theme
        return None
    return found or None


def _theme() -> str:
    """Return the name of the theme that GTK's settings choose, the user's first."""
    for directory in BaseDirectory.xdg_config_dirs:
        settings = IniFile()
        try:
            settings.parse(os.path.join(directory, "gtk-3.0", "settings.ini"))
        except (XdgError, OSError, ValueError):  # most users have none
            continue
        name = settings.get("gtk-icon-theme-name", "Settings")
        if name and "/" not in name:
            return str(name)
    return "Adwaita"


def _read(path: str) -> Icon | None:
    try:
        data = read_small(Path(path), MAX_BYTES)
    except (OSError, ValueError):
        return None
    if data.startswith(PNG):
        return Icon(data, "image/png")
    return Icon(data, "image/svg+xml") if _is_svg(data[:HEAD_BYTES]) else None


def _is_svg(head: bytes) -> bool:
    """Return whether the first element of an XML document is that of an SVG."""
    rest = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    while rest.startswith((b"<?", b"<!")):
        end = b"?>" if rest.startswith(b"<?") else b"-->" if rest.startswith(b"<!--") else b">"
        if end == b">" and b"[" in rest.partition(b">")[0]:
            end = b"]>"
        rest = rest.partition(end)[2].lstrip()
    return SVG.match(rest) is not None
