"""What a desktop for an application runs: the command of its entry, in a terminal if it needs one. Blocks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ...backends.sessions import TERMINALS
from ...desktops.applications.record import ApplicationRecord
from ...errors import Conflict, InvalidOption
from ...system.environment import search_path
from ...system.packages import install_command
from .command import BadCommand, Details, expand, opens_files
from .entries import Application

RUN_IN_TERMINAL = {
    "xfce4-terminal": ("--disable-server", "--hide-menubar", "-x"),
    "mate-terminal": ("--disable-factory", "-x"),
    "gnome-terminal": ("--wait", "--"),
    "kitty": (),
}
"""The arguments of terminals before the command that they run; others have ``-e``."""

NOT_WITH_WORDS = ("lxterminal", "qterminal")
"""Terminals that take a command as one text, for a shell."""


def record_of(application: Application, file: Path | None = None) -> ApplicationRecord:
    """Return what the desktop for an application keeps, which opens ``file`` if that is given.

    Raise `InvalidOption` if it opens no files, `Conflict` if it can't be started.
    """
    entry = application.entry
    if file is not None and not opens_files(entry.getExec()):
        raise InvalidOption(f"{application.name} opens no files that it is given.", code="opens-no-files")
    details = Details(application.name, entry.getIcon(), str(application.file), file)
    try:
        argv = expand(entry.getExec(), details)
    except BadCommand as error:
        message = f"The desktop entry of {application.name} has no valid command: {error}."
        raise Conflict(message, code="bad-entry") from error
    if _found(argv[0]) is None:
        raise Conflict(f"The program {argv[0]} of {application.name} is not installed.", code="program-missing")
    if entry.getTerminal():
        argv = (*_terminal(), *argv)
    return ApplicationRecord(application.id, application.name, argv, entry.getPath())


def _found(program: str) -> str | None:
    return shutil.which(program, path=search_path(os.environ.get("PATH", "")))


def _terminal() -> tuple[str, ...]:
    """Return the terminal to run a command in, with its arguments before that."""
    for name in TERMINALS:
        if name not in NOT_WITH_WORDS and _found(name):
            return (name, *RUN_IN_TERMINAL.get(name, ("-e",)))
    fix = install_command({"apt": "xterm", "dnf": "xterm"})
    raise Conflict("No terminal is installed, in which the program runs.", code="program-missing", fix=fix)
