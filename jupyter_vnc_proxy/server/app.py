"""The server extension: its configuration, start and shutdown."""

from __future__ import annotations

import atexit
import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode, default, validate
from traitlets.utils.bunch import Bunch

from .._version import __version__
from ..backends import all_backends
from ..backends.fields import fields_from_environment
from ..desktops.manager import DesktopManager
from ..desktops.runtime import named_server_directory
from ..errors import InvalidOption
from ..options import OPTIONS, DesktopOptions, Geometry, environment_texts
from ..rfb.rights import CLIPBOARD_RIGHTS, SOUND_RIGHTS
from .access import Sharing
from .desktop_watcher import DesktopWatcher
from .display_env import DisplayEnvironment
from .invitations import MAX_SECONDS
from .metrics import DesktopMetrics
from .monitors.registry import Monitors
from .routes import handlers
from .web.page import take_proxy_address
from .websocket import SocketLimits


def _from_environment(name: str) -> Any:
    """Return the default of the trait ``name``: its environment variable, or the option's own default."""

    def read(self: VncProxy) -> str:
        return environment_texts(os.environ).get(name, str(getattr(DesktopOptions(), name)))

    return default(name)(read)


class VncProxy(ExtensionApp):
    """Linux desktops in Jupyter: starts them, connects viewers to them and stops them with the server."""

    name = "jupyter_vnc_proxy"
    version = __version__
    description = "Linux desktops in Jupyter"
    load_other_extensions = True

    backend = Unicode(
        help="The backend of new desktops: a backend's name, or 'auto' for the best one that can run on this machine. "
        "Default: the environment variable JUPYTER_VNC_BACKEND, or 'auto' if it is not set."
    ).tag(config=True)
    transport = Unicode(
        help="How this server connects to the VNC server: 'direct' (RFB on a unix socket), 'websockify', or 'native' "
        "(x11vnc's own WebSocket); for the backend 'wayland' also 'wayvnc'. "
        "Default: the environment variable JUPYTER_VNC_TRANSPORT, or 'direct' if it is not set."
    ).tag(config=True)
    backend_options = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Options of individual backends, by name, such as {'xserver': 'xdummy', 'rdp_host': 'pc.example.org'}. "
        "Default: the environment variables JUPYTER_VNC_<NAME>, such as JUPYTER_VNC_XSERVER.",
    ).tag(config=True)
    session = Unicode(
        help="The desktop session, such as 'xfce', 'mate' or 'openbox'. Empty: the best one installed. "
        "Default: the environment variable JUPYTER_VNC_SESSION, or empty if it is not set."
    ).tag(config=True)
    session_command = List(
        Unicode(),
        help="The command that runs as the session, with its arguments, as a list. It overrides `session`. "
        "Default: empty, which means that `session` decides.",
    ).tag(config=True)
    geometry = Unicode(
        help="The initial size of a desktop, as WIDTHxHEIGHT in pixels, each from 64 to 8192. The desktop then follows "
        "the size of its panel. Default: the environment variable JUPYTER_VNC_GEOMETRY, or '1280x720' if it is not set."
    ).tag(config=True)
    runtime_dir = Unicode(
        help="The directory that holds one directory per desktop, on a file system with locks and unix sockets. Its "
        "path must be short: that of a unix socket is limited to 107 bytes. If other users can use the directory, as "
        "/tmp, a subdirectory `jupyter-vnc-<uid>` is used; if they can replace it, it is refused. Modes of existing "
        "directories are never changed. Default: empty, which means the environment variable "
        "JUPYTER_VNC_RUNTIME_DIR; if it is not set, the first that can be used of `jupyter-vnc` in XDG_RUNTIME_DIR, "
        "`jupyter-vnc-<uid>` in the temporary directory, and `~/.cache/jupyter-vnc`."
    ).tag(config=True)
    separate_named_servers = Bool(
        False,
        help="On a JupyterHub, give each named server of a user desktops of its own, in a directory below "
        "`runtime_dir`. Otherwise all servers of a user that run on one machine share his desktops. Default: False.",
    ).tag(config=True)
    start_timeout = Float(
        30.0,
        help="The time in seconds that each process of a desktop may take to start, without that for which it waits "
        "for a CPU, up to ten times of this. 0: fail unless it is ready at once. Default: 30.",
    ).tag(config=True)
    stop_with_server = Bool(
        True,
        help="Stop the desktops when this server shuts down. After a crash, `orphan_timeout` applies instead. "
        "Default: True.",
    ).tag(config=True)
    orphan_timeout = Float(
        600.0,
        help="The time in seconds that a desktop keeps running after its server has crashed, so that the next server "
        "can adopt it. 0: stop it immediately. Default: 600.",
    ).tag(config=True)
    max_desktops = Int(
        0, help="The maximum number of desktops that run at the same time. 0: no limit. Default: 0."
    ).tag(config=True)
    max_clients = Int(
        0, help="The maximum number of viewers connected to one desktop at the same time. 0: no limit. Default: 0."
    ).tag(config=True)
    idle_disconnect = Float(
        0.0,
        help="The time in seconds without keyboard, pointer or clipboard input after which a viewer is disconnected. "
        "A click reconnects it. 0: never disconnect. Default: 0.",
    ).tag(config=True)
    clipboard = Enum(
        tuple(CLIPBOARD_RIGHTS),
        "both",
        help="The directions in which viewers may share the clipboard: 'both', 'in' (from the browser to the desktop), "
        "'out' (from the desktop to the browser) or 'none'. Default: 'both'.",
    ).tag(config=True)
    sound = Enum(
        tuple(SOUND_RIGHTS),
        "hear",
        help="What viewers may do with the sound of desktops: 'hear' it; 'both', to hear it and, if they have control, "
        "to let programs record their microphone; or 'none'. Default: 'hear'.",
    ).tag(config=True)
    max_invitation_time = Float(
        MAX_SECONDS,
        help="The longest time in seconds that an invitation to a desktop can be valid. 0: no invitations. "
        "Default: 604800.",
    ).tag(config=True)
    proxy_entry = Bool(
        True,
        help="Keep jupyter-server-proxy's entry at `vnc/`. While this extension runs, it only redirects to the page at "
        "`desktops/`; if the extension is disabled, it serves the desktops, without Jupyter's authorization. "
        "Default: True.",
    ).tag(config=True)
    cull_idle_timeout = Float(
        0.0,
        help="The time in seconds without keyboard, pointer or clipboard input after which a desktop is stopped; its "
        "panel shows a warning first. 0: never stop it. Default: 0.",
    ).tag(config=True)
    export_display = Bool(
        True,
        help="Set DISPLAY, XAUTHORITY and PULSE_SERVER to those of the default desktop in new kernels and terminals "
        "while that desktop runs. Default: True.",
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
        """Return the options of a desktop that is created without options; raise `InvalidOption` if one is invalid."""
        return DesktopOptions.from_json({option.name: getattr(self, option.trait) for option in OPTIONS})

    def desktops_directory(self) -> str:
        """Return the runtime directory of this server, which may be empty for the default."""
        server = os.environ.get("JUPYTERHUB_SERVER_NAME", "") if self.separate_named_servers else ""
        return named_server_directory(self.runtime_dir, server)

    def initialize_settings(self) -> None:
        """Create the desktop manager and the listeners of its changes."""
        directory = self.desktops_directory()
        if directory != self.runtime_dir:
            os.environ["JUPYTER_VNC_RUNTIME_DIR"] = directory  # `jupyter vnc` in terminals finds the same desktops
        self.manager = DesktopManager(
            self.desktop_options(),
            runtime_dir=directory,
            orphan_timeout=self.orphan_timeout,
            max_desktops=self.max_desktops,
            cull_idle_timeout=self.cull_idle_timeout,
            log=self.log,
        )
        self.sharing = Sharing(self.max_invitation_time)
        self.manager.viewers = self.sharing.connections.viewers
        self.monitors = Monitors(self.manager, self.sharing.connections, self.log)
        self.manager.monitors = self.monitors.models
        self.metrics = DesktopMetrics(self.serverapp.event_logger if self.serverapp else None)
        self.display_environment = DisplayEnvironment(os.environ)
        listeners = [self.metrics.desktop_changed]
        if self.export_display:
            listeners.append(self.display_environment.desktop_changed)
        self.watcher = DesktopWatcher(self.manager, listeners, self.log)
        if self.stop_with_server:
            # On SIGTERM, jupyter-server-proxy exits the interpreter before Jupyter stops its extensions.
            atexit.register(self.manager.signal_all)

    def initialize_handlers(self) -> None:
        """Register the routes."""
        clipboard, sound = CLIPBOARD_RIGHTS[self.clipboard], SOUND_RIGHTS[self.sound]
        limits = SocketLimits(self.idle_disconnect, self.max_clients, clipboard, sound)
        self.handlers.extend(handlers(self.manager, self.metrics, limits, self.sharing, self.monitors))
        if self.serverapp is not None:
            take_proxy_address(self.serverapp.web_app, self.sharing.invitations.is_any_open, self.proxy_entry)
            if not hasattr(ExtensionApp, "_start_jupyter_server_extension"):  # Jupyter Server before 2.16
                self.serverapp.io_loop.add_callback(self.watcher.start)

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Start watching the desktops; the event loop runs now."""
        self.watcher.start()

    async def stop_extension(self) -> None:
        """Stop the desktops that no other server owns."""
        await self.watcher.stop()
        await self.monitors.close()
        self.sharing.invitations.close()
        if self.stop_with_server:
            await self.manager.stop_all()
        atexit.unregister(self.manager.signal_all)
        self.display_environment.restore()
