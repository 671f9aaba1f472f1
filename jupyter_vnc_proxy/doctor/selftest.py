"""The self-test: starts a desktop, draws on it, reads it back through the VNC server, and stops it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from ..backends import all_backends, choose
from ..backends.fields import fields_from_environment
from ..desktops.desktop import Desktop
from ..desktops.markers import MARKER
from ..desktops.waiting import up_timeout, wait_until_up
from ..errors import VncError
from ..options import DesktopOptions, Geometry
from ..rfb.client import RFBClient
from ..runner.diagnosis import GL
from ..system.packages import install_commands
from ..system.process_groups import marked_processes
from ..system.x_display import connect
from .findings import Finding

GROUP = "Self-test"

COLOUR = (0x12, 0xA4, 0x56)
"""Red, green and blue of a colour that desktops do not use."""

WINDOW = (40, 30, 120, 80)
"""Left, top, width and height of the drawn window, in pixels. A window manager may place and decorate it."""

PAINT_TIMEOUT_SECONDS = 10.0
"""Time limit for the window to reach the VNC client."""

STOP_TIMEOUT_SECONDS = 10.0
"""Time limit for the desktop to stop."""

ORPHAN_TIMEOUT_SECONDS = 60.0
"""Time after which the desktop stops by itself if this process is killed."""

LOG_LINES = 15
POLL_SECONDS = 0.05
GLXINFO_TIMEOUT_SECONDS = 10.0

MESA_UTILS = {"apt": "mesa-utils", "dnf": "glx-utils"}


def self_test(backend: str = "auto") -> list[Finding]:
    """Test a backend in a temporary directory. The session draws nothing, so nothing covers the test's window."""
    extra = fields_from_environment(all_backends().values(), os.environ)
    options = DesktopOptions(backend, session_command=("sleep", "1000"), geometry=Geometry(640, 480), extra=extra)
    try:
        options = options.replaced(backend=choose(options).name)
    except VncError as error:
        return [_failed(backend, error.message, error.fix)]
    # In /tmp, because the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="jvt-", dir="/tmp", ignore_cleanup_errors=True) as runtime:
        desktop = Desktop(Path(runtime, "self-test"))
        desktop.prepare()
        with desktop.own():
            try:
                return _test(desktop, options)
            finally:
                stop(desktop)


def _test(desktop: Desktop, options: DesktopOptions) -> list[Finding]:
    began = time.monotonic()
    try:
        desktop.start(options, ORPHAN_TIMEOUT_SECONDS)
        wait_until_up(desktop, up_timeout(options))
    except VncError as error:
        tail = list(getattr(error, "log", []))[-LOG_LINES:]
        return [_failed(options.backend, error.message, error.fix, tail)]
    started = time.monotonic() - began
    state = desktop.state()
    facts: dict[str, object] = {"backend": state.backend, "display": state.display, "start_seconds": round(started, 2)}
    try:
        with contextlib.closing(RFBClient(desktop.path / state.raw_socket)) as viewer:
            facts["size"] = f"{viewer.width}x{viewer.height}"
            if state.display is None:
                viewer.pixel(0, 0)
            else:
                facts["paint_seconds"] = round(_draw_and_look(desktop, state.display, viewer), 3)
    except Exception as error:  # a broken display or VNC server can cause any error
        reason = f"The desktop could not be read through its VNC server: {error or type(error).__name__}."
        return [
            _failed(state.backend, reason, None, desktop.log("vnc", LOG_LINES) or desktop.log("display", LOG_LINES))
        ]
    renderer = [] if state.display is None else [_renderer(desktop, state.display)]
    left = stop(desktop)
    if left:
        return [_failed(state.backend, f"The desktop was stopped, but left {left} behind.", None)]
    seen = "read" if state.display is None else "drawn on, read back"
    message = f"{state.backend}: started in {started:.1f} s, {seen} through its VNC server, stopped."
    return [Finding(GROUP, f"self-test-{state.backend}", "ok", message, (), facts), *renderer]


def _failed(backend: str, message: str, fix: str | None, log: list[str] | None = None) -> Finding:
    facts = {"backend": backend, "log": log or []}
    return Finding(GROUP, f"self-test-{backend}", "problem", f"{backend}: {message}", (fix,) if fix else (), facts)


def _draw_and_look(desktop: Desktop, display: str, viewer: RFBClient) -> float:
    """Show a window of one colour; return the seconds until the viewer receives it, or raise ``TimeoutError``."""
    import xcffib.xproto as xproto

    left, top, width, height = WINDOW
    connection = connect(display, desktop.xauthority)
    try:
        screen = connection.get_setup().roots[0]
        window = connection.generate_id()
        pixel = int.from_bytes(bytes(COLOUR), "big")
        core = connection.core
        core.CreateWindow(
            *(screen.root_depth, window, screen.root, left, top, width, height, 0),
            *(xproto.WindowClass.InputOutput, screen.root_visual, xproto.CW.BackPixel, [pixel]),
        )
        core.MapWindow(window)
        core.GetInputFocus().reply()
        began = time.monotonic()
        while time.monotonic() - began < PAINT_TIMEOUT_SECONDS:
            if viewer.framebuffer().count(bytes(reversed(COLOUR))) >= width * height // 2:
                return time.monotonic() - began
            time.sleep(POLL_SECONDS)
    finally:
        connection.disconnect()
    raise TimeoutError(f"the window on {display} was not visible within {PAINT_TIMEOUT_SECONDS:g} s")


def _renderer(desktop: Desktop, display: str) -> Finding:
    """Find out the OpenGL renderer with ``glxinfo``."""
    program = shutil.which("glxinfo")
    if program is None:
        message = "The OpenGL renderer is unknown, because glxinfo is not installed."
        return Finding(GROUP, "opengl-renderer", "note", message, tuple(install_commands(MESA_UTILS)))
    environment = {**os.environ, "DISPLAY": display, "XAUTHORITY": str(desktop.xauthority), "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [program, "-B"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=GLXINFO_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(GROUP, "opengl-renderer", "warning", f"glxinfo failed: {error}.", tuple(install_commands(GL)))
    match = re.search(r"OpenGL renderer string: (.+)", done.stdout)
    if match is None:
        said = next(iter((done.stderr or done.stdout).strip().splitlines()), "nothing")
        message = f"OpenGL does not work on the desktop; glxinfo reports: {said}"
        return Finding(GROUP, "opengl-renderer", "warning", message, tuple(install_commands(GL)))
    return Finding(GROUP, "opengl-renderer", "ok", f"The OpenGL renderer is {match[1]}.", (), {"renderer": match[1]})


def stop(desktop: Desktop) -> str:
    """Stop the desktop, or kill it after a time limit; return a description of what is left, or ``""``."""
    desktop.signal_stop()
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while not desktop.stopped() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    in_time = desktop.stopped()
    if not in_time:
        desktop.kill_runner()
    processes = marked_processes(MARKER, str(desktop.path))
    sockets = sorted(file.name for file in desktop.path.glob("*.sock"))
    desktop.sweep()
    if not in_time:
        return "its runner"
    return f"{len(processes)} processes" if processes else ", ".join(sockets)
