"""The switches that a program lists in its help: brands and versions differ under the same program name."""

from __future__ import annotations

import functools
import os
import re
import subprocess

HELP_TIMEOUT = 5.0
"""Seconds that a program has to print its help; X servers take 10 ms."""


def switches(program: str) -> frozenset[str]:
    """Return the first words of the lines of ``program -help``, in lower case and without dashes.

    X servers print one switch or parameter per line and exit (Xserver(1)). Empty if the program can't be run.
    """
    try:
        return _switches(program, os.stat(program).st_mtime_ns)
    except (OSError, subprocess.SubprocessError):
        return frozenset()


@functools.lru_cache(maxsize=8)
def _switches(program: str, _changed: int) -> frozenset[str]:
    result = subprocess.run(
        [program, "-help"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=HELP_TIMEOUT,
        check=False,
    )
    text = result.stdout.decode("utf-8", "replace")
    return frozenset(word.lower() for word in re.findall(r"^[ \t]*-{0,2}([A-Za-z][A-Za-z0-9._]*)", text, re.MULTILINE))
