"""The security headers of every response of ours, for both servers."""

from __future__ import annotations

import re
from collections.abc import Mapping

NO_FRAMES = "'none'"
OWN_FRAMES = "'self'"

HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
"""A host that can be written into a policy as it is."""


def is_hub(environment: Mapping[str, str]) -> bool:
    """Tell whether Jupyter runs as a JupyterHub's single-user server, which has these variables set."""
    return any(environment.get(name) for name in ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_URL"))


def frame_ancestors(policy: str, hub: bool) -> str:
    """Return which pages may frame ours: those that Jupyter's own Content-Security-Policy allows, by default its own.

    None may under a hub: on one domain, the pages of all users are of one origin.
    """
    if hub:
        return NO_FRAMES
    for directive in policy.split(";"):
        name, _, sources = directive.strip().partition(" ")
        if name.lower() == "frame-ancestors" and sources.strip():
            return sources.strip()
    return OWN_FRAMES


def page_policy(ancestors: str, host: str = "") -> str:
    """Return the policy of the page: everything is loaded from the server that serves it.

    ``host`` is the request's; some browsers do not count WebSockets as ``'self'``.
    """
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    directives = {
        "default-src": "'self'",
        "script-src": "'self' 'wasm-unsafe-eval'",  # WebAssembly decodes sound for browsers that cannot
        "connect-src": "'self'" + sockets,
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def data_policy(ancestors: str) -> str:
    """Return the policy of JSON and pictures, which load nothing even if they are opened as a page."""
    return f"default-src 'none'; frame-ancestors {ancestors}"


def security_headers(policy: str, cache: str) -> dict[str, str]:
    """Return the headers of a response with this policy and ``Cache-Control``."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": cache,
    }
