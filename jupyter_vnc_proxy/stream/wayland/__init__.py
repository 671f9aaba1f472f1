"""A Wayland desktop as a source: pixelflux's compositor in this process, with Weston and Xwayland on it."""

from __future__ import annotations
