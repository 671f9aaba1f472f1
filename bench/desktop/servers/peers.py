"""The peers, from PyPI: each in a virtual environment below .cache/bench/, which later runs reuse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..paths import REPOSITORY
from .jupyter_server import JupyterServer, ServerError
from .versions import debian_version

ENVIRONMENTS = REPOSITORY / ".cache" / "bench"
INSTALL_TIMEOUT_SECONDS = 900.0


class PeerServer(JupyterServer):
    """A Jupyter server with a peer installed, which starts its desktop when its page is opened."""

    install: tuple[str, ...] = ("jupyter-server", "jupyter-server-proxy")

    def __init__(self, geometry: str) -> None:
        self.package = self.name
        self.python = os.fspath(self._environment())
        super().__init__(geometry)

    def _environment(self) -> Path:
        """Return the Python of the peer's environment; create the environment if it is missing."""
        directory = ENVIRONMENTS / self.name
        ready, python = directory / "ready", directory / "bin" / "python"
        if not ready.exists():
            for argv in (
                [sys.executable, "-m", "venv", "--clear", os.fspath(directory)],
                [os.fspath(python), "-m", "pip", "install", "-q", self.name, *self.install],
            ):
                try:
                    subprocess.run(argv, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS)
                except subprocess.CalledProcessError as error:
                    raise ServerError(f"Installation failed: {error.stderr.strip()[-300:]}") from error
                except (OSError, subprocess.TimeoutExpired) as error:
                    raise ServerError(f"Installation failed: {error}") from error
            ready.touch()
        return python


class JupyterRemoteDesktopProxy(PeerServer):
    """TigerVNC behind jupyter-server-proxy, and a page with noVNC."""

    name = "jupyter-remote-desktop-proxy"
    page = "desktop/"
    worker = "Xtigervnc"

    def environment(self) -> dict[str, str]:
        """Set a session that does nothing, in the way its documentation describes."""
        script = self.directory / "xstartup"
        script.write_text("#!/bin/sh\nexec sleep infinity\n")
        script.chmod(0o700)
        return {"JUPYTER_REMOTE_DESKTOP_PROXY_XSTARTUP": os.fspath(script)}

    def versions(self) -> dict[str, str]:
        """Return its version and TigerVNC's."""
        server = "tigervnc-standalone-server"
        return {**super().versions(), server: debian_version(server)}


class Selkies(PeerServer):
    """Xvfb with a server that sends H.264 to the peer's own page."""

    name = "selkies"
    page = "selkies/"
    worker = "selkies"

    def environment(self) -> dict[str, str]:
        """Set a session that does nothing: install one and make it the current desktop."""
        sessions = self.home / ".local" / "share" / "xsessions"
        sessions.mkdir(parents=True, exist_ok=True)
        entry = "[Desktop Entry]\nName=Idle\nExec=sleep infinity\nDesktopNames=idle\n"
        (sessions / "idle.desktop").write_text(entry)
        return {"XDG_CURRENT_DESKTOP": "idle"}


PEERS: dict[str, type[PeerServer]] = {peer.name: peer for peer in (JupyterRemoteDesktopProxy, Selkies)}
