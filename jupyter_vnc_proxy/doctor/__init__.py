"""Checks what is installed and what is missing, and how to fix it. Does not import the Jupyter server."""

from __future__ import annotations
