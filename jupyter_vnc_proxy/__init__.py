"""Linux desktops in Jupyter: the version, and the hooks that Jupyter calls."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    # Lazy, because reading the metadata takes 25 ms, which would delay the start of each runner.
    if name != "__version__":
        raise AttributeError(name)
    from ._version import __version__

    return __version__


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-vnc-proxy"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from .server.app import VncProxy

    return [{"module": "jupyter_vnc_proxy", "app": VncProxy}]
