"""The jupyter-server-proxy entry point: ``{base}/vnc/`` without our server extension."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_server.serverapp import ServerApp

from ..server.app import VncProxy

SPAWN_TIMEOUT = 20
"""Seconds until jupyter-server-proxy gives up on our process; it listens before the desktop is up."""


def setup_desktop() -> dict[str, Any]:
    """Return what jupyter-server-proxy is to spawn: websockify, our page, and a runner for the default desktop."""
    config = ServerApp.instance().config if ServerApp.initialized() else None
    traits = VncProxy(config=config)
    argv = [sys.executable, "-m", "jupyter_vnc_proxy", "serve", "--unix-socket={unix_socket}"]
    argv += [f"--orphan-timeout={traits.orphan_timeout:g}"]
    if not traits.stop_with_server:
        argv.append("--keep")
    if traits.runtime_dir:
        argv.append(f"--runtime-dir={_literal(traits.runtime_dir)}")
    return {
        "command": argv + [_literal(word) for word in traits.desktop_options().argv()],
        "unix_socket": True,
        "timeout": SPAWN_TIMEOUT,
        # The tile in JupyterLab is our own; the title is for the menu "New" of Notebook.
        "launcher_entry": {"enabled": False, "title": "Desktop"},
        "new_browser_tab": False,
    }


def _literal(word: str) -> str:
    """jupyter-server-proxy formats each word of a command."""
    return word.replace("{", "{{").replace("}", "}}")
