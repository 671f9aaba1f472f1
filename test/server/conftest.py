"""Fixtures of all tests: a private runtime directory, real runners in it, a Jupyter server with our extension."""

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
from typing import Any

import pytest
from hypothesis import settings
from support.api import REQUEST_SECONDS
from support.machines import Machine
from support.processes import complaints, processes_of
from support.runners import Runners
from support.waiting import LONG_SECONDS
from traitlets.config import Config

pytest_plugins = ["pytest_jupyter.jupyter_server"]

settings.register_profile("desktops", deadline=None, max_examples=60)
settings.load_profile("desktops")


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A private runtime directory with a short path, set in the environment; no process may be left in it."""
    directory = Path(tempfile.mkdtemp(prefix="jv-", dir="/tmp"))
    home = directory / ".home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("JUPYTER_VNC_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_VNC_RUNTIME_DIR", str(directory))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    yield directory
    deadline = time.monotonic() + LONG_SECONDS  # ended processes take a while to disappear on a busy machine
    while (left := processes_of(directory)) and time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    noise = [line for log in directory.glob("*/log/runner.log") for line in complaints(log.read_text())]
    shutil.rmtree(directory)
    assert left == {}, "processes are left"
    assert noise == [], "a runner complained"


@pytest.fixture
def runners(runtime: Path) -> Iterator[Runners]:
    """Starts runners as real processes; those that a test leaves are ended."""
    made = Runners(runtime)
    yield made
    made.close()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runtime: Path) -> Machine:
    """A Debian with a shell and no more, on which we are root; for our processes too."""
    made = Machine(monkeypatch, tmp_path / "bin")
    monkeypatch.setattr("jupyter_vnc_proxy.system.packages.os.geteuid", lambda: 0)
    made.tell_children(monkeypatch)
    return made


@pytest.fixture
def vnc_traits() -> dict[str, Any]:
    """The configuration ``c.VncProxy`` of a test's Jupyter server; override it by parametrizing it directly."""
    return {}


@pytest.fixture
def jp_server_config(runtime: Path, vnc_traits: dict[str, Any]) -> Config:
    """A Jupyter server with our extension, whose desktops are TigerVNC and a session that does nothing."""
    traits = {"backend": "tigervnc", "session_command": ["sleep", "1000"], "runtime_dir": str(runtime), **vnc_traits}
    extensions = {"jupyter_vnc_proxy": True, "jupyter_server_terminals": False}
    return Config({"ServerApp": {"jpserver_extensions": extensions}, "VncProxy": traits})


@pytest.fixture
def jp_fetch(jp_fetch: Callable[..., Any]) -> Callable[..., Any]:
    """Sends a request to the test's Jupyter server."""
    return lambda *parts, **settings: jp_fetch(*parts, **{"request_timeout": REQUEST_SECONDS, **settings})


@pytest.fixture
def vnc(jp_serverapp: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    """The server's extension application; its desktops are stopped after the test."""
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyter_vnc_proxy"]
    yield app
    jp_asyncio_loop.run_until_complete(app.stop_extension())
    app.stop_with_server = False  # Jupyter stops it once more, when the runtime directory is gone
