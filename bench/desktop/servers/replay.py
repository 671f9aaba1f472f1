"""A Jupyter server whose desktop is a recording."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_vnc_proxy.backends.base import Field, Paths, Plan, Program, Step
from jupyter_vnc_proxy.backends.compatibility import PlanMethods
from jupyter_vnc_proxy.backends.x_servers import XVFB, xvfb
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process import Listens

from ..paths import REPOSITORY
from .configurations import Configuration
from .our_server import OurServer

RECORDING = Field("recording", "Recording", "The file to replay.", required=True)
REPORT = Field("report", "Report", "The file that gets the times.", required=True)


class ReplayBackend(PlanMethods):
    """A backend for the bench only: it replays a recording. Its display shows nothing."""

    name = "replay"
    title = "A recording"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = (RECORDING, REPORT)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return what a desktop needs anyway: a display."""
        return [XVFB]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return Xvfb, and the server that replays."""
        files = (RECORDING.value(options), REPORT.value(options))
        argv = (sys.executable, "-m", "bench.desktop.replay", str(paths.rfb_socket), *files)
        environment = {"PYTHONPATH": os.fspath(REPOSITORY)}
        server = Step("vnc", argv, ("display",), Listens(paths.rfb_socket), environment=environment)
        return Plan((xvfb(options, paths), server), full_chroma=True)


CONFIGURATION = Configuration(
    ReplayBackend.name, "a recording", ("noVNC", "WebSocket", "Jupyter", "RFB", "recording"), "bench.desktop.replay",
    ReplayBackend.name,
)  # fmt: skip


class ReplayServer(OurServer):
    """This project's server, with a recording instead of a VNC server."""

    own_backend = ReplayBackend

    def __init__(self, geometry: str, recording: Path) -> None:
        super().__init__(CONFIGURATION, geometry)
        self.report = self.directory / "report.json"
        self._recording = recording

    def extra_options(self) -> dict[str, str]:
        """Return the paths of the recording and the report."""
        return {"recording": os.fspath(self._recording.absolute()), "report": os.fspath(self.report)}
