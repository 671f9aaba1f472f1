"""A Jupyter server for each configuration: ours with one of its backends, or a peer in an environment of its own."""

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

from ..command_process import REPOSITORY
from . import processes, untuned_x11vnc
from .configurations import CONFIGURATIONS, Configuration

TOKEN = "bench"
MARKER = "DESKTOP_BENCH"
"""Environment variable that every process of a server carries; its value is the server's directory."""

RUN = "DESKTOP_BENCH_RUN"
"""The same, with a value that whoever starts the bench may give to tell the processes of one run from another's."""

SESSION = ("sleep", "infinity")
"""The session of every desktop, so that only the servers are measured."""

START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0

UNNEEDED = ("jupyter_lsp", "jupyter_server_terminals", "notebook", "notebook_shim")
"""Extensions that no desktop needs."""


class ServerError(Exception):
    """It could not be started, or shows no desktop; the message is one sentence."""


class JupyterServer:
    """A Jupyter server with a home of its own, and the page on which it shows its desktop."""

    name = ""
    page = ""
    """The page's address below the base URL."""

    worker = ""
    """What the process is called that makes the pictures: the VNC server, which may be the X server too."""

    python = sys.executable
    package = "jupyter-vnc-proxy"

    def __init__(self, geometry: str) -> None:
        # Short, for the paths of sockets.
        self.directory = Path(tempfile.mkdtemp(prefix="vb-", dir="/tmp"))
        self.home = self.directory / "home"
        self.home.mkdir()
        self.geometry = geometry
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    # -- what a configuration says ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Return traits of its own."""
        return {}

    def environment(self) -> dict[str, str]:
        """Return variables of its own."""
        return {}

    def display(self) -> tuple[str, Path] | None:
        """Return the desktop's display and the file with its cookie, as its session sees them; ``None`` without one."""
        for process in self.processes():
            if process.argv == SESSION:
                with contextlib.suppress(OSError):
                    variables = processes.environment(process.pid)
                    cookies = variables.get("XAUTHORITY") or os.fspath(self.home / ".Xauthority")
                    return variables["DISPLAY"], Path(cookies)
        return None

    def versions(self) -> dict[str, str]:
        """Return the versions of what runs."""
        return {self.package: version_in(self.python, self.package)}

    # -- its life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it and wait until it answers; no desktop runs then."""
        unneeded = dict.fromkeys(UNNEEDED, False)
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
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(OSError):
                self.get("api").close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"Jupyter does not start: {self.log()[-300:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """The Jupyter server's own process id."""
        assert self._process is not None
        return self._process.pid

    def get(self, path: str, timeout: float = 5.0) -> Any:
        """Ask for a page; the answer is to be closed."""
        url = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})
        return urllib.request.urlopen(request, timeout=timeout)

    def log(self) -> str:
        """Return what the server wrote."""
        return (self.directory / "jupyter.log").read_text(errors="replace")

    def processes(self) -> list[processes.Process]:
        """Return its processes and its desktop's."""
        return processes.marked(MARKER, os.fspath(self.directory))

    def command(self) -> str:
        """Return the command of the process that makes the pictures, with nothing in it that is this run's alone."""
        argv = next((process.argv for process in self.processes() if process.name == self.worker), ())
        words = [re.sub(r"^:\d+$", ":N", word.replace(os.fspath(self.directory), "DIR")) for word in argv]
        return shlex.join([Path(words[0]).name, *words[1:]]) if words else ""

    def check(self) -> None:
        """Raise `ServerError` where what runs, once there is a picture, is not what was asked for."""

    def wait_for_display(self, timeout: float = 30.0) -> tuple[str, Path]:
        """Wait until the desktop has a display."""
        deadline = time.monotonic() + timeout
        while (found := self.display()) is None:
            if time.monotonic() > deadline:
                raise ServerError("The desktop has no display.")
            time.sleep(0.05)
        return found

    def stop(self) -> None:
        """End it as a person would, then whatever is left of it, and remove its directory."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)
        processes.end(MARKER, os.fspath(self.directory))
        if self._process is not None:
            self._process.wait(STOP_TIMEOUT)
        shutil.rmtree(self.directory, ignore_errors=True)


class OurServer(JupyterServer):
    """This project's server, with the backend, transport and options of a configuration."""

    page = "vnc/"

    def __init__(self, configuration: Configuration, geometry: str) -> None:
        super().__init__(geometry)
        self.configuration = configuration
        self.name = configuration.name
        self.worker = configuration.worker

    def config(self) -> dict[str, Any]:
        """Choose the backend, and a session that does nothing."""
        traits = self.configuration.traits()
        if extra := self.extra_options():
            traits["backend_options"] = {**traits.get("backend_options", {}), **extra}
        return {"VncProxy": {**traits, "geometry": self.geometry, "session_command": SESSION}}

    def extra_options(self) -> dict[str, str]:
        """Return options that are known only now."""
        return {}

    def environment(self) -> dict[str, str]:
        """Keep its desktops apart from others', and announce the bench's own backend."""
        variables = {"JUPYTER_VNC_RUNTIME_DIR": os.fspath(self.directory / "run")}
        if self.configuration.backend == untuned_x11vnc.UntunedX11vnc.name:
            packages = self.directory / "packages"
            untuned_x11vnc.install(packages)
            variables["PYTHONPATH"] = f"{packages}{os.pathsep}{REPOSITORY}"
        return variables

    def display(self) -> tuple[str, Path] | None:
        """Return what the desktop says of its display: some have a session of their own, which shows no other."""
        with contextlib.suppress(OSError), self.get("api/desktops/default") as answer:
            model = json.load(answer)
            if model["phase"] == "running" and model["display"]:
                return model["display"], Path(model["xauthority"])
        return None

    def check(self) -> None:
        """See that what runs is what the configuration says."""
        there = {process.name for process in self.processes()}
        if missing := [name for name in (self.worker, *self.configuration.runs) if name not in there]:
            raise ServerError(f"It runs without {' and '.join(missing)}, so it is not what it says.")

    def versions(self) -> dict[str, str]:
        """Return our commit's, and those of the parts that do the work."""
        git = ["git", "-C", os.fspath(REPOSITORY), "describe", "--always", "--dirty"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        parts = {
            part: version_in(self.python, part) if source == "python" else debian_version(part)
            for part, source in self.configuration.parts.items()
        }
        return {**super().versions(), "commit": commit, **parts}


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def version_in(python: str | Path, package: str) -> str:
    """Return the version of a Python package in an environment, or nothing."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([os.fspath(python), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def debian_version(package: str) -> str:
    """Return the version of a Debian package, or nothing."""
    query = shutil.which("dpkg-query")
    if query is None:
        return ""
    return subprocess.run(
        [query, "-Wf", "${Version}", package], capture_output=True, text=True, check=False
    ).stdout.strip()


def make_server(name: str, geometry: str) -> JupyterServer:
    """Return the server of a configuration, not started yet; raise `ServerError` where it can't be had here."""
    configuration = CONFIGURATIONS[name]
    if (obstacle := configuration.obstacle()) is not None:
        raise ServerError(obstacle)
    if configuration.backend == "rdp":
        from .rdp_server import RdpServer

        return RdpServer(configuration, geometry)
    if configuration.backend:
        return OurServer(configuration, geometry)
    from .peers import PEERS

    return PEERS[name](geometry)
