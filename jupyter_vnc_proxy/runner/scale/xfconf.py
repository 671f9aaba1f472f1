"""Xfce's settings, through ``xfconf-query`` on the bus of the session. Its functions block."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

from ...system.environment import find_program

QUERY_SECONDS = 5.0
"""The time that one query may take."""

LINE = re.compile(r"(/\S+)\s+(.*)")
PROGRAM = "xfconf-query"


class XfconfError(Exception):
    """A value was refused, as one that the administrator has locked."""


class NoAnswer(Exception):
    """A query was not answered, as on a busy machine; another time it may be."""


class Unsigned(int):
    """A value of the type uint."""


class Xfconf:
    """The settings that a process with the given ``environment`` has."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._program = find_program(PROGRAM, environment.get("PATH", ""))

    def values(self, channel: str) -> dict[str, str]:
        """Return the values of a channel by property, none if nothing was ever stored in it; arrays are left out."""
        try:
            lines = self._query("-c", channel, "-l", "-v").splitlines()
        except XfconfError as error:
            raise NoAnswer(str(error)) from error
        return {match[1]: match[2] for match in map(LINE.fullmatch, lines) if match is not None}

    def set(self, channel: str, name: str, value: int | str) -> None:
        """Set a property."""
        kind = "uint" if isinstance(value, Unsigned) else "int" if isinstance(value, int) else "string"
        self._query("-c", channel, "-p", name, "-n", "-t", kind, "-s", str(value))

    def _query(self, *arguments: str) -> str:
        argv = [self._program, *arguments]
        try:
            done = subprocess.run(
                argv, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=QUERY_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoAnswer(str(error)) from error
        if done.returncode != 0:
            raise XfconfError(f"{' '.join(argv)} failed")
        return done.stdout.decode(errors="replace")
