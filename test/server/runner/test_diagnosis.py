"""The sentence and the command for each failure that users report."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends import Program
from jupyter_vnc_proxy.runner import diagnosis
from jupyter_vnc_proxy.runner.diagnosis import CAUSES, SHOWN_LINES, process_failed, programs_missing, session_ended
from jupyter_vnc_proxy.system.packages import install_command

SIGNALS = [
    ("display", "Fatal server error: could not open default font 'fixed'", "fonts-missing", "xfonts-base"),
    ("display", "XKB: Failed to compile keymap", "keymap-missing", "x11-xkb-utils"),
    ("display", "(EE) Failed to activate virtual core keyboard: 2", "keymap-missing", "xkb-data"),
    (
        "session",
        "dbus-launch: /opt/conda/lib/libdbus-1.so.3: version `LIBDBUS_PRIVATE_1.12.20' not found",
        "dbus-shadowed",
        "dbus-x11",
    ),
    ("session", "xfce4-panel: Unable to contact settings server", "dbus-shadowed", "dbus-x11"),
    ("session", "Failed to connect to session bus: no address", "dbus-shadowed", "dbus-x11"),
    (
        "session",
        'dbus[7]: Could not get password database information for UID of current process: User "???" unknown',
        "user-unknown",
        "/etc/passwd",
    ),
    ("session", 'Can\'t exec "/usr/bin/xfce4-session": No such file', "session-missing", "xfce4-session"),
    ("session", "dbus-run-session: failed to exec 'startxfce4': No such file or directory", "session-missing", "xfce"),
    ("session", "sh: 1: No such file or directory: xfce4-session", "session-missing", "xfce4-session"),
    ("display", "(EE) :1 is taken because of /tmp/.X1-lock", "display-taken", "/tmp/.X"),
    ("display", "Fatal server error: Server is already active for display 1", "display-taken", "/tmp/.X"),
    (
        "display",
        "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created.",
        "x11-unix-directory",
        "/tmp/.X11-unix",
    ),
    ("display", "Cannot establish any listening sockets", "x11-unix-directory", "/tmp/.X11-unix"),
    ("session", "Failed to move to new namespace: Operation not permitted", "seccomp", "seccomp=unconfined"),
    ("session", "bwrap: clone() failed: Operation not permitted", "seccomp", "seccomp=unconfined"),
    ("session", "Error: couldn't get an RGB, Double-buffered visual", "gl-missing", "libgl1-mesa-dri"),
    ("session", "libGL error: unable to load driver: swrast_dri.so", "gl-missing", "libgl1-mesa-dri"),
    ("display", "Unrecognized option: -rfbunixpath", "vnc-brand", "tigervnc-standalone-server"),
    ("display", "Invalid value '-1' for -rfbport", "vnc-brand", "tigervnc-standalone-server"),
    ("vnc", "unknown option: -noxrecord", "unknown-switch", None),
    (
        "session",
        "ERROR:platform_shared_memory_region_posix.cc: Creating shared memory in /dev/shm/.org.chromium failed",
        "shared-memory",
        "--shm-size",
    ),
    ("session", 'X Error: Extension "GLX" missing on display ":1".', "gl-missing", "libgl1-mesa-dri"),
    ("session", "cannot write: No space left on device", "disk-full", "df"),
    ("session", "touch: /home/me/.x: Disk quota exceeded", "disk-full", "df"),
    ("session", "mkdir: cannot create directory: Read-only file system", "read-only", None),
]


@pytest.mark.parametrize(("part", "line", "code", "fix"), SIGNALS)
def test_a_signal_in_the_log_is_explained(part: str, line: str, code: str, fix: str | None) -> None:
    error = process_failed(part, "ended while starting (exit status 1)", ["before", line, "after"])
    assert error.code == code
    assert fix is None or fix in (error.fix or "")
    assert error.message.count("\n") == 0
    assert error.message.endswith(".")
    assert error.part == part
    assert line in error.log


def test_every_cause_has_a_signal_here() -> None:
    assert {cause.code for cause in CAUSES} == {code for _, _, code, _ in SIGNALS}


LIBRARIES_MISSING = [
    ("ImportError: libgbm.so.1: cannot open shared object file: No such file or directory", "libgbm.so.1", "libgbm1"),
    ("OSError: libxkbcommon.so.0: cannot open shared object file: …", "libxkbcommon.so.0", "libxkbcommon0"),
    ("Xvfb: error while loading shared libraries: libpixman-1.so.0: cannot open", "libpixman-1.so.0", "libpixman-1-0"),
    ("x: error while loading shared libraries: libother.so.3: cannot open shared object file", "libother.so.3", None),
]


@pytest.mark.parametrize(("line", "library", "package"), LIBRARIES_MISSING)
def test_a_library_that_the_loader_misses_is_named(line: str, library: str, package: str | None) -> None:
    error = process_failed("vnc", "ended while starting (exit status 1)", [line])
    assert error.code == "library-missing"
    assert error.message.startswith(f"The library {library} is not installed. The VNC server ended")
    assert error.fix is None if package is None else error.fix is not None and error.fix.endswith(f" {package}")


def test_a_complaint_that_is_harmless_where_x_listens_is_blamed_only_where_there_is_no_other() -> None:
    harmless = "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created."
    log = [harmless, "Fatal server error: could not open default font 'fixed'"]
    assert process_failed("display", "ended", log).code == "fonts-missing"
    assert process_failed("display", "ended", [harmless]).code == "x11-unix-directory"


def test_an_early_end_is_explained_in_the_same_way() -> None:
    for part, line, code, _ in SIGNALS:
        if part == "session":
            assert session_ended(0.1, "exit status 1", [line], []).code == code


def test_a_part_that_was_not_ready_in_time_says_so() -> None:
    error = process_failed("vnc", "was not ready within 30 s", [])
    assert (error.code, error.message) == ("start-timeout", "The VNC server was not ready within 30 s.")


def test_an_end_that_nobody_knows_names_the_part_and_shows_its_last_lines() -> None:
    log = [str(number) for number in range(100)]
    error = process_failed("display", "ended while starting (signal SIGSEGV)", log)
    assert error.code == "display-failed"
    assert error.message == "The display server ended while starting (signal SIGSEGV)."
    assert error.log == log[-SHOWN_LINES:]
    assert error.model() == {
        "code": "display-failed",
        "message": error.message,
        "fix": None,
        "part": "display",
        "log": log[-SHOWN_LINES:],
    }


def test_a_session_that_ended_early_offers_another_that_is_here() -> None:
    error = session_ended(0.4, "exit status 1", [], ["openbox", "twm"])
    assert error.code == "session-ended-early"
    assert error.fix is not None
    assert "openbox" in error.fix
    assert session_ended(0.4, "exit status 1", [], []).fix is None


def test_a_session_that_ended_well_and_early_perhaps_left_the_foreground() -> None:
    assert "stay in the foreground" in session_ended(0.4, "exit status 0", [], []).message
    assert "foreground" not in session_ended(0.4, "exit status 1", [], []).message


def test_a_home_that_can_not_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "unwritable_home", lambda: Path("/home/me"))
    error = session_ended(0.4, "exit status 1", [], [])
    assert error.code == "home-read-only"
    assert "/home/me" in error.message


def test_missing_programs_are_named_with_one_command_for_all() -> None:
    one = Program(("Xvfb",), "the display", {"apt": "xvfb"})
    two = Program(("x11vnc",), "the VNC server", {"apt": "x11vnc"})
    error = programs_missing("x11vnc", [one, two])
    assert error.code == "program-missing"
    assert "Xvfb (the display) and x11vnc (the VNC server) are not installed" in error.message
    assert error.fix == install_command({"apt": "xvfb x11vnc"})
    assert "Xvfb (the display) is not installed" in programs_missing("x11vnc", [one]).message
    assert programs_missing("x", [Program(("own",), "something")]).fix is None


def test_a_home_directory_of_another_user_names_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "it's mine"
    own.mkdir()
    entry = pwd.struct_passwd(("alice", "x", 1, 1, "", str(own), "/bin/sh"))
    monkeypatch.setattr(diagnosis, "account", lambda: entry)
    monkeypatch.setattr(diagnosis, "may_enter", lambda directory: directory == own)
    monkeypatch.setenv("HOME", "/root")
    missing = diagnosis.home_missing()
    assert missing is not None
    assert missing.message == "HOME is /root, which this user may not enter; a session needs a home directory."
    assert missing.fix == f"""export HOME='{tmp_path}/it'"'"'s mine'"""
    monkeypatch.setenv("HOME", str(own))
    assert diagnosis.home_missing() is None
