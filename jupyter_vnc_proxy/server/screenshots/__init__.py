"""Screenshots through the REST API: of the screen, an area of it, or a window."""

from __future__ import annotations
