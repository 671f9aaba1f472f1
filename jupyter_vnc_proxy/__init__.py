"""Linux desktops in Jupyter: the interface for Python, the version, and the hooks that Jupyter and IPython call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._version import __version__
    from .automation import AsyncDesktop, Desktop
    from .automation.magics import InteractiveShell

__all__ = ["AsyncDesktop", "Desktop", "__version__"]


def __getattr__(name: str) -> object:
    # Lazy: reading the metadata takes 25 ms, and runner and server need neither that nor the rest.
    if name == "__version__":
        from ._version import __version__

        return __version__
    if name in ("AsyncDesktop", "Desktop"):
        from . import automation

        return getattr(automation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-vnc-proxy"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from .server.app import VncProxy

    return [{"module": "jupyter_vnc_proxy", "app": VncProxy}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics, for ``%load_ext jupyter_vnc_proxy``."""
    from .automation.magics import register

    register(shell)
