"""Paths and limits that the server extension and the page server of jupyter-server-proxy have in common."""

from __future__ import annotations

DESKTOPS_PATH = "/api/desktops"
"""The collection of desktops, below the base URL."""

REPORT_PATH = "/api/vnc/report"

UPLOAD_PATH = "/api/vnc/upload"

APPLICATIONS_PATH = "/api/vnc/applications"
"""The applications of this machine."""

NAME = r"([^/]+)"
"""Matches a desktop's name, or another identifier, in a path."""

PING_SECONDS = 20
"""Interval between WebSocket pings. Proxies close idle connections after 60 s, some after 30 s."""

PAGE_PATH = "/desktops"
"""The page, which the server extension serves, below the base URL."""

PROXY_PATH = "/vnc"
"""jupyter-server-proxy's entry, named ``vnc``, below the base URL."""
