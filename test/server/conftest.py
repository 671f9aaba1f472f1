"""What the server's tests share: a private place for desktops, real runners in it, and waiting with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from machines import Machine
from runners import Runners
from traitlets.config import Config

pytest_plugins = ["pytest_jupyter.jupyter_server"]

settings.register_profile("desktops", deadline=None, max_examples=60)
settings.load_profile("desktops")

T = TypeVar("T")

PROMPT = 1.0
"""Seconds that processes which were ended may take to vanish."""


def wait_until(condition: Callable[[], T], timeout: float = 20.0, what: str = "") -> T:
    """Poll until ``condition`` gives something true, and return it; fail after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout:g} s: {what or getattr(condition, '__name__', condition)}")
        time.sleep(0.01)


async def until(condition: Callable[[], T], timeout: float = 20.0, what: str = "") -> T:
    """The same on the event loop, which goes on meanwhile."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout:g} s: {what or getattr(condition, '__name__', condition)}")
        await asyncio.sleep(0.01)


def processes_of(directory: Path) -> dict[int, str]:
    """Return the processes, ourselves excepted, that carry ``directory`` in their environment: pid → command line."""
    wanted = os.fsencode(directory)
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short private runtime directory, named by the environment; nothing may be left that runs in it."""
    directory = Path(tempfile.mkdtemp(prefix="jv-", dir="/tmp"))
    home = directory / ".home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("JUPYTER_VNC_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_VNC_RUNTIME_DIR", str(directory))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    yield directory
    deadline = time.monotonic() + PROMPT
    while (left := processes_of(directory)) and time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    noise = [line for log in directory.glob("*/log/runner.log") for line in complaints(log.read_text())]
    shutil.rmtree(directory)
    assert left == {}, "processes are left"
    assert noise == [], "a runner complained"


def complaints(log: str) -> list[str]:
    """Return the lines of a log in which Python reports an error or a warning of ours."""
    return [line for line in log.splitlines() if "Traceback" in line or "Warning:" in line]


@pytest.fixture
def runners(runtime: Path) -> Iterator[Runners]:
    """Starts runners as real processes, and ends those that a test left."""
    made = Runners(runtime)
    yield made
    made.close()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runtime: Path) -> Machine:
    """A Debian with nothing but a shell, where we are root; the programs that we start believe it too."""
    made = Machine(monkeypatch, tmp_path / "bin")
    monkeypatch.setattr("jupyter_vnc_proxy.installing.os.geteuid", lambda: 0)
    made.tell_children(monkeypatch)
    return made


@pytest.fixture
def vnc_traits() -> dict[str, Any]:
    """What ``c.VncProxy`` says in a test's Jupyter server; a test may override it by parametrizing it directly."""
    return {}


@pytest.fixture
def jp_server_config(runtime: Path, vnc_traits: dict[str, Any]) -> Config:
    """A Jupyter server with our extension, whose desktops are TigerVNC and a session that does nothing."""
    traits = {"backend": "tigervnc", "session_command": ["sleep", "1000"], "runtime_dir": str(runtime), **vnc_traits}
    extensions = {"jupyter_vnc_proxy": True, "jupyter_server_terminals": False}
    return Config({"ServerApp": {"jpserver_extensions": extensions}, "VncProxy": traits})


@pytest.fixture
def vnc(jp_serverapp: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    """The server's extension application; its desktops are stopped after the test."""
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyter_vnc_proxy"]
    yield app
    jp_asyncio_loop.run_until_complete(app.stop_extension())
    app.stop_with_server = False  # Jupyter stops it once more, when the runtime directory is gone
