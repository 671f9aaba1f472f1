"""Checks of the machine: D-Bus, fonts, OpenGL, and what a container restricts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.machines import Machine

from jupyter_vnc_proxy.doctor import machine as machine_checks
from jupyter_vnc_proxy.system.inheritance.variables import MODULE_PATHS, SCRIPT_PATHS

APT = "apt-get install --no-install-recommends"


def test_without_dbus_the_fix_names_the_package(machine: Machine) -> None:
    (finding,) = machine_checks.bus()
    assert (finding.status, finding.fixes) == ("warning", (f"{APT} dbus-x11",))
    machine.stand_in("dbus-launch")
    assert machine_checks.bus()[0].status == "ok"


def test_the_dbus_of_a_conda_environment_is_a_warning(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conda = tmp_path / "conda"
    conda.mkdir()
    other = Machine(monkeypatch, conda / "bin")
    other.stand_in("dbus-launch")
    monkeypatch.setenv("CONDA_PREFIX", str(conda))
    (launcher,) = machine_checks.bus()
    assert "of a conda environment" in launcher.message
    assert launcher.status == "warning"


def test_a_variable_that_replaces_a_part_of_the_system_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in (*MODULE_PATHS, *SCRIPT_PATHS, "LD_LIBRARY_PATH", "LD_PRELOAD", "XDG_DATA_DIRS"):
        monkeypatch.delenv(variable, raising=False)
    (finding,) = machine_checks.shadowed()
    assert finding.status == "ok"
    (tmp_path / "libc.so.6").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("GTK_PATH", "/opt/spack/gtk")
    monkeypatch.setenv("PYTHONPATH", "/opt/modules")
    findings = machine_checks.shadowed()
    assert [each.status for each in findings] == ["note"] * 3
    assert findings[0].message.startswith(f"LD_LIBRARY_PATH has {tmp_path}, which replaces libc.so.6. ")
    assert findings[1].message.startswith("GTK_PATH has /opt/spack/gtk. ")
    assert findings[2].message.startswith(
        "PYTHONPATH has /opt/modules. Programs of the system that are written in Python"
    )


def test_missing_fonts_are_warnings(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine_checks, "FONT_DIRECTORIES", (str(tmp_path / "misc"),))
    monkeypatch.setattr(machine_checks, "SCALABLE_FONT_DIRECTORIES", (str(tmp_path / "faces"),))
    fixed, scalable = machine_checks.fonts()
    assert (fixed.status, fixed.fixes) == ("warning", (f"{APT} xfonts-base",))
    assert (scalable.status, scalable.fixes) == ("warning", (f"{APT} fonts-dejavu-core",))
    (tmp_path / "misc").mkdir()
    (tmp_path / "misc" / "fonts.alias").write_text('fixed  "-misc-fixed-medium-r-*"\n')
    (tmp_path / "misc" / "6x13.pcf.gz").touch()
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "x.ttf").touch()
    assert [each.status for each in machine_checks.fonts()] == ["ok"]


def test_xfce_without_a_loader_of_svg_pictures_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_checks, "SVG_LOADERS", (str(tmp_path / "*svg*.so"),))
    assert machine_checks.pictures() == []
    machine.stand_in("xfdesktop")
    (finding,) = machine_checks.pictures()
    assert (finding.status, finding.fixes) == ("note", (f"{APT} librsvg2-common",))
    (tmp_path / "libpixbufloader_svg.so").touch()
    assert machine_checks.pictures()[0].status == "ok"


def test_fonts_for_chinese_and_emoji_are_offered(machine: Machine) -> None:
    assert "fc-list is not installed" in machine_checks.scripts().message
    machine.stand_in("fc-list", then="echo 'DejaVu Sans: de|en|zh-tw-not'")
    finding = machine_checks.scripts()
    assert (finding.status, finding.fixes) == ("note", (f"{APT} fonts-noto-cjk fonts-noto-color-emoji",))
    machine.stand_in("fc-list", then="echo 'WenQuanYi: en|ja|zh-cn'; echo 'Some: de|ja'; echo 'Noto Color Emoji: und'")
    assert machine_checks.scripts().status == "ok"
    machine.stand_in("fc-list", then="echo 'Noto Sans CJK JP: ja'")
    assert machine_checks.scripts().fixes == (f"{APT} fonts-noto-color-emoji",)


def test_a_missing_renderer_is_a_warning(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine_checks, "LIBRARY_DIRECTORIES", (str(tmp_path),))
    missing = machine_checks.graphics()
    assert (missing.status, missing.fixes) == ("warning", (f"{APT} libgl1-mesa-dri",))
    (tmp_path / "libgallium-25.0.7.so").touch()
    assert machine_checks.graphics().status == "ok"


FILTER = """
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
# Classic BPF: load the number of the call; unshare gets EPERM, as Docker's profile has it; all else is allowed.
code = [(0x20, 0, 0, 0), (0x15, 0, 1, {unshare}), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, 2, ctypes.c_char_p(fprog), 0, 0) == 0, ctypes.get_errno()  # PR_SET_SECCOMP
from jupyter_vnc_proxy.doctor import machine
import json
print(json.dumps(machine.seccomp().to_json()))
"""


def test_a_seccomp_filter_like_dockers_is_found_with_its_fix_and_the_risk() -> None:
    number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]  # asm/unistd.h
    code = FILTER.replace("{unshare}", str(number))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    finding = json.loads(done.stdout)
    assert finding["facts"] == {"filter": True, "namespaces": False}
    assert "seccomp profile refuses new user namespaces" in finding["message"]
    assert finding["fixes"][0] == "chromium --no-sandbox"
    assert "seccomp=unconfined" in finding["fixes"][1]
    assert "every program in the container" in finding["fixes"][1]


def test_a_screen_locker_is_a_warning_only_if_the_user_starts_it(machine: Machine, runtime: Path) -> None:
    assert machine_checks.lockers().message == "No screen locker is installed."
    machine.stand_in("light-locker")
    assert "Desktops do not start these installed screen lockers: light-locker" in machine_checks.lockers().message
    own = Path.home() / ".config" / "autostart" / "light-locker.desktop"
    own.parent.mkdir(parents=True)
    own.write_text("[Desktop Entry]\nExec=light-locker\n")
    finding = machine_checks.lockers()
    assert (finding.status, finding.fixes) == ("warning", (f"rm {own}",))
    own.write_text("[Desktop Entry]\nHidden = true\n")
    assert machine_checks.lockers().status == "ok"


def test_a_container_is_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine_checks, "CONTAINER_FILES", (tmp_path / "docker", tmp_path / "podman"))
    for name in ("KUBERNETES_SERVICE_HOST", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"):
        monkeypatch.delenv(name, raising=False)
    assert machine_checks.container().facts == {"container": None}
    (tmp_path / "podman").touch()
    assert machine_checks.container().facts == {"container": "Podman"}
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert machine_checks.container().facts == {"container": "Kubernetes"}
