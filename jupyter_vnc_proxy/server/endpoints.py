"""Paths and limits that the server extension and the page server of jupyter-server-proxy have in common."""

from __future__ import annotations

DESKTOPS_PATH = "/api/desktops"
"""The collection of desktops, below the base URL."""

REPORT_PATH = "/api/vnc/report"

NAME = r"([^/]+)"
"""Matches a desktop's name, or another identifier, in a path."""

PING_SECONDS = 20
"""Interval between WebSocket pings. Proxies close idle connections after 60 s, some after 30 s."""
