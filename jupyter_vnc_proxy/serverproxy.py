"""Keeps the former import path of the jupyter-server-proxy entry point, which installed metadata may still name."""

from __future__ import annotations

from .proxy.serverproxy import setup_desktop

__all__ = ["setup_desktop"]
