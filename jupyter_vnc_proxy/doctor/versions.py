"""Finds the versions of programs: from their packages, or from the programs themselves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence

TIMEOUT_SECONDS = 5.0
"""Time limit for a program to print its version."""

VERSION_OPTIONS = {
    **dict.fromkeys(("Xtigervnc", "Xvnc", "Xorg", "x11vnc", "xterm", "fluxbox"), "-version"),
    **dict.fromkeys(("openbox", "icewm", "i3", "weston", "sway", "wayvnc", "dbus-run-session"), "--version"),
    "pulseaudio": "--version",
}
"""The options with which programs print their version without a display. Others may start instead, as Xvfb does."""


def output(argv: Sequence[str], timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Return a program's output, or ``None`` if it is missing, fails or exceeds ``timeout`` seconds."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["LC_ALL"] = "C.UTF-8"
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")


def versions(programs: Iterable[str]) -> dict[str, str]:
    """Return the known versions by the program's path, such as ``xvfb 2:21.1.7-3+deb12u11``."""
    paths = list(dict.fromkeys(programs))
    found = _packaged(paths)
    for path in paths:
        if path not in found and (own := _own(path)):
            found[path] = own
    return found


def _own(path: str) -> str | None:
    name = os.path.basename(path)
    if name not in VERSION_OPTIONS:
        return None
    match = re.search(r"\S*\d+(\.\d+)+\S*|\(\d+\)", output([path, VERSION_OPTIONS[name]]) or "")
    return f"{name} {match[0]}" if match else None


def _packaged(paths: Sequence[str]) -> dict[str, str]:
    real = {path: os.path.realpath(path) for path in paths}
    if shutil.which("dpkg-query"):
        return _debian(real)
    if shutil.which("rpm"):
        asked = {path: output(["rpm", "-qf", "--qf", "%{NAME} %{VERSION}-%{RELEASE}", real[path]]) for path in paths}
        return {path: answer for path, answer in asked.items() if answer and "\n" not in answer}
    return {}


def _debian(real: dict[str, str]) -> dict[str, str]:
    # Packages from before the merge of /bin and /usr/bin may list /bin/… instead of /usr/bin/….
    spellings = {spelt: path for path, to in real.items() for spelt in (to, to.removeprefix("/usr"))}
    if not spellings:
        return {}
    owners: dict[str, str] = {}
    for line in (_all_output(["dpkg-query", "-S", *spellings])).splitlines():
        packages, _, file = line.rpartition(": ")
        if file in spellings and packages and not packages.startswith("diversion"):
            owners[spellings[file]] = packages.partition(",")[0].partition(":")[0]
    if not owners:
        return {}
    shown = _all_output(["dpkg-query", "-W", "-f", "${Package} ${Version}\\n", *dict.fromkeys(owners.values())])
    numbers = dict(line.split(" ", 1) for line in shown.splitlines() if " " in line)
    return {path: f"{package} {numbers[package]}" for path, package in owners.items() if package in numbers}


def _all_output(argv: Sequence[str]) -> str:
    """Return a program's standard output, even if it fails for some of its arguments."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
