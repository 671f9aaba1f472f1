"""The self-test of the session: it runs in an empty home directory, or says why it can't."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.machines import Machine

from jupyter_vnc_proxy.doctor.session_test import session_test


def test_the_default_session_is_started_and_leaves_nothing(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_SESSION", "openbox")
    (finding,) = session_test("tigervnc")
    assert (finding.status, finding.topic) == ("ok", "self-test-session")
    assert finding.message.startswith("openbox and a terminal: runs ")
    assert list((runtime / ".home").iterdir()) == [], "the user's home directory is not used"


@pytest.mark.skipif(shutil.which("weston") is None, reason="Weston is not installed")
def test_a_backend_with_a_session_is_tested_with_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_SESSION", "none-of-these")
    (finding,) = session_test("wayland")
    assert (finding.status, finding.facts["session"]) == ("ok", "The session of Wayland")


def test_a_session_that_ends_at_once_is_a_problem_with_its_log(machine: Machine) -> None:
    machine.add("Xtigervnc")
    machine.stand_in("xfce4-session", ["the session's last words"], "exit 127")
    (finding,) = session_test("tigervnc")
    assert finding.status == "problem"
    assert "The desktop session ended after" in finding.message
    assert "the session's last words" in finding.facts["log"]


def test_no_session_at_all_is_a_problem(machine: Machine) -> None:
    machine.add("Xtigervnc")
    (finding,) = session_test("tigervnc")
    assert finding.status == "problem"
    assert "No desktop environment" in finding.message
