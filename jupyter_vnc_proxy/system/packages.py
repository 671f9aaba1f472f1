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

CODENAMES = ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME")
"""Variables of os-release(5) with the code name of this release, or of the one that it is made from."""

ELSEWHERE = "install the packages that Debian calls"
"""Stands for the command on a distribution that is not known."""

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

    Names that differ in a release have a key of their own, with its code name: ``apt-bookworm``.
    On an unknown distribution, the text has Debian's package names.
    """
    here = installers()
    commands = [f"{_privileged(each)}{COMMANDS[each]} {_names(packages, each)}" for each in here if each in packages]
    if not commands and "apt" in packages and not any(each in AS_ROOT for each in here):
        commands = [f"{ELSEWHERE} {packages['apt']}"]
    return commands


def next_command(commands: Iterable[str]) -> str | None:
    """Return one command line that does what all ``commands`` do, or ``None`` if there are none.

    Packages of the same installer are installed together.
    """
    groups: dict[str, list[str]] = {}
    for command in commands:
        start = next((each for each in _starts() if command.startswith(each)), command)
        words = groups.setdefault(start, [])
        words += [word for word in command.removeprefix(start).split() if word not in words]
    return " && ".join(" ".join([start.rstrip(), *words]) for start, words in groups.items()) or None


def _starts() -> list[str]:
    return [*(f"{_privileged(installer)}{command} " for installer, command in COMMANDS.items()), f"{ELSEWHERE} "]


def install_command(packages: Mapping[str, str]) -> str | None:
    """Return the first of `install_commands`, or ``None``."""
    return next(iter(install_commands(packages)), None)


def _privileged(installer: str) -> str:
    return "sudo " if installer in AS_ROOT and os.geteuid() != 0 else ""


def _names(packages: Mapping[str, str], installer: str) -> str:
    """Return the packages as this release of the distribution calls them."""
    release = distribution()
    codenames = filter(None, map(release.get, CODENAMES))
    return next(filter(None, (packages.get(f"{installer}-{each}") for each in codenames)), packages[installer])


def merge_packages(mappings: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return one mapping (installer → names here) with those installers that have packages in every mapping."""
    every = list(mappings)
    return {
        installer: " ".join(dict.fromkeys(word for each in every for word in _names(each, installer).split()))
        for installer in COMMANDS
        if every and all(installer in each for each in every)
    }
