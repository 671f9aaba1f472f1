"""A Jupyter server with a home directory of its own, and the processes that it starts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.system.process_groups import environment_of

from . import processes
from .versions import python_version

TOKEN = "bench"
MARKER = "DESKTOP_BENCH"
"""Environment variable of every process of a server; its value is the server's directory."""

RUN = "DESKTOP_BENCH_RUN"
"""The same for a whole run: its value is inherited from the environment, and tells apart the processes of two runs."""

SESSION_COMMAND = ("sleep", "infinity")
"""The session of every desktop: it does nothing, so that only the servers are measured."""

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 15.0

UNUSED_EXTENSIONS = ("jupyter_lsp", "jupyter_server_terminals", "notebook", "notebook_shim")
"""Server extensions that are switched off, since no desktop needs them."""


class ServerError(Exception):
    """A server does not start, or shows no desktop; the message is one sentence."""


class JupyterServer:
    """A Jupyter server, and the page on which it shows its desktop.

    Life cycle: `start`, then `check` after the first picture, then `stop`, which is also safe after a failed start.
    """

    name = ""
    page = ""
    """URL of the page, relative to the base URL."""

    worker = ""
    """Name of the process that encodes the picture: the VNC server, which may also be the X server."""

    speaker = ""
    """CSS selector of the button that unmutes the desktop, if the page has to be asked for sound."""

    python = sys.executable
    package = "jupyter-vnc-proxy"

    def __init__(self, geometry: str) -> None:
        # Short, because the path of a Unix socket has at most 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="vb-", dir="/tmp"))
        self.home = self.directory / "home"
        self.home.mkdir()
        self.geometry = geometry
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    # -- what subclasses override ---------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Return additional traits."""
        return {}

    def environment(self) -> dict[str, str]:
        """Return additional environment variables."""
        return {}

    def display(self) -> tuple[str, Path] | None:
        """Return the session's ``DISPLAY`` and the path of its cookie; ``None`` if no session runs."""
        for process in self.processes():
            if process.argv == SESSION_COMMAND:
                with contextlib.suppress(OSError):
                    variables = environment_of(process.pid)
                    cookies = variables.get("XAUTHORITY") or os.fspath(self.home / ".Xauthority")
                    return variables["DISPLAY"], Path(cookies)
        return None

    def want_sound(self) -> None:
        """Let the desktop have a sound server, if it does not start one itself; call it before `start`."""

    def sound_server(self) -> str | None:
        """Return the desktop's ``PULSE_SERVER``; ``None`` if it has no sound."""
        return None

    def versions(self) -> dict[str, str]:
        """Return the versions of what runs, by package."""
        return {self.package: python_version(self.python, self.package)}

    # -- life cycle -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it and wait until it answers; no desktop runs yet."""
        unneeded = dict.fromkeys(UNUSED_EXTENSIONS, False)
        server: dict[str, Any] = {"port": self.port, "port_retries": 0, "ip": "127.0.0.1", "open_browser": False}
        server |= {"allow_root": True, "root_dir": os.fspath(self.home), "jpserver_extensions": unneeded}
        config = {"ServerApp": server, "IdentityProvider": {"token": TOKEN}, **self.config()}
        file = self.directory / "config.json"
        file.write_text(json.dumps(config))
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", RUN) if name in os.environ}
        home = {"HOME": os.fspath(self.home), "XDG_RUNTIME_DIR": os.fspath(self.directory)}
        env = {**inherited, **home, MARKER: os.fspath(self.directory), **self.environment()}
        env["PATH"] = f"{Path(self.python).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
        with open(self.directory / "jupyter.log", "ab") as log:
            self._process = subprocess.Popen(
                [self.python, "-m", "jupyter_server", f"--config={file}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env=env,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            with contextlib.suppress(OSError):
                self.get("api").close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"Jupyter does not start: {self.log()[-300:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """The process id of the Jupyter server itself."""
        assert self._process is not None
        return self._process.pid

    def get(self, path: str, timeout: float = 5.0) -> Any:
        """Request a page and return the response, which the caller closes."""
        url = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})
        return urllib.request.urlopen(request, timeout=timeout)

    def log(self) -> str:
        """Return the server's log."""
        return (self.directory / "jupyter.log").read_text(errors="replace")

    def processes(self) -> list[processes.Process]:
        """Return the processes of the server and its desktop."""
        return processes.marked(MARKER, os.fspath(self.directory))

    def command(self) -> str:
        """Return the command line of the worker, with placeholders for the directory and the display."""
        argv = next((process.argv for process in self.processes() if process.name == self.worker), ())
        words = [re.sub(r"^:\d+$", ":N", word.replace(os.fspath(self.directory), "DIR")) for word in argv]
        return shlex.join([Path(words[0]).name, *words[1:]]) if words else ""

    def check(self) -> None:
        """Raise `ServerError` if what runs after the first picture is not what the configuration names."""

    def wait_for_display(self, timeout: float = 30.0) -> tuple[str, Path]:
        """Wait until the desktop has a display; return what `display` does."""
        deadline = time.monotonic() + timeout
        while (found := self.display()) is None:
            if time.monotonic() > deadline:
                raise ServerError("The desktop has no display.")
            time.sleep(0.05)
        return found

    def stop(self) -> None:
        """Terminate it, kill what is left of its processes, and remove its directory."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_SECONDS)
        processes.end(MARKER, os.fspath(self.directory))
        if self._process is not None:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        shutil.rmtree(self.directory, ignore_errors=True)


def free_port() -> int:
    """Return a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
