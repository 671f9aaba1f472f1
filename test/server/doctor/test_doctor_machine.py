"""What the doctor says of the machine: places to write to, D-Bus, fonts, OpenGL, what a container withholds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.machines import Machine

from jupyter_vnc_proxy.doctor import places, surroundings

APT = "apt-get install --no-install-recommends"


def test_without_a_bus_the_package_is_named(machine: Machine) -> None:
    (finding,) = surroundings.bus()
    assert (finding.status, finding.fixes) == ("warning", (f"{APT} dbus-x11",))
    machine.stand_in("dbus-launch")
    assert surroundings.bus()[0].status == "ok"


def test_a_conda_environment_that_shadows_the_bus_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conda = tmp_path / "conda"
    (conda / "lib").mkdir(parents=True)
    (conda / "lib" / "libdbus-1.so.3").touch()
    other = Machine(monkeypatch, conda / "bin")
    other.stand_in("dbus-launch")
    monkeypatch.setenv("CONDA_PREFIX", str(conda))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(conda / "lib"))
    launcher, library = surroundings.bus()
    assert "of a conda environment" in launcher.message
    assert launcher.status == "warning"
    assert library.status == "ok", "it is set aside"
    monkeypatch.delenv("CONDA_PREFIX")
    library = surroundings.bus()[1]
    assert (library.status, library.fixes) == ("warning", ("unset LD_LIBRARY_PATH",))
    assert str(conda / "lib" / "libdbus-1.so.3") in library.message


def test_fonts_that_are_missing_are_named(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(surroundings, "FONT_DIRECTORIES", (str(tmp_path / "misc"),))
    monkeypatch.setattr(surroundings, "TYPEFACES", (str(tmp_path / "faces"),))
    fixed, scalable = surroundings.fonts()
    assert (fixed.status, fixed.fixes) == ("warning", (f"{APT} xfonts-base",))
    assert (scalable.status, scalable.fixes) == ("warning", (f"{APT} fonts-dejavu-core",))
    (tmp_path / "misc").mkdir()
    (tmp_path / "misc" / "fonts.alias").write_text('fixed  "-misc-fixed-medium-r-*"\n')
    (tmp_path / "misc" / "6x13.pcf.gz").touch()
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "x.ttf").touch()
    assert [each.status for each in surroundings.fonts()] == ["ok"]


def test_a_missing_renderer_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(surroundings, "LIBRARY_DIRECTORIES", (str(tmp_path),))
    missing = surroundings.graphics()
    assert (missing.status, missing.fixes) == ("warning", (f"{APT} libgl1-mesa-dri",))
    (tmp_path / "libgallium-25.0.7.so").touch()
    assert surroundings.graphics().status == "ok"


FILTER = """
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
# Classic BPF: load the number of the call; unshare gets EPERM, as Docker's profile has it; all else is allowed.
code = [(0x20, 0, 0, 0), (0x15, 0, 1, {unshare}), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, 2, ctypes.c_char_p(fprog), 0, 0) == 0, ctypes.get_errno()  # PR_SET_SECCOMP
from jupyter_vnc_proxy.doctor import surroundings
import json
print(json.dumps(surroundings.seccomp().to_json()))
"""


def test_a_seccomp_filter_like_dockers_is_seen_and_its_flag_and_risk_are_named() -> None:
    number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]  # asm/unistd.h
    code = FILTER.replace("{unshare}", str(number))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    finding = json.loads(done.stdout)
    assert finding["facts"] == {"filter": True, "namespaces": False}
    assert "seccomp profile refuses new user namespaces" in finding["message"]
    assert finding["fixes"][0] == "chromium --no-sandbox"
    assert "seccomp=unconfined" in finding["fixes"][1]
    assert "every program in the container" in finding["fixes"][1]


def test_shared_memory_of_a_container_is_too_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.statvfs("/dev/shm")
    small = os.statvfs_result([4096, 4096, 16384, 16384, 16384, *real[5:10]])
    monkeypatch.setattr(places.os, "statvfs", lambda path: small)
    finding = places.shared_memory()
    assert (finding.status, finding.facts["size"]) == ("warning", 64 * 1024 * 1024)
    assert "--shm-size" in finding.fixes[0]
    monkeypatch.undo()
    monkeypatch.setattr(places, "SHM", tmp_path / "nothing")
    assert places.shared_memory().status == "warning"


def test_a_runtime_directory_that_can_not_be_is_a_problem(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fine = places.runtime()
    assert (fine.status, fine.facts["mode"], fine.facts["path"]) == ("ok", "0700", str(runtime))
    for directory, words in (
        ("/proc/desktops", "could not be created"),
        ("/dev/null", "could not be created"),
        (str(runtime / ("d" * 50) / ("e" * 50)), "107 bytes"),
    ):
        finding = places.runtime(directory)
        assert (finding.status, words in finding.message) == ("problem", True), finding
    longish = places.runtime(str(runtime / ("d" * 60)))
    assert (longish.status, longish.fixes[0].partition("=")[0]) == ("warning", "export JUPYTER_VNC_RUNTIME_DIR")
    monkeypatch.setattr(places, "free_bytes", lambda path: 1024 * 1024)
    assert "1 MB left" in places.runtime().message
    monkeypatch.setattr(places, "free_bytes", lambda path: 0)
    assert places.runtime().status == "problem"


def test_a_home_that_can_not_be_written_or_is_not_there_is_named(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places.home().status == "ok"
    monkeypatch.setenv("HOME", "/proc")  # where not even root makes a file
    monkeypatch.setattr(places, "writable", lambda path: False)
    assert "/proc can't be written" in places.home().message
    monkeypatch.setenv("HOME", str(runtime / "nothing"))
    assert places.home().message == f"The home directory {runtime / 'nothing'} is not there."


def test_the_directory_of_xs_sockets_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "TMP", tmp_path)
    assert places.x11_directory().status == "ok", "root's first X server makes it"
    monkeypatch.setattr(places.os, "geteuid", lambda: 1000)
    finding = places.x11_directory()
    assert (finding.status, finding.fixes) == ("warning", (f"sudo install -d -m 1777 {tmp_path}/.X11-unix",))
    (tmp_path / ".X11-unix").mkdir(mode=0o700)
    monkeypatch.setattr(places.os, "access", lambda path, mode: False)
    assert "can't make its sockets" in places.x11_directory().message


def test_stale_locks_are_told_from_those_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "TMP", tmp_path)
    assert places.locks().status == "ok"
    (tmp_path / ".X1-lock").write_text(f"{os.getpid():10}\n")
    dead = subprocess.Popen(["true"])
    dead.wait()
    (tmp_path / ".X2-lock").write_text(f"{dead.pid:10}\n")
    (tmp_path / ".Xauth-lock").write_text("another thing")
    finding = places.locks()
    assert (finding.status, finding.fixes) == ("note", (f"rm -f {tmp_path}/.X2-lock",))
    assert (finding.facts["displays"], finding.facts["stale"]) == (1, [f"{tmp_path}/.X2-lock"])


def test_a_screen_saver_locks_only_where_the_user_asks_for_it(machine: Machine, runtime: Path) -> None:
    assert surroundings.lockers().message == "Nothing here locks a desktop."
    machine.stand_in("light-locker")
    assert "not started in desktops, which they would lock: light-locker" in surroundings.lockers().message
    own = Path.home() / ".config" / "autostart" / "light-locker.desktop"
    own.parent.mkdir(parents=True)
    own.write_text("[Desktop Entry]\nExec=light-locker\n")
    finding = surroundings.lockers()
    assert (finding.status, finding.fixes) == ("warning", (f"rm {own}",))
    own.write_text("[Desktop Entry]\nHidden = true\n")
    assert surroundings.lockers().status == "ok"


def test_a_container_is_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(surroundings, "CONTAINER_FILES", (tmp_path / "docker", tmp_path / "podman"))
    for name in ("KUBERNETES_SERVICE_HOST", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"):
        monkeypatch.delenv(name, raising=False)
    assert surroundings.container().facts == {"container": None}
    (tmp_path / "podman").touch()
    assert surroundings.container().facts == {"container": "Podman"}
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert surroundings.container().facts == {"container": "Kubernetes"}
