"""The peers, from PyPI: each in a virtual environment below .cache/bench/, which later runs reuse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..paths import REPOSITORY
from .jupyter_server import MARKER, JupyterServer, ServerError
from .versions import debian_version

ENVIRONMENTS = REPOSITORY / ".cache" / "bench"
INSTALL_TIMEOUT_SECONDS = 900.0

SOUND_SOCKET = "native"
SOUND_CONFIGURATION = f"""\
load-module module-native-protocol-unix socket={SOUND_SOCKET} auth-anonymous=yes auth-cookie-enabled=no
load-module module-null-sink sink_name=output rate=48000 channels=2
set-default-sink output
"""
"""The sink that Selkies captures, and creates if it is missing."""


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
    _sound: Path | None = None
    """The directory of its sound server, if one is wanted."""

    def environment(self) -> dict[str, str]:
        """Set a session that does nothing: install one and make it the current desktop."""
        sessions = self.home / ".local" / "share" / "xsessions"
        sessions.mkdir(parents=True, exist_ok=True)
        entry = "[Desktop Entry]\nName=Idle\nExec=sleep infinity\nDesktopNames=idle\n"
        (sessions / "idle.desktop").write_text(entry)
        sound = {} if self._sound is None else {"PULSE_SERVER": f"unix:{self._sound / SOUND_SOCKET}"}
        return {"XDG_CURRENT_DESKTOP": "idle", **sound}

    def want_sound(self) -> None:
        """Run the sound server that it expects, as its container image does."""
        self._sound = self.directory / "pulse"

    def start(self) -> None:
        """Start the sound server, too, if it is wanted."""
        if self._sound is not None:
            self._sound.mkdir(mode=0o700)
            (self._sound / "configuration").write_text(SOUND_CONFIGURATION)
            variables = {"PATH": os.environ["PATH"], "HOME": os.fspath(self.home), MARKER: os.fspath(self.directory)}
            variables |= dict.fromkeys(("PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"), os.fspath(self._sound))
            arguments = ("-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-F", "configuration")
            with open(self.directory / "pulse.log", "ab") as log:
                try:
                    subprocess.Popen(
                        ["pulseaudio", *arguments],
                        cwd=self._sound,
                        env=variables,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                    )
                except OSError as error:
                    raise ServerError(f"PulseAudio does not start: {error}") from error
        super().start()

    def sound_server(self) -> str | None:
        """Return the address of the sound server, if it is wanted and runs."""
        runs = self._sound is not None and (self._sound / SOUND_SOCKET).exists()
        return f"unix:{self._sound}/{SOUND_SOCKET}" if runs else None


PEERS: dict[str, type[PeerServer]] = {peer.name: peer for peer in (JupyterRemoteDesktopProxy, Selkies)}
