"""The self-test of the session: starts the default session in an empty home directory, and stops it."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from ..backends import all_backends, choose, has_own_session
from ..backends.fields import fields_from_environment
from ..backends.sessions import choose_session
from ..desktops.desktop import Desktop
from ..desktops.waiting import up_timeout, wait_until_up
from ..errors import VncError
from ..options import DesktopOptions, Geometry
from .findings import Finding
from .selftest import GROUP, LOG_LINES, ORPHAN_TIMEOUT_SECONDS, stop

SETTLE_SECONDS = 10.0
"""The time in which a session fails, or shows its window manager."""

CONFIGURATION = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
"""Variables that lead a session to the user's own settings, which a test leaves alone."""

TOPIC = "self-test-session"


def session_test(backend: str = "auto") -> list[Finding]:
    """Test the default session on a backend: it must run for `SETTLE_SECONDS`, or until its window manager does.

    A backend that brings a session is tested with that one.
    """
    extra = fields_from_environment(all_backends().values(), os.environ)
    # In /tmp, because the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="jvt-", dir="/tmp", ignore_cleanup_errors=True) as runtime:
        home = Path(runtime, "home")
        home.mkdir(mode=0o700)
        try:
            options = DesktopOptions(backend, geometry=Geometry(640, 480), extra=extra)
            chosen = choose(options)
            options = options.replaced(backend=chosen.name)
            if has_own_session(options):
                title = f"The session of {chosen.title}"
            else:
                session = choose_session(DesktopOptions(session=os.environ.get("JUPYTER_VNC_SESSION", "")))
                title = session.title
                variables = [*(f"-u{each}" for each in CONFIGURATION), f"HOME={home}"]
                options = options.replaced(session_command=("env", *variables, *session.argv))
        except VncError as error:
            return [_failed(error.message, error.fix)]
        desktop = Desktop(Path(runtime, "session"))
        desktop.prepare()
        with desktop.own():
            try:
                return [_test(desktop, options, title)]
            finally:
                stop(desktop)


def _test(desktop: Desktop, options: DesktopOptions, title: str) -> Finding:
    began = time.monotonic()
    try:
        desktop.start(options, ORPHAN_TIMEOUT_SECONDS)
        wait_until_up(desktop, up_timeout(options), SETTLE_SECONDS)
    except VncError as error:
        return _failed(error.message, error.fix, list(getattr(error, "log", []))[-LOG_LINES:])
    seconds = time.monotonic() - began
    message = f"{title}: runs {seconds:.1f} s after its start."
    return Finding(GROUP, TOPIC, "ok", message, (), {"session": title, "seconds": round(seconds, 2)})


def _failed(message: str, fix: str | None, log: list[str] | None = None) -> Finding:
    return Finding(GROUP, TOPIC, "problem", message, (fix,) if fix else (), {"log": log or []})
