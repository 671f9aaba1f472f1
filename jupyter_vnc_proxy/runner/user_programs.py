"""Gives the programs that a user starts on the desktop the user's own variables, if the session's differ.

The session's programs get the system's libraries first, and hand their environment on to whatever a user starts in
them. A shell of a terminal gets the user's variables back from a script of its name, which SHELL names.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

from ..system.environment import find_program
from ..system.files.removal import remove_tree
from ..system.inheritance.libraries import is_of_system
from ..system.inheritance.variables import changes, for_system_programs

DIRECTORY = "session"
"""The name of the directory with the files of the session, in a desktop's directory."""

RUN = "run-for-user"
"""The script that runs its arguments with the user's variables; no shell has this name."""


LINKS = "bin"
"""The directory of links to the session's programs, if PATH has others of their names first."""

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


class UserPrograms:
    """The environment of a session, and scripts in ``directory`` that restore the user's.

    ``scripts``: whether parts of the session are written in Python or Perl.
    """

    def __init__(self, directory: Path, user: Mapping[str, str], scripts: bool = False) -> None:
        self._directory = directory / DIRECTORY
        self._user = user
        self.environment = for_system_programs(user, scripts)
        """The environment of the session's own programs."""
        if replaced := _replaced_programs(user.get("PATH", "")):
            self.environment["PATH"] = os.pathsep.join([str(self._link(replaced)), user["PATH"]])
        self._changed = changes(user, self.environment)
        if self._changed:
            self._write_scripts()

    def _link(self, programs: Iterable[str]) -> Path:
        """Return a directory with links to these programs of the system."""
        links = self._directory / LINKS
        remove_tree(links)
        links.mkdir(mode=0o700, parents=True)
        for name in programs:
            (links / name).symlink_to(find_program(name, ""))
        return links

    def _write_scripts(self) -> None:
        shell = self._user.get("SHELL", "/bin/sh")
        script = self._directory / os.path.basename(shell)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(script, shlex.quote(shell))
        self._write(self._directory / RUN, "")
        self.environment["SHELL"] = str(script)

    def _write(self, file: Path, program: str) -> None:
        restored = {**self._changed, "SHELL": self._user.get("SHELL")}
        lines = ["#!/bin/sh", "# Restores the user's variables. Rewritten at each start of the desktop."]
        for name, value in restored.items():
            lines.append(f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}")
        lines.append(f'exec {program} "$@"'.replace("  ", " "))
        file.unlink(missing_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "wb") as stream:
            stream.write(os.fsencode("\n".join(lines) + "\n"))

    def command(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a configured command: a program that isn't the system's gets the user's variables."""
        found = shutil.which(argv[0], path=self._user.get("PATH")) or argv[0]
        if self._changed and not is_of_system(found):
            return (str(self._directory / RUN), found, *argv[1:])
        return (found, *argv[1:])

    def own(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a command of ours with the path of its program, the system's if there is one."""
        return (find_program(argv[0], self._user.get("PATH", "")), *argv[1:])


def _replaced_programs(path: str) -> list[str]:
    """Return the names of those session programs of the system that are found elsewhere in ``path`` first."""
    found: set[str] = set()
    for directory in filter(None, path.split(os.pathsep)):
        if is_of_system(directory):
            continue
        with contextlib.suppress(OSError):
            found |= {name for name in os.listdir(directory) if any(fnmatch(name, each) for each in SESSION_PROGRAMS)}
    return sorted(
        name
        for name in found
        if is_of_system(find_program(name, "")) and shutil.which(name, path=path) != find_program(name, "")
    )
