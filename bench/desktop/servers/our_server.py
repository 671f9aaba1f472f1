"""This project's Jupyter server, with the backend, transport and options of a configuration."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.sound.pulse import SOCKET, address

from ..paths import REPOSITORY
from . import own_backends
from .configurations import Configuration
from .jupyter_server import SESSION_COMMAND, JupyterServer, ServerError
from .untuned_x11vnc import UntunedX11vnc
from .versions import debian_version, python_version


class OurServer(JupyterServer):
    """This project's server, with the backend, transport and options of a configuration."""

    page = "vnc/"
    speaker = '.jp-Desktop-sound[data-state="muted"] .jp-Desktop-soundButton'
    own_backend: type[Any] | None = UntunedX11vnc
    """A backend that only the bench has, which is registered if the configuration names it."""

    def __init__(self, configuration: Configuration, geometry: str) -> None:
        super().__init__(geometry)
        self.configuration = configuration
        self.name = configuration.name
        self.worker = configuration.worker
        self.session = ""

    def config(self) -> dict[str, Any]:
        """Return the traits of the configuration, with `session`, by default one that does nothing."""
        traits = self.configuration.traits()
        if extra := self.extra_options():
            traits["backend_options"] = {**traits.get("backend_options", {}), **extra}
        session = {"session": self.session} if self.session else {"session_command": SESSION_COMMAND}
        return {"VncProxy": {**traits, **session, "geometry": self.geometry}}

    def extra_options(self) -> dict[str, str]:
        """Return backend options that are known only at the start."""
        return {}

    @property
    def runtime_directory(self) -> Path:
        """The directory of its desktops."""
        return self.directory / "run"

    def environment(self) -> dict[str, str]:
        """Set a runtime directory of its own, and register the bench's own backend if it is used."""
        variables = {"JUPYTER_VNC_RUNTIME_DIR": os.fspath(self.runtime_directory)}
        if self.own_backend is not None and self.configuration.backend == self.own_backend.name:
            packages = self.directory / "packages"
            own_backends.install(packages, self.own_backend)
            variables["PYTHONPATH"] = f"{packages}{os.pathsep}{REPOSITORY}"
        return variables

    def display(self) -> tuple[str, Path] | None:
        """Return the display from the desktop's model: some backends start a session of their own."""
        with contextlib.suppress(OSError), self.get("api/desktops/default") as answer:
            model = json.load(answer)
            if model["phase"] == "running" and model["display"]:
                return model["display"], Path(model["xauthority"])
        return None

    def sound_server(self) -> str | None:
        """Return the address of the desktop's own sound server."""
        directory = self.runtime_directory / "default"
        return address(directory) if (directory / SOCKET).exists() else None

    def check(self) -> None:
        """Raise `ServerError` if a process that the configuration names is missing."""
        there = {process.name for process in self.processes()}
        if missing := [name for name in (self.worker, *self.configuration.runs) if name not in there]:
            raise ServerError(f"Not running: {' and '.join(missing)}.")

    def versions(self) -> dict[str, str]:
        """Return the version and commit of this project, and the versions of the configuration's packages."""
        git = ["git", "-C", os.fspath(REPOSITORY), "describe", "--always", "--dirty"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        packages = {
            package: python_version(self.python, package) if source == "python" else debian_version(package)
            for package, source in self.configuration.packages.items()
        }
        return {**super().versions(), "commit": commit, **packages}
