"""What the clients of an X display have: their windows, and what they have copied."""

from __future__ import annotations
