"""Jupyter servers as real processes on this machine's loopback, controlled over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.desktops.desktop import Desktop
from support.viewers import RawViewer
from support.waiting import LONG_SECONDS

TOKEN = "a-token-of-the-tests"
AUTHORIZATION = f"token {TOKEN}"

UNNEEDED = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook", "notebook_shim")
"""Other packages' extensions, which would only take time."""


FIRST_EPHEMERAL_PORT = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
"""The first port that the kernel chooses itself (ip(7))."""

LAUNCH = "import runpy, sys; sys.modules['rfc3987_syntax'] = None; runpy.run_module(sys.argv.pop(1), None, '__main__')"
"""Runs a module as ``python -m`` does, without the URI grammar that jsonschema compiles for 1.5 s at import."""


def free_port() -> int:
    """Return a TCP port on which nothing listens now, and none that the kernel gives to others until it is used."""
    while True:
        port = random.randrange(max(1024, FIRST_EPHEMERAL_PORT // 2), max(2048, FIRST_EPHEMERAL_PORT))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """One Jupyter server whose desktops are TigerVNC and a session that does nothing."""

    def __init__(
        self,
        runtime: Path,
        number: int,
        module: str,
        traits: dict[str, Any],
        extension: bool = True,
        base_url: str = "/",
    ) -> None:
        self.prefix = "" if extension else "vnc/"
        self.base_url = base_url
        self.port = free_port()
        self.runtime = runtime
        root = runtime / f".server-{number}"
        root.mkdir()
        unneeded = dict.fromkeys(UNNEEDED, False) if module == "jupyter_server" else {}
        if not extension:
            unneeded["jupyter_vnc_proxy"] = False
        server = {"port": self.port, "port_retries": 0, "ip": "127.0.0.1", "open_browser": False, "allow_root": True}
        server["base_url"] = base_url
        config = {
            "ServerApp": {**server, "root_dir": os.fspath(root), "jpserver_extensions": unneeded},
            "IdentityProvider": {"token": TOKEN},
            "VncProxy": {"backend": "tigervnc", "session_command": ["sleep", "1000"], **traits},
        }
        (root / "config.json").write_text(json.dumps(config))
        self.output = root / "output"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCH, module, f"--config={root / 'config.json'}"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_up(self, timeout: float = LONG_SECONDS) -> None:
        """Wait until it answers; fail at once if it ends."""
        deadline = time.monotonic() + timeout
        while True:
            assert self.process.poll() is None, self.output.read_text()
            with contextlib.suppress(OSError), self.request("GET", "api"):
                return
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return the answer, which is to be closed."""
        data = json.dumps(body).encode() if body is not None else b"" if method == "POST" else None
        url = f"http://127.0.0.1:{self.port}{self.base_url}{path}"
        headers = {"Authorization": AUTHORIZATION, "X-Requested-With": "jupyter-vnc-proxy"}
        request = urllib.request.Request(url, data, headers, method=method)
        return urllib.request.urlopen(request, timeout=30)

    def api(self, method: str, *parts: str, body: Any = None) -> Any:
        """Send a request to the desktops' REST and return its answer's JSON."""
        with self.request(method, self.prefix + "/".join(("api", "desktops", *parts)), body) as answer:
            return json.loads(answer.read() or b"null")

    def until(self, name: str, phase: str, timeout: float = LONG_SECONDS) -> dict[str, Any]:
        """Wait for a desktop's phase and return its model."""
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(urllib.error.HTTPError):
                model: dict[str, Any] = self.api("GET", name)
                if model["phase"] == phase:
                    return model
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)

    def start_desktop(self) -> dict[str, Any]:
        """Start the default desktop, and wait until it runs."""
        self.api("POST", "default", "start")
        return self.until("default", "running")

    def complaints(self) -> list[str]:
        """Return the errors in its output, and the warnings about our own code."""
        lines = self.output.read_text().splitlines()
        ours = [line for line in lines if "Warning:" in line and "/jupyter_vnc_proxy/" in line]
        return ours + [line for line in lines if "Traceback" in line]

    def banner(self) -> bytes:
        """Return the first bytes of the default desktop, through the bridge."""

        async def read() -> bytes:
            viewer = await RawViewer.connect(
                self.port, f"{self.base_url}{self.prefix}api/desktops/default/rfb", AUTHORIZATION
            )
            try:
                return (await viewer.message())[1]
            finally:
                viewer.close()

        return asyncio.run(read())

    def end(self, how: str, timeout: float = LONG_SECONDS) -> int:
        """End it by a signal's name or over HTTP (``shutdown``) and return the exit status."""
        if how == "shutdown":
            self.request("POST", "api/shutdown").close()
        else:
            self.process.send_signal(signal.Signals[how])
        return self.process.wait(timeout)


class Servers:
    """Starts servers of one user, with one runtime directory, and ends them."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._made: list[Server] = []

    def start(
        self, count: int = 1, module: str = "jupyter_server", extension: bool = True, **traits: Any
    ) -> list[Server]:
        """Start ``count`` servers and wait until they are up; ``traits`` are those of ``c.VncProxy``.

        Without ``extension``, jupyter-server-proxy serves the desktops.
        """
        first = len(self._made)
        for number in range(first, first + count):
            self._made.append(Server(self._runtime, number, module, traits, extension))
        for server in self._made[first:]:
            server.wait_until_up()
        return self._made[first:]

    def running(self) -> list[Server]:
        """Return the servers that have not ended."""
        return [server for server in self._made if server.process.poll() is None]

    def close(self) -> None:
        """End the servers, and the desktops that they left."""
        for server in self._made:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()
        for directory in self._runtime.glob("*/desktop.json"):
            Desktop(directory.parent).signal_stop()
