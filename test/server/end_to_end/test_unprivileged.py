"""Desktops of users other than root, Xorg and sway among them. Tests that run as root become nobody."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from support.runners import COMMAND, Runners
from support.unprivileged import BECOME_NOBODY, NOBODY, nobodys_python, python_path
from support.windows import WINDOW, use

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.screenshot import screenshot


@dataclass(frozen=True)
class Unprivileged:
    """A user without any rights: what begins an argv, the runner's command, and `WINDOW`."""

    become: tuple[str, ...]
    command: tuple[str, ...]
    window: tuple[str, ...]


@pytest.fixture
def unprivileged(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Unprivileged:
    """Somebody who is not root, and owns the runtime directory."""
    if os.getuid() != 0:
        return Unprivileged((), COMMAND, WINDOW)
    for path in (runtime, runtime / ".home"):
        os.chown(path, NOBODY, NOBODY)
    python = nobodys_python()
    monkeypatch.setenv("PYTHONPATH", python_path())
    return Unprivileged(BECOME_NOBODY, (*BECOME_NOBODY, python, *COMMAND[1:]), (python, *WINDOW[1:]))


def test_xdummy_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = unprivileged.window, unprivileged.command
    run = runners.start("--option=xserver=xdummy", backend="x11vnc", session=session, command=command)
    use(run, clipboard=False)


def test_sway_with_wayvnc_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = (*unprivileged.window, "managed"), unprivileged.command
    run = runners.start("--transport=wayvnc", backend="wayland", session=session, command=command)
    use(run, cursor=False, become=unprivileged.become)


def test_sway_is_the_session_where_none_is_configured(runners: Runners, unprivileged: Unprivileged) -> None:
    run = runners.start("--transport=wayvnc", backend="wayland", session=(), command=unprivileged.command)
    run.until(phase="running", session="sway", step=None)
    image = Image.open(io.BytesIO(screenshot(Desktop(run.path))))
    assert image.size == (1280, 720)
    assert run.end() == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root is refused")
def test_sway_says_at_once_that_it_does_not_run_for_root(runners: Runners) -> None:
    run = runners.start("--transport=wayvnc", backend="wayland")
    assert run.wait() == 1
    error = run.state["error"]
    assert error["code"] == "not-possible-here"
    assert error["message"] == (
        "The backend wayland can't run here: sway refuses to run as root; start Jupyter as another user."
    )
