"""The session's scale on real displays: Xfce follows while it runs, and values of the user's own stay."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import xcffib.xproto
from support.displays import Display
from support.runners import Run, Runners
from support.waiting import until, wait_until

from jupyter_vnc_proxy.runner.scale import session_scale
from jupyter_vnc_proxy.runner.scale.resources import value_of
from jupyter_vnc_proxy.runner.scale.session_scale import SessionScale
from jupyter_vnc_proxy.runner.scale.settings_daemon import daemon_environment
from jupyter_vnc_proxy.runner.scale.xfconf import NoAnswer
from jupyter_vnc_proxy.system.x_display import connect, set_scale

LABEL = Path(__file__).parents[2] / "support" / "gtk_label.py"
START_SECONDS = 60.0
SETTINGS = {"/Xft/DPI": "int", "/Gdk/WindowScalingFactor": "int", "/Gtk/CursorThemeSize": "int"}


class Session:
    """A running desktop, its X display and its settings."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.display = run.state["display"]
        self.xauthority = run.path / "Xauthority"
        self.connection: Any = connect(self.display, self.xauthority)
        self.root = self.connection.get_setup().roots[0].root

    def scale(self, percent: int) -> None:
        """Set the scale, and wait until it is applied."""
        set_scale(self.display, self.xauthority, percent)
        self.run.until(scale=percent)

    def _atom(self, name: str) -> int:
        return int(self.connection.core.InternAtom(False, len(name), name).reply().atom)

    def resource(self, name: str) -> str | None:
        """Return the value of an X resource."""
        reply = self.connection.core.GetProperty(False, self.root, self._atom("RESOURCE_MANAGER"), 0, 0, 1 << 16)
        return value_of(bytes(reply.reply().value.buf()).decode(), name)

    def resources(self, database: str) -> None:
        """Set all X resources."""
        data, atom = database.encode(), self._atom("RESOURCE_MANAGER")
        self.connection.core.ChangeProperty(0, self.root, atom, self._atom("STRING"), 8, len(data), data)
        self.connection.core.GetInputFocus().reply()

    def environment(self) -> dict[str, str]:
        """Return the environment of Xfce's settings daemon, empty before it runs."""
        owner = self.connection.core.GetSelectionOwner(self._atom("_XSETTINGS_S0")).reply().owner
        return (owner and daemon_environment(self.connection, owner, "xfsettingsd")) or {}

    def query(self, *arguments: str) -> str:
        """Run ``xfconf-query`` on the channel of settings for all toolkits."""
        argv = ["xfconf-query", "-c", "xsettings", *arguments]
        return subprocess.run(
            argv, env=self.environment(), capture_output=True, text=True, timeout=START_SECONDS
        ).stdout.strip()

    def settings(self) -> list[str]:
        """Return the DPI, the factor of windows and the size of the cursor."""
        return [self.query("-p", each) for each in SETTINGS]

    def choose(self, name: str, value: int) -> None:
        """Set a value as the user does."""
        self.query("-p", name, "-n", "-t", SETTINGS[name], "-s", str(value))

    @contextmanager
    def label(self) -> Iterator[int]:
        """Show a GTK window; yield its id."""
        title = os.urandom(4).hex()
        process = subprocess.Popen(["/usr/bin/python3", str(LABEL), title], env=self.environment())
        try:
            yield wait_until(lambda: self._window(self.root, title))
        finally:
            process.kill()
            process.wait()

    def _window(self, parent: int, title: str) -> int:
        core = self.connection.core
        with contextlib.suppress(xcffib.xproto.WindowError):  # it was closed meanwhile
            for child in core.QueryTree(parent).reply().children:
                with contextlib.suppress(xcffib.xproto.WindowError):
                    name = core.GetProperty(False, child, self._atom("WM_NAME"), 0, 0, 64).reply().value.buf()
                    if bytes(name) == title.encode():
                        return int(child)
                if found := self._window(child, title):
                    return found
        return 0

    def height(self, window: int) -> int:
        """Return a window's height in pixels."""
        return int(self.connection.core.GetGeometry(window).reply().height)


def is_about(value: int, wanted: float) -> bool:
    return abs(value - wanted) <= wanted * 0.06


@contextmanager
def session(runners: Runners, backend: str = "stream", name: str = "default", kind: str = "xfce") -> Iterator[Session]:
    run = runners.start(f"--session={kind}", backend=backend, name=name, session=())
    run.until(START_SECONDS, phase="running", step=None)
    made = Session(run)
    try:
        yield made
    finally:
        made.connection.disconnect()
        assert run.end() == 0


@pytest.mark.parametrize("backend", ["stream", "tigervnc", "x11vnc"])
def test_a_running_xfce_follows_the_scale(runners: Runners, backend: str) -> None:
    with session(runners, backend) as xfce:
        assert xfce.run.state["scaling"] is True
        set_scale(xfce.display, xfce.xauthority, 200)  # perhaps before Xfce's settings daemon runs
        wait_until(lambda: xfce.environment() and xfce.settings() == ["192", "2", "48"])
        xfce.scale(100)
        wait_until(lambda: xfce.settings() == ["96", "1", "0"])
        with xfce.label() as window:
            height = xfce.height(window)
            for percent in (200, 125, 300, 150, 250):
                xfce.scale(percent)
                wait_until(lambda: is_about(xfce.height(window), height * percent / 100))  # noqa: B023
                assert xfce.resource("Xft.dpi") == str(96 * percent // 100)
                with xfce.label() as another:
                    wait_until(lambda: is_about(xfce.height(another), height * percent / 100))  # noqa: B023


def test_a_value_of_the_user_stays(runners: Runners) -> None:
    with session(runners) as xfce:
        wait_until(lambda: bool(xfce.environment()), START_SECONDS)
        xfce.choose("/Gtk/CursorThemeSize", 32)
        xfce.scale(200)
        assert xfce.settings() == ["192", "2", "32"]
        with xfce.label() as window:
            doubled = xfce.height(window)
            xfce.choose("/Xft/DPI", 144)
            wait_until(lambda: is_about(xfce.height(window), doubled * 0.75))
            xfce.scale(300)
            assert xfce.settings() == ["144", "3", "32"]
            wait_until(lambda: is_about(xfce.height(window), doubled * 0.75))
            xfce.choose("/Gdk/WindowScalingFactor", 1)
            xfce.scale(100)
            assert xfce.settings() == ["144", "1", "32"]
            xfce.scale(200)
            assert xfce.settings() == ["144", "1", "32"]
            wait_until(lambda: is_about(xfce.height(window), doubled * 0.75))


def test_the_next_desktop_knows_what_the_last_one_set(runners: Runners) -> None:
    with session(runners, name="first") as xfce:
        wait_until(lambda: bool(xfce.environment()), START_SECONDS)
        xfce.scale(200)
    with session(runners, name="second") as xfce:
        wait_until(lambda: bool(xfce.environment()), START_SECONDS)
        assert xfce.settings() == ["192", "2", "48"]
        xfce.scale(100)  # which the state said before
        wait_until(lambda: xfce.settings() == ["96", "1", "0"])


async def test_a_scale_that_could_not_be_set_is_tried_again(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int | NoAnswer] = [NoAnswer("busy"), NoAnswer("busy"), 150]

    def scale_of(connection: xcffib.Connection) -> int:
        answer = answers.pop(0)
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    monkeypatch.setattr(session_scale, "RETRY_PAUSES_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(session_scale, "scale_of", scale_of)
    display = Display(runtime)
    told: list[int] = []
    scale = SessionScale(display.name, display.xauthority, told.append)
    await until(lambda: told == [150])
    await scale.close()
    display.close()


def test_without_a_settings_daemon_programs_that_start_later_are_scaled(runners: Runners) -> None:
    run = runners.start(backend="tigervnc")
    run.until(phase="running")
    plain = Session(run)
    assert run.state["scaling"] is False
    plain.resources("XTerm*faceName:\tmono\n")
    plain.scale(150)
    assert (plain.resource("Xft.dpi"), plain.resource("Xcursor.size")) == ("144", "36")
    assert plain.resource("XTerm*faceName") == "mono"
    plain.scale(100)
    assert (plain.resource("Xft.dpi"), plain.resource("XTerm*faceName")) == (None, "mono")
    plain.connection.disconnect()


@pytest.mark.parametrize("percent", [0, 99, 301, 2**32 - 1])
def test_a_scale_out_of_range_is_ignored(runners: Runners, percent: int) -> None:
    run = runners.start(backend="tigervnc")
    run.until(phase="running")
    plain = Session(run)
    set_scale(plain.display, plain.xauthority, percent)
    plain.scale(200)
    set_scale(plain.display, plain.xauthority, percent)
    plain.scale(150)
    assert plain.resource("Xft.dpi") == "144"
    plain.connection.disconnect()
