"""What else people can install from PyPI, each in an environment of its own under .cache/bench/, which is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..command_process import REPOSITORY
from .jupyter_server import JupyterServer, ServerError, debian_version

ENVIRONMENTS = REPOSITORY / ".cache" / "bench"
INSTALL_TIMEOUT = 900.0


class PeerServer(JupyterServer):
    """A Jupyter server with a peer in it, which makes its desktop in its own way when its page is opened."""

    install: tuple[str, ...] = ("jupyter-server", "jupyter-server-proxy")

    def __init__(self, geometry: str) -> None:
        self.package = self.name
        self.python = os.fspath(self._environment())
        super().__init__(geometry)

    def _environment(self) -> Path:
        """Return the Python of the peer's environment, which is made where it is missing."""
        directory = ENVIRONMENTS / self.name
        ready, python = directory / "ready", directory / "bin" / "python"
        if not ready.exists():
            for argv in (
                [sys.executable, "-m", "venv", "--clear", os.fspath(directory)],
                [os.fspath(python), "-m", "pip", "install", "-q", self.name, *self.install],
            ):
                try:
                    subprocess.run(argv, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT)
                except subprocess.CalledProcessError as error:
                    raise ServerError(f"It can't be installed: {error.stderr.strip()[-300:]}") from error
                except (OSError, subprocess.TimeoutExpired) as error:
                    raise ServerError(f"It can't be installed: {error}") from error
            ready.touch()
        return python


class JupyterRemoteDesktopProxy(PeerServer):
    """TigerVNC behind jupyter-server-proxy, and a page with noVNC."""

    name = "jupyter-remote-desktop-proxy"
    page = "desktop/"
    worker = "Xtigervnc"

    def environment(self) -> dict[str, str]:
        """Give it a session that does nothing, in the way that its documentation tells."""
        script = self.directory / "xstartup"
        script.write_text("#!/bin/sh\nexec sleep infinity\n")
        script.chmod(0o700)
        return {"JUPYTER_REMOTE_DESKTOP_PROXY_XSTARTUP": os.fspath(script)}

    def versions(self) -> dict[str, str]:
        """Return its version, and TigerVNC's."""
        server = "tigervnc-standalone-server"
        return {**super().versions(), server: debian_version(server)}


class Selkies(PeerServer):
    """Xvfb, and a server of its own that sends H.264 to a page of its own."""

    name = "selkies"
    page = "selkies/"
    worker = "selkies"

    def environment(self) -> dict[str, str]:
        """Give it a session that does nothing, as an installed one that is the current desktop."""
        sessions = self.home / ".local" / "share" / "xsessions"
        sessions.mkdir(parents=True, exist_ok=True)
        entry = "[Desktop Entry]\nName=Idle\nExec=sleep infinity\nDesktopNames=idle\n"
        (sessions / "idle.desktop").write_text(entry)
        return {"XDG_CURRENT_DESKTOP": "idle"}


PEERS: dict[str, type[PeerServer]] = {peer.name: peer for peer in (JupyterRemoteDesktopProxy, Selkies)}
