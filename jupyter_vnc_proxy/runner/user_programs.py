"""Gives the programs that a user starts on the desktop the user's own variables, if the session's differ.

The session's programs get the system's libraries first, and hand their environment on to whatever a user starts in
them. Scripts give the user's variables back:

- a shell of a terminal from a script of its name, which SHELL names;
- a program that is started by its name, as most entries of menus do, from a link that PATH has first;
- a program that an entry of the system's starts by a path from a copy of the entry;
- what GLib starts (file managers and many panels) from GIO_LAUNCH_DESKTOP, which GLib starts programs with.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..backends.sessions import TERMINALS, WINDOW_MANAGERS
from ..desktops.markers import LAUNCH_VARIABLE, RUN_FOR_USER, SESSION_DIRECTORY
from ..system.environment import find_program, search_path
from ..system.files.removal import remove_tree
from ..system.inheritance.libraries import is_of_system
from ..system.inheritance.variables import DATA_PATH, DATA_PATHS, changes, for_system_programs
from . import menu_entries

RUN_BY_NAME = "run-by-name"
"""The script that runs the program of its own name with the user's variables; the links lead to it."""

LAUNCH = "launch-entry"
"""The script that GLib starts programs with: runs its arguments, the session's own as they are."""

LINKS = "bin"
"""The directory of links, which PATH has first: to the session's programs, if others of their names would be found
before them, and to `RUN_BY_NAME`."""

ENTRIES = "entries"
"""The data directory with copies of menu entries, which XDG_DATA_DIRS has first."""

SESSION_PROGRAMS = (
    *("Thunar", "thunar", "exo-*", "xf*"),
    *("caja", "marco", "mate-*"),
    *("lx*", "pcmanfm*"),
    *("kactivity*", "kded*", "ksmserver", "ksplash*", "kwin_*", "plasma*", "startplasma*"),
    *("cinnamon*", "csd-*", "gnome-*", "gsd-*", "metacity", "muffin", "nemo*"),
    *("dbus-*", "gdbus", "gpg-agent", "gsettings", "ssh-agent", "xdg-user-dirs-*"),
    *("iceauth", "setxkbmap", "xauth", "xkbcomp", "xmodmap", "xprop", "xrandr", "xrdb", "xset", "xsetroot"),
)
"""The names of programs that sessions start by their names (fnmatch)."""


INTERPRETERS = ("bash", "dash", "env", "sh")
"""Programs that the session's own scripts start by their names, too."""

WINDOWS = (*TERMINALS, *WINDOW_MANAGERS, "openbox*", "uxterm")
"""Programs of the session's that menus start, too. A terminal's shell has the user's variables anyway."""


_SESSION = re.compile("|".join(map(fnmatch.translate, SESSION_PROGRAMS)))
_SESSION_OR_WINDOW = re.compile("|".join(map(fnmatch.translate, (*SESSION_PROGRAMS, *WINDOWS))))


class UserPrograms:
    """The environment of a session, and scripts in ``directory`` that restore the user's.

    ``scripts``: whether parts of the session are written in Python or Perl.
    """

    def __init__(self, directory: Path, user: Mapping[str, str], scripts: bool = False) -> None:
        self._directory = directory / SESSION_DIRECTORY
        self._user = user
        self.environment = for_system_programs(user, scripts)
        """The environment of the session's own programs."""
        names = _foreign_programs(user.get("PATH", ""))
        replaced = sorted(name for name in names if _replaces(name, user.get("PATH", "")))
        self._changed = bool(replaced) or self.environment != dict(user)
        for each in (LINKS, ENTRIES):
            remove_tree(self._directory / each)
        if self._changed:
            self._restore_variables(names, replaced)

    def _restore_variables(self, names: Iterable[str], replaced: Iterable[str]) -> None:
        """Let the session start the user's programs through scripts, and write them."""
        path = self._user.get("PATH", "")
        data = _words(self.environment.get(DATA_PATH, "")) or list(DATA_PATHS[DATA_PATH])
        entries = menu_entries.read(data)
        started = menu_entries.programs([*menu_entries.read(self._data_home()), *entries])
        in_menus = {name for name in map(os.path.basename, started) if shutil.which(name, path=search_path(path))}
        links = {name for name in in_menus.union(names) if name and not name.startswith("-") and not _is_kept(name)}
        self._link(links, replaced)
        self.environment["PATH"] = os.pathsep.join([str(self._directory / LINKS), *_words(path)])
        run = self._directory / RUN_FOR_USER
        if menu_entries.write_copies(self._directory / ENTRIES, entries, run, _has_no_link):
            self.environment[DATA_PATH] = os.pathsep.join([str(self._directory / ENTRIES), *data])
        shell = self._user.get("SHELL", "/bin/sh")
        script = self._directory / os.path.basename(shell)
        self.environment |= {"SHELL": str(script), LAUNCH_VARIABLE: str(self._directory / LAUNCH)}
        restore = self._restoring_lines()
        kept = "|".join((*SESSION_PROGRAMS, *WINDOWS))
        # As GLib's own program does, which is replaced here.
        launch = ["GIO_LAUNCHED_DESKTOP_FILE_PID=$$", "export GIO_LAUNCHED_DESKTOP_FILE_PID"]
        launch.append(f'case "${{1##*/}}" in {kept}) exec "$@" ;; esac')
        self._write(script, [*restore, f'exec {shlex.quote(shell)} "$@"'])
        self._write(run, [*restore, 'exec "$@"'])
        self._write(self._directory / RUN_BY_NAME, [*restore, 'exec "${0##*/}" "$@"'])
        self._write(self._directory / LAUNCH, [*launch, *restore, 'exec "$@"'])

    def _data_home(self) -> list[str]:
        home = self._user.get("HOME")
        default = [os.path.join(home, ".local", "share")] if home else []
        return [self._user["XDG_DATA_HOME"]] if self._user.get("XDG_DATA_HOME") else default

    def _link(self, programs: Iterable[str], replaced: Iterable[str]) -> None:
        """Write the links to `RUN_BY_NAME` for ``programs``, and to the system's programs for ``replaced``."""
        links = self._directory / LINKS
        links.mkdir(mode=0o700, parents=True)
        for name in programs:
            (links / name).symlink_to(self._directory / RUN_BY_NAME)
        for name in replaced:
            (links / name).symlink_to(find_program(name, ""))

    def _restoring_lines(self) -> list[str]:
        """Return the lines of a shell script that restore the user's variables."""
        restored = {**changes(self._user, self.environment), "SHELL": self._user.get("SHELL")}
        return [
            f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"
            for name, value in restored.items()
        ]

    def _write(self, file: Path, lines: Iterable[str]) -> None:
        header = ("#!/bin/sh", "# Restores the user's variables. Rewritten at each start of the desktop.")
        file.unlink(missing_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "wb") as stream:
            stream.write(os.fsencode("\n".join([*header, *lines]) + "\n"))

    def command(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a configured command: a program that isn't the system's gets the user's variables."""
        found = shutil.which(argv[0], path=self._user.get("PATH")) or argv[0]
        if self._changed and not is_of_system(found):
            return (str(self._directory / RUN_FOR_USER), found, *argv[1:])
        return (found, *argv[1:])

    def own(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a command of ours with the path of its program, the system's if there is one."""
        return (find_program(argv[0], self._user.get("PATH", "")), *argv[1:])


def _foreign_programs(path: str) -> set[str]:
    """Return the names of the programs in those directories of ``path`` that aren't the system's."""
    found: set[str] = set()
    for directory in _words(path):
        if not is_of_system(directory):
            with contextlib.suppress(OSError):
                found.update(os.listdir(directory))
    return found


def _replaces(name: str, path: str) -> bool:
    """Return whether a session program of the system is found elsewhere in ``path`` first."""
    if not _SESSION.match(name):
        return False
    program = find_program(name, "")
    return is_of_system(program) and shutil.which(name, path=path) != program


def _is_kept(name: str) -> bool:
    return name in INTERPRETERS or bool(_SESSION_OR_WINDOW.match(name))


def _has_no_link(program: str) -> bool:
    """Return whether links don't restore the variables for an entry's program, and it isn't the session's."""
    name = os.path.basename(program)
    return (os.sep in program or name in INTERPRETERS) and not _SESSION_OR_WINDOW.match(name)


def _words(value: str) -> list[str]:
    return [each for each in value.split(os.pathsep) if each]
