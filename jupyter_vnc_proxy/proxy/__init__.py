"""The jupyter-server-proxy entry, and what it serves."""

from __future__ import annotations
