"""The applications that open a type of file on this machine, as the specifications of freedesktop.org say.

Shared MIME-info Database, Desktop Entry Specification, and Association between MIME types and applications. Its
functions block.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from xdg import BaseDirectory, Mime
from xdg.Exceptions import Error as XdgError
from xdg.IniFile import IniFile

from ..applications.entries import ENTRIES, Application, find

ASSOCIATIONS = "mimeapps.list"
CACHE = "mimeinfo.cache"
DEFAULT, ADDED, REMOVED = "Default Applications", "Added Associations", "Removed Associations"

DIRECTORY = "inode/directory"
ANY = "application/octet-stream"

_database = threading.Lock()
"""Held while pyxdg reads its database of types, which is global."""


def type_of(file: Path) -> str:
    """Return the media type of a file, ``inode/directory`` for a directory."""
    with _database:
        return str(Mime.get_type2(os.fspath(file)))


def applications_for(media_type: str, session: str) -> list[Application]:
    """Return the applications that open a type of file, the one that does it by default first.

    ``session`` is the name of the desktop environment, such as ``xfce``, which may have associations of its own.
    """
    removed: set[str] = set()
    found: dict[str, Application] = {}
    for each in _lineage(media_type):
        for name in _ids(each, session, removed):
            if name not in found and (application := find(name)) is not None:
                found[name] = application
    return list(found.values())


def _lineage(media_type: str) -> list[str]:
    """Return a type and those that it is a kind of, the nearest first."""
    with _database:
        lineage = [Mime.lookup(media_type).canonical()]
        for each in lineage:
            parents = sorted(each.inherits_from(), key=str)
            lineage += [parent for parent in parents if parent not in lineage]
    names = [str(each) for each in lineage]
    if media_type.startswith("text/") and "text/plain" not in names:
        names.append("text/plain")
    return [name for name in names if name != ANY or name == media_type]


def _ids(media_type: str, session: str, removed: set[str]) -> list[str]:
    """Return the ids that are associated with a type, the default first; add those that are ``removed`` from it."""
    defaults, others = [], []
    for lists, cache in _files(session):
        for file in lists:
            entries = _parsed(file)
            defaults += entries.getList(entries.get(media_type, DEFAULT))
            others += [name for name in entries.getList(entries.get(media_type, ADDED)) if name not in removed]
            removed.update(entries.getList(entries.get(media_type, REMOVED)))
        if cache is not None:
            entries = _parsed(cache)
            cached = entries.getList(entries.get(media_type, "MIME Cache"))
            others += [name for name in cached if name not in removed]
    return [*defaults, *others]


def _files(session: str) -> Iterator[tuple[list[Path], Path | None]]:
    """Yield the lists of associations in the order of their precedence, with the cache of the same directory."""
    names = [f"{session}-{ASSOCIATIONS}", ASSOCIATIONS]
    for directory in BaseDirectory.xdg_config_dirs:
        yield _existing(Path(directory, name) for name in names), None
    for directory in BaseDirectory.xdg_data_dirs:
        entries = Path(directory, ENTRIES)
        cache = _existing([entries / CACHE])
        yield _existing(entries / name for name in names), cache[0] if cache else None


def _existing(files: Iterable[Path]) -> list[Path]:
    return [each for each in files if each.is_file()]


def _parsed(file: Path) -> IniFile:
    entries = IniFile()
    try:
        entries.parse(os.fspath(file))
    except (XdgError, OSError, ValueError):  # broken, or gone
        return IniFile()
    return entries
