"""The parts of scripts/distributions that need no chroot."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from support.archives import REPOSITORY

APT = "apt-get install --no-install-recommends"


def run(script: str, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(REPOSITORY / "scripts" / script), *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True)


def finding(topic: str, status: str, *fixes: str) -> dict[str, Any]:
    return {"topic": topic, "status": status, "message": f"{topic} is not good.", "fixes": fixes}


def doctor_packages(*findings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return run("doctor_packages.py", said=json.dumps({"findings": findings}))


@pytest.mark.parametrize(
    ("codename", "there", "not_there"),
    [("bookworm", "freerdp2-x11", "freerdp3-x11"), ("trixie", "freerdp3-x11", "freerdp2-x11")],
)
def test_each_package_is_named_as_in_the_release(codename: str, there: str, not_there: str) -> None:
    names = run("package_names.py", codename).stdout.split()
    assert {there, "xvfb", "xfce4-session", "libgbm1", "tini"} <= set(names)
    assert not {not_there, "apt-get", "install"} & set(names)


def test_the_packages_of_the_doctor_are_those_of_backends_and_problems() -> None:
    done = doctor_packages(
        finding("backend-stream", "note", f"sudo {APT} xvfb", "conda install x"),
        finding("backend-rdp", "note", f"sudo {APT} freerdp3-x11"),
        finding("session", "problem", f"sudo {APT} xfce4-session dbus-x11"),
        finding("backend-x11vnc", "note", f"{APT} xvfb x11vnc"),
        finding("fonts", "warning", f"{APT} xfonts-base"),
    )
    assert done.stdout.split() == ["xvfb", "xfce4-session", "dbus-x11", "x11vnc"]


def test_a_problem_that_no_package_fixes_is_an_error() -> None:
    done = doctor_packages(finding("runtime-directory", "problem", "chmod 700 /run/x"))
    assert done.returncode == 1
    assert done.stderr == "No package fixes this: runtime-directory is not good.\n"
