"""What a program says that it understands, asked once: brands and versions differ under the same name."""

from __future__ import annotations

import functools
import os
import re
import subprocess

TIMEOUT = 5.0
"""Seconds that a program may take to print its help; X servers take 10 ms."""


def switches(program: str) -> frozenset[str]:
    """Return the words that begin the lines of ``program -help``, in small letters and without dashes.

    X servers print a switch or parameter a line, and end (Xserver(1)). Nothing where it can't be asked.
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
        timeout=TIMEOUT,
        check=False,
    )
    text = result.stdout.decode("utf-8", "replace")
    return frozenset(word.lower() for word in re.findall(r"^[ \t]*-{0,2}([A-Za-z][A-Za-z0-9._]*)", text, re.MULTILINE))
