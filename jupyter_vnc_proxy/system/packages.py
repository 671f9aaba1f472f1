"""The command that installs a package here: on Debian and Ubuntu, Fedora, or from conda-forge."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")
"""Which distribution this is (os-release(5))."""

INSTALLERS = {"debian": "apt", "ubuntu": "apt", "fedora": "dnf", "rhel": "dnf", "centos": "dnf"}
"""The installer of a distribution, by its ID or an ID that it is like."""

COMMANDS = {
    "apt": "apt-get install --no-install-recommends",
    "dnf": "dnf install",
    "conda": "conda install --channel conda-forge",
}
"""The installers, which are the keys of every mapping ``packages``, and their commands."""

AS_ROOT = ("apt", "dnf")
"""Installers that only root can run."""


def distribution() -> Mapping[str, str]:
    """Return the variables of os-release(5); none if the file is missing."""
    try:
        lines = OS_RELEASE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {key: value.strip("\"'") for key, _, value in pairs}


def installers() -> list[str]:
    """Return the installers that the user can use here, the likeliest first."""
    release = distribution()
    likes = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    found = list(dict.fromkeys(INSTALLERS[each] for each in likes if each in INSTALLERS))
    if os.environ.get("CONDA_PREFIX"):
        can_be_root = os.geteuid() == 0 or shutil.which("sudo") is not None
        found.insert(len(found) if can_be_root else 0, "conda")
    return found


def install_commands(packages: Mapping[str, str]) -> list[str]:
    """Return alternative commands, each of which installs ``packages`` (installer → names) here; the likeliest first.

    On an unknown distribution, the text has Debian's package names.
    """
    here = installers()
    commands = [f"{_privileged(each)}{COMMANDS[each]} {packages[each]}" for each in here if each in packages]
    if not commands and "apt" in packages and not any(each in AS_ROOT for each in here):
        commands = [f"install the packages that Debian calls {packages['apt']}"]
    return commands


def install_command(packages: Mapping[str, str]) -> str | None:
    """Return the first of `install_commands`, or ``None``."""
    return next(iter(install_commands(packages)), None)


def _privileged(installer: str) -> str:
    return "sudo " if installer in AS_ROOT and os.geteuid() != 0 else ""


def merge_packages(mappings: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return one mapping (installer → names) with those installers that have packages in every mapping."""
    every = list(mappings)
    return {
        installer: " ".join(dict.fromkeys(word for each in every for word in each[installer].split()))
        for installer in COMMANDS
        if every and all(installer in each for each in every)
    }
