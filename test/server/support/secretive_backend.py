"""A backend with a secret option, installed as another package would be; the files are copied, so it stands alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from jupyter_vnc_proxy.backends import Field, Paths, Plan
from jupyter_vnc_proxy.backends.tigervnc import TigervncBackend
from jupyter_vnc_proxy.options import DesktopOptions


def never(value: str) -> None:
    """Refuse one value, and quote it, as a careless author may."""
    if value == "forbidden-word":
        raise ValueError(f"{value} is forbidden")


PASSWORD = Field("password", "Password", "A password of your own.", required=True, secret=True, check=never)
SHOWN = Field("shown", "Shown", "Whether it shows its secret.", choices=("no", "yes"), default="no")

FILE = "password"


class SecretiveBackend(TigervncBackend):
    """TigerVNC, with a password that it only writes to a file."""

    name, title = "secretive", "TigerVNC, secretive"
    fields: tuple[Field, ...] = (PASSWORD, SHOWN)

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return TigerVNC's plan, with the file; or with the password in an argv, which is refused."""
        display, *rest = super().plan(options, paths).steps
        password = PASSWORD.value(options)
        display = replace(display, files={**display.files, paths.directory / FILE: password})
        plan = Plan((display, *rest))
        return plan.with_arguments("display", f"-x={password}") if SHOWN.value(options) == "yes" else plan


ENTRY_POINTS = "[jupyter_vnc_proxy.backends]\nsecretive = secretive_backend:SecretiveBackend\n"


def install(directory: Path) -> None:
    """Install it into a directory of modules, as pip does."""
    (directory / "secretive_backend.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    metadata = directory / "secretive_backend-1.dist-info"
    os.mkdir(metadata)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: secretive-backend\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
