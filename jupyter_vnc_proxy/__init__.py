"""A Linux desktop inside Jupyter: the version and Jupyter's hooks."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    # Asking for the version costs 25 ms, which a runner that starts needn't wait for.
    if name != "__version__":
        raise AttributeError(name)
    from ._version import __version__

    return __version__


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-vnc-proxy"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from .server.app import VncProxy

    return [{"module": "jupyter_vnc_proxy", "app": VncProxy}]
