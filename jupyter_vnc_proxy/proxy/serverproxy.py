"""The jupyter-server-proxy entry point, which serves ``{base}/vnc/`` without our server extension."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.serverapp import ServerApp

from ..errors import VncError
from ..options import HANDED_OVER
from ..server.app import VncProxy
from ..server.web.headers import frame_ancestors, is_hub
from ..system.own_python import own_python
from .activity import count_input_only
from .page_handler import ACKNOWLEDGE_BY_PING, ACKNOWLEDGE_HEADER

SPAWN_TIMEOUT_SECONDS = 20
"""Time limit for the page server to listen; it does so before the desktop runs."""


def setup_desktop() -> dict[str, Any]:
    """Return the entry for jupyter-server-proxy: the command that starts the page server, and its settings.

    Raise `VncError` if the administrator has switched the entry off; jupyter-server-proxy then goes without it. If our
    server extension runs, it answers the entry's addresses itself, and the command is never run.
    """
    config = ServerApp.instance().config if ServerApp.initialized() else None
    traits = VncProxy(config=config)
    if not traits.proxy_entry:
        raise VncError("VncProxy.proxy_entry is off.", code="proxy-entry-off")
    argv = [_escape_braces(word) for word in own_python("jupyter_vnc_proxy")]
    argv += ["serve", "--unix-socket={unix_socket}"]
    argv += [f"--orphan-timeout={traits.orphan_timeout:g}"]
    argv += [f"--max-desktops={traits.max_desktops}", f"--max-clients={traits.max_clients}"]
    argv += [f"--idle-disconnect={traits.idle_disconnect:g}"]
    argv += [f"--clipboard={traits.clipboard}"]
    argv += [f"--frame-ancestors={_escape_braces(_frame_ancestors())}"]
    if not traits.stop_with_server:
        argv.append("--keep")
    runtime_dir = traits.desktops_directory()
    if runtime_dir:
        argv.append(f"--runtime-dir={_escape_braces(runtime_dir)}")
    return {
        "command": argv,
        "environment": {HANDED_OVER: _escape_braces(traits.desktop_options().to_text())},
        "unix_socket": True,
        "timeout": SPAWN_TIMEOUT_SECONDS,
        # The labextension adds the launcher tile; Notebook's "New" menu uses the title.
        "launcher_entry": {"enabled": False, "title": "Desktop"},
        "new_browser_tab": False,
        "update_last_activity": count_input_only(runtime_dir),
        "request_headers_override": {ACKNOWLEDGE_HEADER: ACKNOWLEDGE_BY_PING},
    }


def _frame_ancestors() -> str:
    """Return the pages that Jupyter's own policy lets frame it."""
    application = getattr(ServerApp.instance(), "web_app", None) if ServerApp.initialized() else None
    settings: dict[str, Any] = application.settings if application is not None else {}
    return frame_ancestors(settings.get("headers", {}).get("Content-Security-Policy", ""), is_hub(os.environ))


def _escape_braces(word: str) -> str:
    """Escape a word of the command or environment, to which jupyter-server-proxy applies ``str.format``."""
    return word.replace("{", "{{").replace("}", "}}")
