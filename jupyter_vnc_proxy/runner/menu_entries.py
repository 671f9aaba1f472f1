"""Entries of menus (Desktop Entry Specification): the programs that they start, and copies with another command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..desktops.state import write_private
from ..system.files.reading import read_small

APPLICATIONS = "applications"
"""The directory of entries in a data directory (XDG Base Directories)."""

MAX_ENTRY_BYTES = 1 << 20

EXEC = re.compile(r"^(Exec\s*=\s*)(.*)$", re.MULTILINE)


class MenuEntry(NamedTuple):
    """An entry's name, relative to the directory of entries, and its text: empty if it can't be read."""

    name: Path
    text: str


def read(data_directories: Iterable[str]) -> list[MenuEntry]:
    """Return the entries of data directories, which are in the order of their precedence."""
    return [MenuEntry(name, _text(file)) for each in data_directories for name, file in _files(each)]


def programs(entries: Iterable[MenuEntry]) -> set[str]:
    """Return the programs of entries, as names or paths."""
    commands = (command for each in entries for _, command in EXEC.findall(each.text))
    return {program for command in commands if (program := _program(command))}


def write_copies(
    target: Path, entries: Iterable[MenuEntry], launcher: Path, is_launched: Callable[[str], bool]
) -> bool:
    """Copy those entries to the data directory ``target`` whose program (a name or a path) is to be launched.

    Their commands begin with ``launcher``. Of entries with the same name, the first counts. Return whether there is a
    copy. Raise `OSError` if one can't be written.
    """
    seen: set[Path] = set()
    prefix = quoted(str(launcher)).replace("\\", r"\\")

    def command(match: re.Match[str]) -> str:
        program = _program(match[2])
        return f"{match[1]}{prefix} {match[2]}" if program and is_launched(program) else match[0]

    written = False
    for name, text in entries:
        if name in seen:
            continue
        seen.add(name)
        changed = EXEC.sub(command, text)
        if changed != text:
            copy = target / APPLICATIONS / name
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(copy, changed)
            written = True
    return written


def quoted(argument: str) -> str:
    """Return an argument as an entry's command has it, before the escapes of strings."""
    return '"' + re.sub(r'([\\"`$])', r"\\\1", argument).replace("%", "%%") + '"'


def _files(data_directory: str) -> Iterator[tuple[Path, Path]]:
    """Yield the name of each entry, relative to the directory of entries, and its file."""
    root = os.path.join(data_directory, APPLICATIONS)
    for directory, _, names in os.walk(root):
        for name in sorted(names):
            if name.endswith(".desktop"):
                file = Path(directory, name)
                yield file.relative_to(root), file


def _text(file: Path) -> str:
    try:
        return read_small(file, MAX_ENTRY_BYTES).decode()
    except (OSError, ValueError):
        return ""


def _program(command: str) -> str:
    """Return the first word of a command, or nothing if it can't be read."""
    unescaped = re.sub(r"\\([`$])", r"\1", command.replace(r"\\", "\\"))  # which shlex leaves alone in quotes
    try:
        return next(iter(shlex.split(unescaped)), "")
    except ValueError:
        return ""
