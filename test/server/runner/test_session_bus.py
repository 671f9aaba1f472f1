"""The D-Bus around a session: the system's, and one for users without an entry in the user database."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_vnc_proxy.runner import session_bus
from jupyter_vnc_proxy.runner.session_bus import SessionBus


def install(directory: Path, name: str) -> str:
    (directory / name).write_text("#!/bin/sh\n")
    (directory / name).chmod(0o755)
    return str(directory / name)


def test_the_best_program_that_is_installed_is_put_in_front(programs: Path, tmp_path: Path) -> None:
    def around() -> tuple[str, ...]:
        return SessionBus(tmp_path, str(programs)).around(("s", "-x"))

    assert around() == ("s", "-x")
    launch = install(programs, "dbus-launch")
    assert around() == (launch, "--exit-with-session", "s", "-x")
    run = install(programs, "dbus-run-session")
    assert around() == (run, "--", "s", "-x")


def test_another_daemon_that_is_first_in_path_is_not_used(programs: Path, tmp_path: Path) -> None:
    run, daemon = install(programs, "dbus-run-session"), install(programs, "dbus-daemon")
    (tmp_path / "conda").mkdir()
    install(tmp_path / "conda", "dbus-daemon")
    bus = SessionBus(tmp_path, f"{tmp_path / 'conda'}:{programs}")
    assert bus.around(("s",)) == (run, f"--dbus-daemon={daemon}", "--", "s")


def test_without_a_user_database_the_socket_must_fit_its_path(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_bus, "account", lambda: None)
    run = install(programs, "dbus-run-session")
    install(programs, "dbus-launch")  # which can't be configured
    configuration = tmp_path / "bus.xml"
    assert SessionBus(tmp_path, str(programs)).around(("s",)) == (run, f"--config-file={configuration}", "--", "s")
    assert f"unix:dir={tmp_path}<" in configuration.read_text()
    long = tmp_path / ("x" * 100)
    assert SessionBus(long, str(programs)).around(("s",)) == ("s",)
