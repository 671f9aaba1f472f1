"""The command that installs a package here: on Debian and Ubuntu, Fedora, or from conda-forge."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")
"""Which distribution this is (os-release(5))."""

INSTALLERS = {"debian": "apt", "ubuntu": "apt", "fedora": "dnf", "rhel": "dnf", "centos": "dnf"}
"""A distribution's ID, or one that it is like, and the installer that it has."""

COMMANDS = {
    "apt": "apt-get install --no-install-recommends",
    "dnf": "dnf install",
    "conda": "conda install --channel conda-forge",
}
"""Installers, which are the keys of a mapping ``packages``, and how each is called."""

AS_ROOT = ("apt", "dnf")


def distribution() -> Mapping[str, str]:
    """Return what os-release(5) says; nothing where there is no such file."""
    try:
        lines = OS_RELEASE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {key: value.strip("\"'") for key, _, value in pairs}


def installers() -> list[str]:
    """Return the installers that a person can use here, the likeliest first."""
    release = distribution()
    likes = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    found = list(dict.fromkeys(INSTALLERS[each] for each in likes if each in INSTALLERS))
    if os.environ.get("CONDA_PREFIX"):
        can_be_root = os.geteuid() == 0 or shutil.which("sudo") is not None
        found.insert(len(found) if can_be_root else 0, "conda")
    return found


def install_commands(packages: Mapping[str, str]) -> list[str]:
    """Return the commands of which each installs ``packages`` (installer → names) here, the likeliest first.

    On a distribution that we don't know, the packages are named as Debian names them.
    """
    here = installers()
    commands = [f"{_privileged(each)}{COMMANDS[each]} {packages[each]}" for each in here if each in packages]
    if not commands and "apt" in packages and not any(each in AS_ROOT for each in here):
        commands = [f"install what is called {packages['apt']} on Debian"]
    return commands


def install_command(packages: Mapping[str, str]) -> str | None:
    """Return the first of `install_commands`, or ``None`` where there is none."""
    return next(iter(install_commands(packages)), None)


def _privileged(installer: str) -> str:
    return "sudo " if installer in AS_ROOT and os.geteuid() != 0 else ""


def together(several: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return one mapping for several: with the installers that have a package for each of them."""
    every = list(several)
    return {
        installer: " ".join(dict.fromkeys(word for each in every for word in each[installer].split()))
        for installer in COMMANDS
        if every and all(installer in each for each in every)
    }
