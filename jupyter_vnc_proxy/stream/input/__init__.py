"""Viewers' keys, and the display's keyboard."""

from __future__ import annotations
