"""Variables that a login sets and a bare environment lacks, from the user database and the machine's settings."""

from __future__ import annotations

import os
import pwd
import shlex
from collections.abc import Mapping
from pathlib import Path

from ..files.reading import read_small

LOCALE_FILES = (Path("/etc/default/locale"), Path("/etc/locale.conf"))
"""The machine's language: Debian's file, and systemd's (locale.conf(5))."""

DEFAULT_LANGUAGE = "C.UTF-8"
"""Without a language, programs assume ASCII and show question marks."""

LANGUAGE_VARIABLES = ("LC_ALL", "LANG")
"""Not LC_CTYPE: Python sets it if none is set (PEP 538)."""

LOCAL_TIME = Path("/etc/localtime")
TIME_ZONE_FILE = Path("/etc/timezone")
"""The machine's time zone: a file that the C library reads by itself, and Debian's name of it, as in a container."""

SHELLS = ("/bin/bash", "/bin/sh")

NO_SHELLS = ("nologin", "false", "true", "sync")
"""Programs that end at once, for accounts that nobody logs in to."""


def account() -> pwd.struct_passwd | None:
    """Return our entry in the user database, or ``None`` if there is none, as under OpenShift."""
    try:
        return pwd.getpwuid(os.getuid())
    except KeyError:
        return None


def home_directory() -> Path | None:
    """Return the home directory, which may not exist; ``None`` if neither HOME nor the user database names one."""
    entry = account()
    home = os.environ.get("HOME") or (entry.pw_dir if entry else "")
    return Path(home) if home else None


def may_enter(directory: Path) -> bool:
    """Return whether we may enter a directory. One that does not exist is not forbidden."""
    try:
        directory.stat()
    except PermissionError:
        return False
    except OSError:
        return True
    return os.access(directory, os.X_OK)


def login_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a login that ``environment`` lacks: HOME, USER, LOGNAME, SHELL, LANG and TZ."""
    entry = account()
    found: dict[str, str] = {}
    if entry is not None:
        found = {"HOME": entry.pw_dir, "USER": entry.pw_name, "LOGNAME": entry.pw_name}
    found = {key: value for key, value in found.items() if value and not environment.get(key)}
    if not _is_shell(environment.get("SHELL", "")):
        candidates = (entry.pw_shell if entry else "", *SHELLS)
        found |= {"SHELL": next(filter(_is_shell, candidates), SHELLS[-1])}
    if not any(environment.get(each) for each in LANGUAGE_VARIABLES):
        found |= _machine_language()
    if not environment.get("TZ") and not LOCAL_TIME.exists() and (zone := _text(TIME_ZONE_FILE).strip()):
        found["TZ"] = zone
    return found


def _is_shell(path: str) -> bool:
    return os.path.isabs(path) and os.path.basename(path) not in NO_SHELLS and os.access(path, os.X_OK)


def _machine_language() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in (line for file in LOCALE_FILES for line in _text(file).splitlines()):
        name, equals, value = line.partition("=")
        if equals and (name == "LANG" or name.startswith("LC_")):
            found.setdefault(name, "".join(shlex.split(value, comments=True)[:1]))
    return {"LANG": DEFAULT_LANGUAGE} | {name: value for name, value in found.items() if value}


def _text(file: Path) -> str:
    try:
        return read_small(file).decode(errors="replace")
    except OSError:
        return ""
