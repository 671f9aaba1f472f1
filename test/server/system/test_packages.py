"""The command that installs a package, by distribution, conda environment and user."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends import Program, commands_for
from jupyter_vnc_proxy.backends.module import Module
from jupyter_vnc_proxy.system import packages
from jupyter_vnc_proxy.system.packages import install_commands, merge_packages

XVFB = {"apt": "xvfb", "dnf": "xorg-x11-server-Xvfb", "conda": "xorg-xvfb-server"}
MACHINES = [
    ("ID=debian\n", "", 1000, ["sudo apt-get install --no-install-recommends xvfb"]),
    ("ID=debian\n", "", 0, ["apt-get install --no-install-recommends xvfb"]),
    ('ID=ubuntu\nID_LIKE=debian\nNAME="Ubuntu"\n', "", 0, ["apt-get install --no-install-recommends xvfb"]),
    ('ID="linuxmint"\nID_LIKE="ubuntu debian"\n', "", 0, ["apt-get install --no-install-recommends xvfb"]),
    ("ID=fedora\n", "", 1000, ["sudo dnf install xorg-x11-server-Xvfb"]),
    ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "", 0, ["dnf install xorg-x11-server-Xvfb"]),
    ("ID=arch\n", "", 0, ["install the packages that Debian calls xvfb"]),
    ("", "", 0, ["install the packages that Debian calls xvfb"]),
    ("ID=arch\n", "/opt/conda", 0, ["conda install --channel conda-forge xorg-xvfb-server"]),
    (
        "ID=debian\n",
        "/opt/conda",
        0,
        [
            "apt-get install --no-install-recommends xvfb",
            "conda install --channel conda-forge xorg-xvfb-server",
        ],
    ),
]


def machine(monkeypatch: pytest.MonkeyPatch, directory: Path, release: str, conda: str, user: int) -> None:
    file = directory / "os-release"
    if release:
        file.write_text(release)
    monkeypatch.setattr(packages, "OS_RELEASE", file)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("CONDA_PREFIX", conda)


@pytest.mark.parametrize(("release", "conda", "user", "commands"), MACHINES)
def test_the_command_is_the_one_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, release: str, conda: str, user: int, commands: list[str]
) -> None:
    machine(monkeypatch, tmp_path, release, conda, user)
    assert install_commands(XVFB) == commands


RDP_CLIENT = {"apt": "freerdp3-x11", "apt-bookworm": "freerdp2-x11", "apt-jammy": "freerdp2-x11"}


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ("ID=debian\nVERSION_CODENAME=bookworm\n", "freerdp2-x11"),
        ("ID=debian\nVERSION_CODENAME=trixie\n", "freerdp3-x11"),
        ("ID=debian\n", "freerdp3-x11"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n', "freerdp2-x11"),
    ],
)
def test_a_package_has_the_name_of_this_release(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, release: str, name: str
) -> None:
    machine(monkeypatch, tmp_path, release, "", 0)
    assert install_commands(RDP_CLIENT) == [f"apt-get install --no-install-recommends {name}"]
    assert merge_packages([RDP_CLIENT, {"apt": "xterm"}]) == {"apt": f"{name} xterm"}


def test_who_can_not_become_root_is_told_of_conda_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine(monkeypatch, tmp_path, "ID=debian\n", "/opt/conda", 1000)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert install_commands(XVFB)[0].startswith("conda install")


def test_a_package_that_this_installer_does_not_have_is_no_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine(monkeypatch, tmp_path, "ID=fedora\n", "", 0)
    assert install_commands({"apt": "only-debian"}) == []


def test_several_packages_are_one_command_where_one_installer_has_them_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert merge_packages([XVFB, {"apt": "x11vnc", "dnf": "x11vnc"}]) == {
        "apt": "xvfb x11vnc",
        "dnf": "xorg-x11-server-Xvfb x11vnc",
    }
    assert merge_packages([]) == {}
    machine(monkeypatch, tmp_path, "ID=debian\n", "/opt/conda", 0)
    programs = [Program(("Xvfb",), "", XVFB), Program(("x11vnc",), "", {"apt": "x11vnc"})]
    assert commands_for(programs) == ["apt-get install --no-install-recommends xvfb x11vnc"]


def test_a_module_and_a_program_take_one_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine(monkeypatch, tmp_path, "ID=debian\n", "", 0)
    module = Module(("pixelflux",), "")
    install = str(module.install_command())
    assert commands_for([Program(("Xvfb",), "", XVFB), module]) == [
        f"apt-get install --no-install-recommends xvfb && {install}"
    ]
    assert commands_for([module, Module(("numpy",), "")]) == [install]
    assert commands_for([Program(("own",), "")]) == []
