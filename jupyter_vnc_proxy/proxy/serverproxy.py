"""The jupyter-server-proxy entry point, which serves ``{base}/vnc/`` without our server extension."""

from __future__ import annotations

from typing import Any

from jupyter_server.serverapp import ServerApp

from ..server.app import VncProxy
from ..system.own_python import own_python

SPAWN_TIMEOUT_SECONDS = 20
"""Time limit for the page server to listen; it does so before the desktop runs."""


def setup_desktop() -> dict[str, Any]:
    """Return the entry for jupyter-server-proxy: the command that starts the page server, and its settings."""
    config = ServerApp.instance().config if ServerApp.initialized() else None
    traits = VncProxy(config=config)
    argv = [*own_python("jupyter_vnc_proxy"), "serve", "--unix-socket={unix_socket}"]
    argv += [f"--orphan-timeout={traits.orphan_timeout:g}"]
    if not traits.stop_with_server:
        argv.append("--keep")
    if traits.runtime_dir:
        argv.append(f"--runtime-dir={_escape_braces(traits.runtime_dir)}")
    return {
        "command": argv + [_escape_braces(word) for word in traits.desktop_options().argv()],
        "unix_socket": True,
        "timeout": SPAWN_TIMEOUT_SECONDS,
        # The labextension adds the launcher tile; Notebook's "New" menu uses the title.
        "launcher_entry": {"enabled": False, "title": "Desktop"},
        "new_browser_tab": False,
    }


def _escape_braces(word: str) -> str:
    """Escape a word of the command, to which jupyter-server-proxy applies ``str.format``."""
    return word.replace("{", "{{").replace("}", "}}")
