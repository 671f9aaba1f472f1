"""Desktops without our server extension: the jupyter-server-proxy entry, its page server, and nginx."""

from __future__ import annotations
