"""The in-house RFB server: one display for browsers with noVNC. It knows no Jupyter."""

from __future__ import annotations
