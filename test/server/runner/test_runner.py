"""A desktop starts and runs: real runners, real X servers."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from support.runners import IMPATIENT, Run, Runners
from support.traces import assert_no_trace, tcp_listeners
from support.waiting import wait_until
from support.xclient import RfbClient, x_setup, x_setup_as_nobody

WAYS = [
    ("stream", "direct"),
    ("tigervnc", "direct"),
    ("tigervnc", "websockify"),
    ("wayland", "direct"),
    ("x11vnc", "direct"),
    ("x11vnc", "websockify"),
    ("x11vnc", "native"),
]
SOCKETS = {
    ("stream", "direct"): {"rfb.sock", "cut.sock", "x11.sock"},
    ("tigervnc", "direct"): {"rfb.sock"},
    ("tigervnc", "websockify"): {"rfb.sock", "vnc.sock"},
    ("wayland", "direct"): {"rfb.sock", "cut.sock"},
    ("x11vnc", "direct"): {"rfb.sock"},
    ("x11vnc", "websockify"): {"rfb.sock", "vnc.sock"},
    ("x11vnc", "native"): {"rfb.sock"},
}
STEPS = {"stream": ["display", "vnc"], "tigervnc": ["display"], "wayland": ["display"], "x11vnc": ["display", "vnc"]}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def watch_phases(run: Run) -> list[tuple[str, str | None]]:
    """Return the different (phase, step) that the state file shows until the desktop runs."""
    seen: list[tuple[str, str | None]] = []

    def running() -> bool:
        state = run.state
        now = (state.get("phase", ""), state.get("step"))
        if state and (not seen or seen[-1] != now):
            seen.append(now)
        return bool(now[0] == "running")

    wait_until(running, what="running")
    return seen


@pytest.mark.parametrize(("backend", "transport"), WAYS)
def test_a_desktop_comes_up_private_and_goes_without_a_trace(
    runners: Runners, runtime: Path, backend: str, transport: str
) -> None:
    run = runners.start(f"--transport={transport}", backend=backend)
    phases = watch_phases(run)
    steps = [step for phase, step in phases if phase == "starting"]
    assert steps, "it starts before it runs"
    assert set(steps) <= {*STEPS[backend], "websockify"}
    in_order = [step for step in dict.fromkeys(steps) if step != "websockify"]  # which waits for nothing
    assert in_order == [step for step in STEPS[backend] if step in steps]
    state = run.state
    assert (state["backend"], state["transport"], state["session"]) == (backend, transport, "command")
    assert (state["geometry"], state["error"]) == ("1280x720", None)
    assert state["resize"] == ("rest" if backend == "x11vnc" else "rfb")
    assert state["speaks"] == ("rfb" if transport == "direct" else "websocket")

    assert mode(runtime) == mode(run.path) == mode(run.path / "log") == 0o700
    assert mode(run.path / "Xauthority") == 0o600
    sockets = {file.name for file in run.path.glob("*.sock")}
    shared = {"run.sock", "bot.sock", "win.sock", "snd.sock"}
    # PulseAudio makes its own, which nothing waits for.
    assert sockets - {"pcm.sock"} == {*shared, *SOCKETS[backend, transport]}
    # PulseAudio lets all use its own, which their directory keeps from them.
    assert all(mode(run.path / name) & 0o077 == 0 for name in sockets - {"pcm.sock"})
    assert tcp_listeners({*run.processes().values(), run.process.pid}) == []

    viewer = RfbClient(run.path / state["raw_socket"])
    assert viewer.banner == b"RFB 003.008\n"
    assert (viewer.width, viewer.height) == (1280, 720)
    viewer.close()

    assert run.end() == 0
    assert_no_trace(run, state["display"])
    assert run.state["phase"] == "stopped"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("backend", ["stream", "tigervnc", "x11vnc"])
def test_other_users_need_the_cookie_which_is_new_for_each_start(runners: Runners, backend: str) -> None:
    cookies = []
    for _ in range(2):
        run = runners.start(backend=backend)
        display = run.until(phase="running")["display"]
        cookie = (run.path / "Xauthority").read_bytes()[-16:]
        assert x_setup_as_nobody(display) == 0
        assert x_setup_as_nobody(display, bytes(16)) == 0
        assert x_setup_as_nobody(display, cookie) == 1
        cookies.append(cookie)
        assert run.end() == 0
    assert cookies[0] != cookies[1]


def test_a_window_manager_that_was_seen_ends_the_last_step(runners: Runners) -> None:
    run = runners.start(session=["openbox"])
    run.until(phase="running", step=None)
    assert run.end() == 0


def test_a_session_without_a_window_manager_runs_too(runners: Runners) -> None:
    run = runners.start(session=["xterm"], backend="x11vnc")
    assert run.until(phase="running")["step"] == "session"
    wait_until(lambda: "xterm" in run.processes())
    assert run.end() == 0


def test_a_session_found_here_is_started_with_its_terminal(runners: Runners) -> None:
    run = runners.start("--session=openbox", session=())
    run.until(phase="running", session="openbox", step=None)
    wait_until(lambda: "openbox" in run.processes())
    terminal = ("xfce4-terminal", "lxterminal", "qterminal", "mate-terminal", "xterm")
    wait_until(lambda: any(name in part for part in run.processes() for name in terminal), what="a terminal")
    assert run.end() == 0


def test_the_session_knows_its_display_and_nothing_of_another(
    runners: Runners, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setenv("XAUTHORITY", "/elsewhere")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("CONDA_PREFIX", "/opt/conda")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/conda/lib")
    script = f"env >{runtime}/env.new && mv {runtime}/env.new {runtime}/env; exec sleep 1000"
    run = runners.start(session=["sh", "-c", script])
    state = run.until(phase="running")
    wait_until((runtime / "env").exists)
    environment = dict(line.split("=", 1) for line in (runtime / "env").read_text().splitlines() if "=" in line)
    assert environment["DISPLAY"] == state["display"]
    assert environment["XAUTHORITY"] == str(run.path / "Xauthority")
    assert environment["JUPYTER_VNC_DESKTOP"] == str(run.path)
    assert environment["XDG_SESSION_TYPE"] == "x11"
    assert environment["PATH"] == os.environ["PATH"]
    assert mode(Path(environment["XDG_RUNTIME_DIR"])) == 0o700
    assert "WAYLAND_DISPLAY" not in environment
    assert environment["LD_LIBRARY_PATH"] == "/opt/conda/lib", "which replaces nothing"
    assert run.end() == 0


def test_the_size_that_was_asked_for_is_the_displays(runners: Runners) -> None:
    for backend in ("tigervnc", "x11vnc"):
        run = runners.start("--geometry=1000x500", backend=backend, name=backend)
        run.until(phase="running", geometry="1000x500")
        viewer = RfbClient(run.path / "rfb.sock")
        assert (viewer.width, viewer.height) == (1000, 500)
        viewer.close()


def test_a_viewer_resizes_tigervnc_and_the_state_says_so(runners: Runners) -> None:
    run = runners.start()
    run.until(phase="running")
    viewer = RfbClient(run.path / "rfb.sock")
    viewer.ask_for_updates()
    viewer.read(4)
    viewer.set_size(801, 603)
    run.until(geometry="801x603")
    viewer.close()


def test_two_desktops_share_nothing(runners: Runners) -> None:
    one, two = runners.start(name="one"), runners.start(name="two", backend="x11vnc")
    displays = {one.until(phase="running")["display"], two.until(phase="running")["display"]}
    assert len(displays) == 2
    assert one.end() == 0
    assert two.state["phase"] == "running"
    assert x_setup(two.state["display"], (two.path / "Xauthority").read_bytes()[-16:]) == 1


def test_a_second_runner_of_the_same_name_says_so_and_harms_nothing(runners: Runners) -> None:
    first = runners.start()
    state = first.until(phase="running")
    second = runners.start()
    assert second.wait() == 4
    assert second.text().splitlines() == ["jupyter-vnc: The desktop 'default' is running already."]
    assert first.state == state
    RfbClient(first.path / "rfb.sock").close()


def test_the_next_start_keeps_the_day_of_creation(runners: Runners) -> None:
    run = runners.start()
    created = run.until(phase="running")["created"]
    assert run.end() == 0
    again = runners.start()
    assert again.until(phase="running")["created"] == created


def test_a_log_without_end_is_begun_anew(runners: Runners, tmp_path: Path) -> None:
    written = tmp_path / "written"
    # Again and again, because what is written after the log was truncated may be less than its limit.
    script = 'while :; do head -c 8000000 /dev/zero; touch "$0"; sleep 0.5; done'
    run = runners.start(session=["sh", "-c", script, str(written)], command=IMPATIENT)
    run.until(phase="running")
    wait_until(written.exists)
    log = run.path / "log" / "session.log"
    wait_until(lambda: log.stat().st_size < 1024)


def test_the_state_file_is_json_with_every_field(runners: Runners) -> None:
    run = runners.start()
    run.until(phase="running")
    state = json.loads((run.path / "desktop.json").read_text(encoding="utf-8"))
    wanted = {"name", "phase", "step", "backend", "transport", "session", "display", "geometry", "resize", "speaks"}
    assert wanted <= state.keys()
    assert state["created"].endswith("Z")
    assert mode(run.path / "desktop.json") & 0o022 == 0


def test_weston_is_the_session_where_none_is_configured_and_its_end_a_log_out(runners: Runners) -> None:
    run = runners.start(backend="wayland", session=())
    state = run.until(phase="running", step=None)
    assert (state["session"], state["geometry"]) == ("weston", "1280x720")
    os.kill(run.processes()["weston"], signal.SIGTERM)
    assert run.wait() == 0
    assert run.state["phase"] == "stopped"
    assert_no_trace(run, state["display"])


@pytest.mark.parametrize("part", ["weston", Path(sys.executable).name])
def test_a_compositor_that_crashes_is_started_anew(runners: Runners, part: str) -> None:
    run = runners.start(backend="wayland", session=())
    state = run.until(phase="running", step=None)
    os.kill(run.processes()[part], signal.SIGKILL)
    run.until(phase="starting")
    run.until(phase="running", step=None)
    viewer = RfbClient(run.path / "rfb.sock")
    assert (viewer.width, viewer.height) == (1280, 720)
    viewer.close()
    assert run.end() == 0
    assert_no_trace(run, state["display"])
