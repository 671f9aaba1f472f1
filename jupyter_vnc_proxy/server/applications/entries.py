"""Desktop entries of applications, found and read as the Desktop Entry Specification says. Its functions block.

An entry may be broken or hostile: everything in it counts as text, and what can't be read is no application.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xdg import BaseDirectory, Locale
from xdg.DesktopEntry import DesktopEntry
from xdg.Exceptions import Error as XdgError

from ...system.environment import search_path

ENTRIES = "applications"
"""The directory of desktop entries in a data directory."""

SUFFIX = ".desktop"

MAX_ENTRY_BYTES = 1 << 18
"""The largest entry that is read: LibreOffice's, with all its translations, have 30 KB."""

MAX_ENTRIES = 5000
"""Entries that are looked at in all, at the most."""

MAX_DASHES = 6
"""Dashes of an id that may be slashes of a path."""

MAX_TEXT_LENGTH = 200
"""The length of a name or a comment that is shown."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
"""Characters that are never shown, or change how others are."""

_locale = threading.Lock()
"""Held while pyxdg's locale, which is global, is used."""


class Application(NamedTuple):
    """An application: the id, name and file of its desktop entry, the entry, and its descriptive texts."""

    id: str
    name: str
    file: Path
    entry: DesktopEntry
    comment: str = ""


def find(entry: str, language: str = "") -> Application | None:
    """Return the application with an id, such as ``org.xfce.mousepad.desktop``; ``None`` if it can't be started.

    Its texts are in ``language``, such as ``pt_BR``, by default the server's.
    """
    if not entry.endswith(SUFFIX) or "/" in entry or "\0" in entry:
        return None
    for directory in BaseDirectory.xdg_data_dirs:
        for relative in _places(entry):
            file = os.path.join(directory, ENTRIES, relative)
            if os.path.isfile(file):
                return _read(entry, Path(file), language)  # of several, the first counts, even if it is hidden
    return None


def find_all(language: str = "") -> Iterator[Application]:
    """Yield all applications that can be started, each as `find` returns it."""
    seen: set[str] = set()
    for directory in BaseDirectory.xdg_data_dirs:
        root = os.path.join(directory, ENTRIES)
        for folder, _, names in os.walk(root):
            for name in sorted(each for each in names if each.endswith(SUFFIX)):
                file = Path(folder, name)
                entry = "-".join(file.relative_to(root).parts)
                if entry in seen or not os.path.isfile(file):
                    continue
                seen.add(entry)
                if len(seen) > MAX_ENTRIES:
                    return
                if (application := _read(entry, file, language)) is not None:
                    yield application


def _places(entry: str) -> Iterator[str]:
    """Yield where the entry of an id may be, below a directory of entries: its dashes may be slashes of a path."""
    parts = entry.split("-")
    for mask in range(1 << min(len(parts) - 1, MAX_DASHES)):
        joined = parts[0]
        for number, part in enumerate(parts[1:]):
            joined += ("/" if mask >> number & 1 else "-") + part
        if not {"", ".", ".."} & set(joined.split("/")):
            yield joined


def _read(entry: str, file: Path, language: str) -> Application | None:
    try:
        if file.stat().st_size > MAX_ENTRY_BYTES:
            return None
        parsed = DesktopEntry(os.fspath(file))
        if parsed.getHidden() or parsed.getType() != "Application" or not parsed.getExec() or not _is_installed(parsed):
            return None
        name, comment = _localized(parsed, language)
        return Application(entry, name or entry.removesuffix(SUFFIX), file, parsed, comment)
    except (XdgError, OSError, ValueError, KeyError, AttributeError):  # an entry that is broken, or gone
        return None


def _is_installed(entry: DesktopEntry) -> bool:
    program = entry.getTryExec()
    return not program or shutil.which(program, path=search_path(os.environ.get("PATH", ""))) is not None


def _localized(entry: DesktopEntry, language: str) -> tuple[str, str]:
    with _locale:
        Locale.update(language or None)
        try:
            return _shown(entry.getName()), _shown(entry.getComment() or entry.getGenericName())
        finally:
            Locale.update()


def _shown(text: str) -> str:
    """Return a text as people may see it: in one line, of limited length."""
    return _CONTROL.sub(" ", text.replace(r"\s", " ").replace(r"\n", " ")).strip()[:MAX_TEXT_LENGTH]
