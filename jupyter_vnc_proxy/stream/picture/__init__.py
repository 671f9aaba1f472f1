"""The screen as tiles: which ones changed, and how each client gets them, exactly or as JPEG while they move."""

from __future__ import annotations
