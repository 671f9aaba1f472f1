"""The server extension: traits, wiring, stop."""

from __future__ import annotations

import atexit
import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Dict, Float, Int, List, TraitError, Unicode, default, validate
from traitlets.utils.bunch import Bunch

from .._version import __version__
from ..backends import all_backends
from ..backends.fields import fields_from_environment
from ..desktops.manager import DesktopManager
from ..errors import InvalidOption
from ..options import OPTIONS, DesktopOptions, Geometry, environment_texts
from .desktop_watcher import DesktopWatcher
from .display_env import DisplayExport
from .metrics import Telemetry
from .routes import handlers
from .websocket import SocketLimits


def _from_environment(name: str) -> Any:
    """Return the default of the trait ``name``: its environment variable, or the option's own default."""

    def read(self: VncProxy) -> str:
        return environment_texts(os.environ).get(name, str(getattr(DesktopOptions(), name)))

    return default(name)(read)


class VncProxy(ExtensionApp):
    """Linux desktops, started and guarded by the Jupyter server."""

    name = "jupyter_vnc_proxy"
    version = __version__
    description = "Linux desktops inside Jupyter"
    load_other_extensions = True

    backend = Unicode(
        help="How a desktop is made: a backend's name, or 'auto' for the best that can run here. "
        "Environment: JUPYTER_VNC_BACKEND. Default: auto."
    ).tag(config=True)
    transport = Unicode(
        help="Who speaks WebSocket: 'direct' (this server), 'websockify' or 'native' (x11vnc's own); "
        "'wayvnc' for the backend wayland. "
        "Environment: JUPYTER_VNC_TRANSPORT. Default: direct."
    ).tag(config=True)
    backend_options = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Options of the backends' own, by name, as in {'xserver': 'xdummy', 'rdp_host': 'pc.example.org'}. "
        "Environment: JUPYTER_VNC_ and the name in capitals, as in JUPYTER_VNC_XSERVER.",
    ).tag(config=True)
    session = Unicode(
        help="The desktop session, as in 'xfce', 'mate' or 'openbox'; empty for the best that is installed. "
        "Environment: JUPYTER_VNC_SESSION."
    ).tag(config=True)
    session_command = List(
        Unicode(), help="The session's command and arguments, as a list. It wins over `session`."
    ).tag(config=True)
    geometry = Unicode(
        help="The first size of a desktop in pixels; afterwards it follows the panel. "
        "Environment: JUPYTER_VNC_GEOMETRY. Default: 1280x720."
    ).tag(config=True)
    runtime_dir = Unicode(
        help="The directory for the desktops' directories, which must be short (a unix socket's path has 107 bytes) "
        "and private. Environment: JUPYTER_VNC_RUNTIME_DIR. Empty: in XDG_RUNTIME_DIR or the temporary directory."
    ).tag(config=True)
    start_timeout = Float(30.0, help="Seconds that each part of a desktop may take to start. Default: 30.").tag(
        config=True
    )
    stop_with_server = Bool(
        True, help="Stop the desktops when this server is stopped (not when it dies). Default: True."
    ).tag(config=True)
    orphan_timeout = Float(
        600.0,
        help="Seconds that a desktop lives on when its server has died, to be adopted by the next one. "
        "0: it ends at once. Default: 600.",
    ).tag(config=True)
    max_desktops = Int(0, help="How many desktops may run at once. 0: as many as one likes. Default: 0.").tag(
        config=True
    )

    max_clients = Int(0, help="How many viewers may look at one desktop at once. 0: as many as like. Default: 0.").tag(
        config=True
    )
    idle_disconnect = Float(
        0.0,
        help="Seconds without keys, pointer or clipboard after which a viewer is disconnected; a click resumes. "
        "0: never. Default: 0.",
    ).tag(config=True)
    cull_idle_timeout = Float(
        0.0,
        help="Seconds without keys, pointer or clipboard after which a desktop is stopped, with a warning in its panel "
        "before. 0: never. Default: 0.",
    ).tag(config=True)
    export_display = Bool(
        True,
        help="Give new kernels and terminals DISPLAY and XAUTHORITY of the default desktop while it runs. "
        "Default: True.",
    ).tag(config=True)

    @default("backend_options")
    def _default_backend_options(self) -> dict[str, str]:
        return fields_from_environment(all_backends().values(), os.environ)

    _default_backend = _from_environment("backend")
    _default_transport = _from_environment("transport")
    _default_session = _from_environment("session")
    _default_geometry = _from_environment("geometry")

    @validate("geometry")
    def _check_geometry(self, proposal: Bunch) -> str:
        try:
            return str(Geometry.parse(proposal["value"]))
        except InvalidOption as error:
            raise TraitError(error.message) from error

    def desktop_options(self) -> DesktopOptions:
        """Return the options of a desktop that is started without any of its own; raise `InvalidOption`."""
        return DesktopOptions.from_json({option.name: getattr(self, option.trait) for option in OPTIONS})

    def initialize_settings(self) -> None:
        """Make the manager and those who listen to it."""
        self.manager = DesktopManager(
            self.desktop_options(),
            runtime_dir=self.runtime_dir,
            orphan_timeout=self.orphan_timeout,
            max_desktops=self.max_desktops,
            cull_idle_timeout=self.cull_idle_timeout,
            log=self.log,
        )
        self.telemetry = Telemetry(self.serverapp.event_logger if self.serverapp else None)
        self.display_export = DisplayExport(os.environ)
        listeners = [self.telemetry.desktop_changed]
        if self.export_display:
            listeners.append(self.display_export.desktop_changed)
        self.watcher = DesktopWatcher(self.manager, listeners, self.log)
        if self.stop_with_server:
            # jupyter-server-proxy ends the interpreter on SIGTERM before extensions are stopped.
            atexit.register(self.manager.signal_all)

    def initialize_handlers(self) -> None:
        """Register the routes."""
        limits = SocketLimits(self.idle_disconnect, self.max_clients)
        self.handlers.extend(handlers(self.manager, self.telemetry, limits))

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Begin to watch, once the event loop runs."""
        self.watcher.start()

    async def stop_extension(self) -> None:
        """Stop the desktops that no other server looks after."""
        await self.watcher.stop()
        if self.stop_with_server:
            await self.manager.stop_all()
        atexit.unregister(self.manager.signal_all)
        self.display_export.restore()
