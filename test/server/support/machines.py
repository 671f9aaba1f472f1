"""A machine with chosen programs only, some of which are stand-ins that print the messages of real ones."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from jupyter_vnc_proxy.desktops import desktop
from jupyter_vnc_proxy.system import environment, packages

BASICS = ("sh", "sleep", "env", "cat", "dpkg-query", "unshare", "true", "setpriv")
"""The programs of every machine."""


class Machine:
    """A directory of programs that replaces PATH and the system's directories."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.bin = directory
        directory.mkdir()
        self.add(*BASICS)
        monkeypatch.setattr(environment, "SYSTEM_PATH", (str(directory),))
        monkeypatch.setenv("PATH", str(directory))

    def add(self, *programs: str) -> None:
        """Add these programs of the real machine."""
        for name in programs:
            found = shutil.which(name, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            if found:
                (self.bin / name).symlink_to(found)

    def tell_children(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make every Python process use these programs too, and take this machine for Debian.

        Runners are started as usual, since isolated Pythons import no ``sitecustomize``.
        """
        monkeypatch.setattr(desktop, "own_python", lambda module: (sys.executable, "-m", module))
        site = self.bin.parent / "site"
        site.mkdir()
        (site / "os-release").write_text("ID=debian\n")
        (site / "sitecustomize.py").write_text(
            "from pathlib import Path\nfrom jupyter_vnc_proxy.system import environment, packages\n"
            f"environment.SYSTEM_PATH = ({str(self.bin)!r},)\n"
            f"packages.OS_RELEASE = Path({str(site / 'os-release')!r})\n"
        )
        monkeypatch.setattr(packages, "OS_RELEASE", site / "os-release")
        monkeypatch.setenv("PYTHONPATH", str(site))
        monkeypatch.delenv("CONDA_PREFIX", raising=False)

    def stand_in(self, name: str, says: Iterable[str] = (), then: str = "exit 1") -> None:
        """Add a program that writes these lines to stderr and then runs the shell command ``then``."""
        file = self.bin / name
        file.unlink(missing_ok=True)
        lines = "".join(f"echo {_quoted(line)} >&2\n" for line in says)
        file.write_text(f"#!/bin/sh\n{lines}{then}\n")
        file.chmod(0o755)


def _quoted(line: str) -> str:
    return "'" + line.replace("'", "'\\''") + "'"
